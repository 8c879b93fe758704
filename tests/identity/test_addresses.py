"""The normal form of e-mail addresses."""

import pytest

from app.identity.addresses import normal_address


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("haneul.kim@example.kr", "haneul.kim@example.kr"),
        ("Haneul.KIM@Example.KR", "haneul.kim@example.kr"),
        ("haneul+ideas@example.kr", "haneul+ideas@example.kr"),
        ("haneul@한글.kr", "haneul@xn--bj0bj06e.kr"),
    ],
)
def test_addresses_have_one_form(text: str, normal: str) -> None:
    assert normal_address(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "haneul",
        "haneul@",
        "@example.kr",
        "a b@example.kr",
        "하늘@example.kr",
        "haneul@example.kr\nBcc: all@example.kr",
        "haneul@example.kr, other@example.kr",
        "Haneul <haneul@example.kr>",
        "a@" + "b" * 260 + ".kr",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        normal_address(text)
