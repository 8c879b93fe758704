"""The check digit of Korean business registration numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.business_number import check_digit, is_valid, normalise

# Numbers that companies publish on their own pages, as the law on electronic commerce asks of them.
PUBLISHED = ("1248100998", "2208162517", "1208147521")

nine_digits = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_are_valid(number: str) -> None:
    assert is_valid(number)
    assert check_digit(number[:9]) == int(number[9])


@given(nine_digits)
def test_exactly_one_last_digit_is_right(first_nine: str) -> None:
    right = [digit for digit in range(10) if is_valid(f"{first_nine}{digit}")]
    assert right == [check_digit(first_nine)]


@given(nine_digits, st.integers(0, 8), st.integers(1, 9))
def test_a_wrong_digit_is_noticed_except_in_the_weakest_place(first_nine: str, place: int, shift: int) -> None:
    """Weights 1, 3 and 7 share no factor with 10, so any single slip shows; the last place carries 5 and its tens."""
    changed = f"{first_nine[:place]}{(int(first_nine[place]) + shift) % 10}{first_nine[place + 1 :]}"
    if place < 8:
        assert check_digit(changed) != check_digit(first_nine)
    else:
        assert is_valid(f"{changed}{check_digit(changed)}")


@pytest.mark.parametrize(
    "number", ["", "124810099", "12481009988", "124-81-00998", "124810099a", "１２４８１００９９８", "1248100998\n"]
)
def test_other_forms_are_not_valid(number: str) -> None:
    assert not is_valid(number)


@pytest.mark.parametrize("written", ["124-81-00998", "1248100998", " 124-8100998 "])
def test_normalise_strips_hyphens(written: str) -> None:
    assert normalise(written) == "1248100998"


@pytest.mark.parametrize(
    "written", ["", "12-481-00998", "124-81-0099", "124 81 00998", "124-81-009981", "１２４-81-00998"]
)
def test_normalise_refuses_other_forms(written: str) -> None:
    with pytest.raises(ValueError, match="ten digits"):
        normalise(written)


@pytest.mark.parametrize("first_nine", ["", "12481009", "1248100998", "12481009x", "²²²²²²²²²"])
def test_check_digit_refuses_anything_but_nine_digits(first_nine: str) -> None:
    with pytest.raises(ValueError, match="nine digits"):
        check_digit(first_nine)
