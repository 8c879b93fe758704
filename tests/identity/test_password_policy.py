"""Which passwords are good enough."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.localisation import Locale
from app.identity.passwords.hashing import normal_password
from app.identity.passwords.policy import MAX_LENGTH, MIN_LENGTH, check_password, common_words

EMAIL, NAME = "haneul.kim@hansung.example.kr", "김하늘이"


def code_for(password: str) -> str | None:
    """The code of the refusal, None where the password is good enough."""
    try:
        check_password(password, EMAIL, NAME)
    except Invalid as error:
        (field,) = error.fields
        assert field.pointer == "/body/new_password"
        assert field.text.render(Locale.KOREAN) != field.text.render(Locale.ENGLISH)
        return field.code
    return None


@pytest.mark.parametrize(
    "password",
    [
        "바다 건너 7시 회의",
        "correct horse battery staple",
        "가" * 64,
        ("가나다라마바사아자차카타파하" * 5)[:64],
        "힣" * MAX_LENGTH,
        "Password for the mould shop",
        "qwerty 아침에 만나요",
        "  leading and trailing  ",
        "kJ8#mQ2!vX",
        "😀😁😂🤣😃😄😅😆😉😊",
    ],
)
def test_good_passwords(password: str) -> None:
    assert code_for(password) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("아홉글자입니다요", "password_too_short"),
        ("kJ8#mQ2!v", "password_too_short"),
        ("가" * (MAX_LENGTH + 1), "password_too_long"),
        ("password12", "password_common"),
        ("PASSWORD1234", "password_common"),
        ("Ｐａｓｓｗｏｒｄ１２３", "password_common"),
        ("qwertyuiop", "password_common"),
        ("1q2w3e4r5t6y", "password_common"),
        ("1234567890", "password_common"),
        ("asdfasdfasdf", "password_common"),
        ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹ", "password_common"),
        ("ㅁㄴㅇㄹㅁㄴㅇㄹㅁㄴㅇㄹ", "password_common"),
        ("ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ", "password_common"),
        ("dkssudgktpdy", "password_common"),
        ("tkfkdgody12", "password_common"),
        ("qlalfqjsgh1!", "password_common"),
        ("비밀번호비밀번호12", "password_common"),
        ("안녕하세요1234!", "password_common"),
        ("haneul.kim@hansung.example.kr", "password_personal"),
        ("HANEUL.KIM@hansung.example.kr!", "password_personal"),
        ("haneul.kim@hansung.example.kr 김하늘이 12", "password_personal"),
        ("haneul.kim12", "password_personal"),
        ("Haneul.KimHansung", "password_personal"),
        ("김하늘이김하늘이12", "password_personal"),
        ("hansung2026", "password_personal"),
    ],
)
def test_bad_passwords(password: str, code: str) -> None:
    assert code_for(password) == code


def test_length_is_counted_in_characters_not_in_keystrokes_or_bytes() -> None:
    syllables = "각낙닥락막박삭악작착"
    typed_in_parts = unicodedata.normalize("NFD", syllables)
    assert (len(typed_in_parts), len(syllables)) == (30, MIN_LENGTH)
    assert code_for(typed_in_parts) is None
    assert code_for(unicodedata.normalize("NFD", syllables[:-1])) == "password_too_short"


def test_people_without_a_known_name_or_address_can_have_passwords() -> None:
    check_password("바다 건너 7시 회의", None, None)


def test_the_list_is_in_the_form_in_which_it_is_compared() -> None:
    text = (files("app.identity.passwords") / "common_words.txt").read_text("utf-8")
    words = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(words) == len(set(words)) > 250
    assert [word for word in words if word != word.strip().casefold()] == []
    assert "" not in common_words()


@given(st.text(min_size=1, max_size=200))
def test_every_text_is_judged(password: str) -> None:
    code, length = code_for(password), len(normal_password(password))
    assert (code == "password_too_short") == (length < MIN_LENGTH)
    assert (code == "password_too_long") == (length > MAX_LENGTH)
