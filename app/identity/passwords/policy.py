"""Which passwords are good enough: length and a blocklist, no rules of composition (NIST SP 800-63B, 3.1.1.2)."""

from functools import cache
from importlib.resources import files

from app.core.errors import Invalid, invalid_field
from app.identity.passwords.hashing import normal_password

MIN_LENGTH = 10
MAX_LENGTH = 128
_CHECKED_FOR_COMMON_WORDS = 24
"""Longer passwords are strong by their length, even where they are made of common words."""
_MIN_REST = 5
_MIN_PERSONAL_WORD = 2


def check_password(password: str, email: str | None, name: str | None, pointer: str = "/body/new_password") -> None:
    """Accept a new password, or say what is wrong with it. Lengths are counted in characters of its NFKC form.

    :raises Invalid: too short, too long, or made of well-known words or of the person's own e-mail address or name.
    """
    normal = normal_password(password)
    if len(normal) < MIN_LENGTH:
        raise invalid_field(
            pointer,
            "password_too_short",
            f"{MIN_LENGTH}자 이상으로 정해 주세요. 짧은 문장도 좋습니다.",
            f"Use at least {MIN_LENGTH} characters; a short sentence is fine.",
        )
    if len(normal) > MAX_LENGTH:
        raise invalid_field(
            pointer,
            "password_too_long",
            f"{MAX_LENGTH}자 이하로 정해 주세요.",
            f"Use at most {MAX_LENGTH} characters.",
        )
    _check_words(normal.casefold(), _personal_words(email, name), pointer)


def _check_words(password: str, personal: frozenset[str], pointer: str) -> None:
    if len(_without(password, personal)) < _MIN_REST:
        raise _too_easy(pointer, "password_personal", "이름이나 이메일로", "your own name or e-mail address")
    is_short = len(password) <= _CHECKED_FOR_COMMON_WORDS
    if is_short and len(_without(password, personal | common_words())) < _MIN_REST:
        raise _too_easy(pointer, "password_common", "널리 쓰이는 말로", "widely used words")


def _too_easy(pointer: str, code: str, made_of_ko: str, made_of_en: str) -> Invalid:
    return invalid_field(
        pointer,
        code,
        f"{made_of_ko} 이루어져 쉽게 짐작할 수 있습니다. 다른 비밀번호를 정해 주세요.",
        f"It is easy to guess, for it consists of {made_of_en}; choose another one.",
    )


def _without(password: str, words: frozenset[str]) -> str:
    """What is left of a password once the words are taken out, the longest first."""
    rest = password
    for word in sorted((word for word in words if word in password), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest


def _personal_words(email: str | None, name: str | None) -> frozenset[str]:
    address = (email or "").casefold()
    local, _, domain = address.partition("@")
    full_name = normal_password(name or "").casefold()
    of_address = {address, local, domain, domain.partition(".")[0]}
    words = of_address | {full_name, full_name.replace(" ", ""), *full_name.split()}
    return frozenset(word for word in words if len(word) >= _MIN_PERSONAL_WORD)


@cache
def common_words() -> frozenset[str]:
    """The bundled list: lower case, NFKC, one word a line, ``#`` before remarks."""
    lines = (files("app.identity.passwords") / "common_words.txt").read_text("utf-8").splitlines()
    return frozenset(normal_password(line.strip()) for line in lines if line.strip() and not line.startswith("#"))
