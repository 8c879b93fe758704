"""The Korean business registration number (사업자등록번호): ten digits, the last one a check digit.

The rule is the National Tax Service's public one: the first nine digits are weighted 1 3 7 1 3 7 1 3 5, the tens of the
last product are added once more, and the check digit fills the sum up to the next ten. A right check digit does not
say that the number was ever given out.
"""

import re

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_WRITTEN = re.compile(r"[0-9]{3}-?[0-9]{2}-?[0-9]{5}")
_FIRST_NINE = re.compile(r"[0-9]{9}")
_TEN = re.compile(r"[0-9]{10}")


def check_digit(first_nine: str) -> int:
    """The tenth digit that belongs to nine given ones. Raises ValueError for anything but nine ASCII digits."""
    if not _FIRST_NINE.fullmatch(first_nine):
        raise ValueError("the check digit is made from exactly nine digits 0-9")
    digits = [int(digit) for digit in first_nine]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) + digits[8] * 5 // 10
    return -total % 10


def is_valid(number: str) -> bool:
    """Whether ``number`` is ten ASCII digits, without hyphens, of which the last is the right check digit."""
    return bool(_TEN.fullmatch(number)) and check_digit(number[:9]) == int(number[9])


def normalise(text: str) -> str:
    """The ten digits of a number written as people write it, ``124-81-00998`` or without hyphens.

    Raises ValueError for another form. The check digit is :func:`is_valid`'s matter.
    """
    written = text.strip()
    if not _WRITTEN.fullmatch(written):
        raise ValueError("a business registration number has ten digits, written 000-00-00000 or without hyphens")
    return written.replace("-", "")
