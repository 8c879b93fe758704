"""The people a roster names: each row checked by itself, then against the others."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from app.consortia.roster import cells
from app.consortia.roster.columns import REQUIRED, Column
from app.consortia.roster.faults import Fault, fault
from app.consortia.roster.sheets import Line
from app.core.organisation_names import name_key
from app.core.tokens import keyed_digest
from app.identity.accounts.schemas import NAME_LENGTH, POSITION_LENGTH
from app.models.organisations import OrganisationKind

ORGANISATION_LENGTH = 200
_ValueT = TypeVar("_ValueT")


@dataclass(frozen=True)
class Entry:
    """A person as a row of the file describes him."""

    row: int
    name: str
    email: str | None
    is_shared_address: bool
    phone: str | None
    organisation_name: str
    organisation_kind: OrganisationKind
    business_number: str | None
    position: str | None

    @cached_property
    def person_key(self) -> bytes:
        """What tells this person from all others of the roster."""
        return person_key(self.name, self.email, self.organisation_name, is_shared=self.is_shared_address)


def person_key(name: str, email: str | None, organisation_name: str, *, is_shared: bool) -> bytes:
    """An address of one's own tells people apart; behind a shared one the name does; else name and organisation."""
    if email is None:
        return keyed_digest(b"roster", "name", bare_name(name), name_key(organisation_name))
    return keyed_digest(b"roster", "shared", email, bare_name(name)) if is_shared else keyed_digest(b"roster", email)


def bare_name(name: str) -> str:
    """A name without the spaces that some put between its syllables."""
    return name.replace(" ", "").casefold()


def entries_of(lines: Sequence[Line]) -> tuple[list[Entry], list[Fault]]:
    """The people, and what is wrong; entries with faults are left out of the first."""
    read = [_Row(line) for line in lines]
    entries = [entry for row in read if (entry := row.entry()) is not None]
    faults = [found for row in read for found in row.faults]
    return entries, faults + _clashes(entries)


def _clashes(entries: Sequence[Entry]) -> list[Fault]:
    """Rows that can't be told apart."""
    addresses = Counter(entry.email for entry in entries if entry.email)
    people = Counter(entry.person_key for entry in entries)
    found = []
    for entry in entries:
        if entry.email and not entry.is_shared_address and addresses[entry.email] > 1:
            found.append(fault(entry.row, Column.EMAIL, "address_twice"))
        elif people[entry.person_key] > 1:
            found.append(fault(entry.row, Column.NAME, "person_twice"))
    return found


class _Row:
    """One row as it is read, with the faults met on the way."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.faults: list[Fault] = []

    def entry(self) -> Entry | None:
        name = self._text(Column.NAME, NAME_LENGTH)
        organisation = self._text(Column.ORGANISATION, ORGANISATION_LENGTH)
        entry = Entry(
            row=self._line.number,
            name=name or "",
            email=self._read(Column.EMAIL, cells.email),
            is_shared_address=bool(self._read(Column.SHARED, cells.mark)),
            phone=self._read(Column.PHONE, cells.phone),
            organisation_name=organisation or "",
            organisation_kind=self._read(Column.KIND, cells.kind) or OrganisationKind.COMPANY,
            business_number=self._read(Column.BUSINESS_NUMBER, cells.business_number),
            position=self._text(Column.POSITION, POSITION_LENGTH),
        )
        if entry.is_shared_address and not self._cell(Column.EMAIL):
            self._note(Column.SHARED, "shared_without_address")
        return None if self.faults else entry

    def _text(self, column: Column, longest: int) -> str | None:
        return self._read(column, lambda cell: cells.text(cell, longest))

    def _read(self, column: Column, convert: Callable[[str], _ValueT]) -> _ValueT | None:
        cell = self._cell(column)
        if not cell:
            if column in REQUIRED:
                self._note(column, "missing")
            return None
        try:
            return convert(cell)
        except ValueError as error:
            self._note(column, str(error))
            return None

    def _cell(self, column: Column) -> str:
        return self._line.cells.get(column, "").strip()

    def _note(self, column: Column, code: str) -> None:
        self.faults.append(fault(self._line.number, column, code))


def fields_of(row: Any) -> dict[str, Any]:
    """What a file says of a person, out of an entry or of a stored row."""
    return {name: getattr(row, name) for name in FIELDS}


FIELDS = (
    "name",
    "email",
    "is_shared_address",
    "phone",
    "organisation_name",
    "organisation_kind",
    "business_number",
    "position",
)
