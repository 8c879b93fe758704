"""Nothing over 4,096 bytes goes out, and no character is cut in two."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.push.shorten import ELLIPSIS, json_bytes, shorten
from app.push.wire import MAX_PAYLOAD_BYTES, PayloadTooLargeError, encoded_size, fit, wire_message
from tests.fcm_rules import violations
from tests.push.messages import a_push, a_silent_push

KOREAN = "미니클러스터 회원사와 함께 금형 온도를 재어 불량률을 줄이자는 제안입니다. "


def test_a_push_that_fits_is_left_alone() -> None:
    message = a_push()
    assert fit(message) is message
    assert encoded_size(message) < MAX_PAYLOAD_BYTES


@pytest.mark.parametrize(
    "unit",
    [KOREAN, "line\n", '"quoted" \\ ', "\x01", "👨‍👩‍👧‍👦", "🇰🇷", "a"],
    ids=["ko", "lines", "quotes", "control", "zwj", "flag", "a"],
)
def test_a_long_body_is_cut_to_the_limit(unit: str) -> None:
    body = unit * (20_000 // len(unit))
    fitted = fit(a_push(body=body))
    assert fitted.body is not None
    assert fitted.body.endswith(ELLIPSIS)
    assert body.startswith(fitted.body.removesuffix(ELLIPSIS))
    # What is left over is less than one character as the reader sees it.
    assert MAX_PAYLOAD_BYTES - json_bytes(unit) - 40 < encoded_size(fitted) <= MAX_PAYLOAD_BYTES
    assert violations(wire_message(fitted, now=datetime.now(UTC))) == []


def test_the_limit_is_met_to_the_byte() -> None:
    free = MAX_PAYLOAD_BYTES - encoded_size(a_push(body=""))
    exact = a_push(body="a" * free)
    assert fit(exact) is exact
    over = a_push(body="a" * (free + 1))
    assert encoded_size(fit(over)) == MAX_PAYLOAD_BYTES
    assert violations(wire_message(exact, now=datetime.now(UTC))) == []
    assert violations(wire_message(over, now=datetime.now(UTC))) != []


def test_only_the_body_is_cut() -> None:
    message = a_push(body=KOREAN * 100)
    fitted = fit(message)
    assert (fitted.title, fitted.data, fitted.tag) == (message.title, message.data, message.tag)


@pytest.mark.parametrize("message", [a_push(title="제" * 1400), a_silent_push(data={"note": "가" * 1400})])
def test_what_no_cut_of_the_body_can_save_is_an_error(message: object) -> None:
    with pytest.raises(PayloadTooLargeError, match="shorten its title or data"):
        fit(message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("한국산업단지", 18, "한국산업단지"),
        ("한국산업단지", 17, "한국산업…"),
        ("한국산업단지", 5, "…"),
        ("한국산업단지", 2, ""),
        ("한국", 5, "…"),
        ("낱말 둘과 셋", 10, "낱말…"),
        ("ae\u0301oo", 5, "a…"),
        ("x👍🏽y", 9, "x…"),
        ("x👍🏽yyyy", 12, "x👍🏽…"),
        ("x👨‍👩‍👧‍👦" + "y" * 9, 30, "x👨‍👩‍👧‍👦y…"),
        ("x👨‍👩‍👧‍👦" + "y" * 9, 28, "x…"),
        ("🇰🇷🇺🇸🇫🇷", 19, "🇰🇷🇺🇸…"),
        ("🇰🇷🇺🇸🇫🇷", 18, "🇰🇷…"),
    ],
)
def test_a_cut_falls_between_characters_as_the_reader_sees_them(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected


def test_hangul_written_in_parts_keeps_its_syllables() -> None:
    parts = unicodedata.normalize("NFD", "한국산업")
    for limit in range(json_bytes(parts)):
        kept = shorten(parts, limit).removesuffix(ELLIPSIS)
        assert "한국산업".startswith(unicodedata.normalize("NFC", kept))


@given(st.text(max_size=60), st.integers(min_value=0, max_value=80))
def test_any_text_is_cut_within_the_limit(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert json_bytes(cut) <= limit
    assert cut == text or text.startswith(cut.removesuffix(ELLIPSIS))
