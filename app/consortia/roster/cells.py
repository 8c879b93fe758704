"""From what stands in a cell to the value it means. Each raises ValueError with the code of a fault."""

import re

from pydantic import TypeAdapter, ValidationError

from app.core import business_number as numbers
from app.identity.addresses import normal_address
from app.models.organisations import OrganisationKind
from app.web.fields import Line

_LINE = TypeAdapter(Line)
_CELL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
_DOMESTIC = re.compile(r"0\d{8,10}|1[5-9]\d{6}")
_YES = frozenset(["y", "yes", "o", "○", "〇", "예", "네", "공용", "true", "1", "v", "✓", "✔"])
_NO = frozenset(["n", "no", "x", "×", "아니오", "아니요", "개인", "false", "0", "-"])
_KINDS = {
    OrganisationKind.COMPANY: "기업 회사 업체 중소기업 중견기업 대기업 company",
    OrganisationKind.UNIVERSITY: "대학 대학교 학교 university",
    OrganisationKind.INSTITUTE: "연구소 연구원 연구기관 institute",
    OrganisationKind.LOCAL_GOVERNMENT: "지자체 지방자치단체 관공서 localgovernment",
    OrganisationKind.SUPPORT: "지원기관 유관기관 협회 공공기관 support",
}
_KIND_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def text(cell: str, longest: int) -> str:
    """One line, its spaces made single; empty where nothing is there."""
    line = " ".join(cell.split())
    if line in _CELL_ERRORS:
        raise ValueError("cell_error")
    try:
        line.encode()  # a spreadsheet can hold halves of characters, which no database takes
        line = _LINE.validate_python(line)
    except (UnicodeEncodeError, ValidationError):
        raise ValueError("forbidden_character") from None
    if len(line) > longest:
        raise ValueError("too_long")
    return line


def email(cell: str) -> str:
    """An address in its normal form."""
    try:
        return normal_address(text(cell, 254).removeprefix("mailto:"))
    except ValueError as error:
        raise ValueError("too_long" if str(error) == "too_long" else "invalid_email") from None


def phone(cell: str) -> str:
    """The digits of a Korean number; a spreadsheet that took it for a number has lost the first 0."""
    written = text(cell, 40)
    digits = re.sub(r"[\s().\-‐–—]", "", written).removeprefix("+")
    if digits.startswith("82") and len(digits) > 10:
        digits = digits[2:]
    if digits[:1] in "123456789" and len(digits) in (9, 10):
        digits = f"0{digits}"
    if not digits.isascii() or not _DOMESTIC.fullmatch(digits):
        raise ValueError("invalid_phone")
    return digits


def business_number(cell: str) -> str:
    """The ten digits, of which the last is the right check digit."""
    try:
        number = numbers.normalise(re.sub(r"\s", "", cell))
    except ValueError:
        number = ""
    if not numbers.is_valid(number):
        raise ValueError("invalid_business_number")
    return number


def kind(cell: str) -> OrganisationKind:
    """The kind of an organisation."""
    word = re.sub(r"[\s_]", "", cell).casefold()
    if word not in _KIND_BY_WORD:
        raise ValueError("unknown_kind")
    return _KIND_BY_WORD[word]


def mark(cell: str) -> bool:
    """A yes or a no, in the many ways they are written."""
    word = cell.strip().casefold()
    if word not in _YES | _NO:
        raise ValueError("unknown_mark")
    return word in _YES
