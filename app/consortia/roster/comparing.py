"""A roster compared with what is known from earlier ones: who is new, who has changed, who stays, who has left."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.consortia.roster.entries import FIELDS, Entry, bare_name, fields_of
from app.core.organisation_names import name_key


class Known(Protocol):
    """A stored row, as far as it is compared."""

    @property
    def id(self) -> int: ...
    @property
    def person_key(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def organisation_name(self) -> str: ...
    @property
    def left_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Change:
    """A person whom the file describes otherwise than before."""

    known: Known
    entry: Entry
    fields: list[str]


@dataclass
class Comparison:
    """What an import would do."""

    new: list[Entry] = field(default_factory=list)
    returned: list[Change] = field(default_factory=list)
    """Left in an earlier year and is named again: counted as new."""
    changed: list[Change] = field(default_factory=list)
    kept: list[Known] = field(default_factory=list)
    left: list[Known] = field(default_factory=list)

    @property
    def new_count(self) -> int:
        """Those who come, or come back."""
        return len(self.new) + len(self.returned)

    def fingerprint(self, content: bytes, last_import_id: int, *, ends_memberships: bool) -> bytes:
        """Of the file, of what it is compared with and of what it does: another one, once any of it has changed."""
        mac = hashlib.sha256(hashlib.sha256(content).digest())
        for ids in (
            sorted(change.known.id for change in self.returned),
            sorted(change.known.id for change in self.changed),
            sorted(known.id for known in self.kept),
            sorted(known.id for known in self.left),
            [last_import_id, int(ends_memberships)],
        ):
            mac.update(f"{ids};".encode())
        return mac.digest()


def compare(entries: Sequence[Entry], known: Iterable[Known]) -> Comparison:
    """Match people by what tells them apart; then, where only one of each is left, by what rarely changes with it.

    A person may get an address, share one, or change it: who bears the same name at the same address, or the same name
    in the same organisation, is the same person.
    """
    rows = list(known)
    matches = _match(entries, rows, lambda entry: entry.person_key, lambda row: row.person_key)
    for key in (_name_and_address, _name_and_organisation):
        rest = [entry for entry in entries if entry.row not in matches]
        taken = {row.id for row in matches.values()}
        present = [row for row in rows if row.id not in taken and row.left_at is None]
        if not (rest and present):
            break
        matches |= _match(rest, present, key, key)
    return _sorted_out(entries, rows, matches)


def _match(
    entries: Iterable[Entry],
    rows: Iterable[Known],
    of_entry: Callable[[Entry], Hashable],
    of_row: Callable[[Known], Hashable],
) -> dict[int, Known]:
    """Rows by the number of the entry that alone has the same key; None is nobody's key."""
    by_key: defaultdict[Hashable, tuple[list[Entry], list[Known]]] = defaultdict(lambda: ([], []))
    for entry in entries:
        by_key[of_entry(entry)][0].append(entry)
    for row in rows:
        by_key[of_row(row)][1].append(row)
    return {
        found[0].row: candidates[0]
        for key, (found, candidates) in by_key.items()
        if key is not None and len(found) == len(candidates) == 1
    }


def _name_and_address(person: Any) -> Hashable:
    return (bare_name(person.name), person.email) if person.email else None


def _name_and_organisation(person: Any) -> Hashable:
    return bare_name(person.name), name_key(person.organisation_name)


def _sorted_out(entries: Sequence[Entry], rows: Sequence[Known], matches: dict[int, Known]) -> Comparison:
    comparison = Comparison()
    for entry in entries:
        row = matches.get(entry.row)
        if row is None:
            comparison.new.append(entry)
            continue
        before, after = fields_of(row), fields_of(entry)
        changed = [name for name in FIELDS if before[name] != after[name]]
        if row.left_at is not None:
            comparison.returned.append(Change(row, entry, changed))
        elif changed:
            comparison.changed.append(Change(row, entry, changed))
        else:
            comparison.kept.append(row)
    named = {row.id for row in matches.values()}
    comparison.left = [row for row in rows if row.id not in named and row.left_at is None]
    return comparison
