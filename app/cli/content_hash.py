"""A hash of the content of a table that is the same on every engine."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

_MODULUS = 1 << 256


class ContentHash:
    """Counts rows and adds up their SHA-256 modulo 2**256, so that their order does not matter.

    Engines sort texts differently, so a hash over a sequence could not be compared. A sum, unlike an exclusive or,
    sees a row that is there twice.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take in more rows, their values in the order of the columns."""
        for row in rows:
            text = orjson.dumps([canonical(value) for value in row], option=orjson.OPT_SORT_KEYS)
            self._sum += int.from_bytes(hashlib.sha256(text).digest(), "big")
            self.rows += 1
        self._sum %= _MODULUS

    def hexdigest(self) -> str:
        """The sum as 64 hexadecimal digits."""
        return f"{self._sum:064x}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContentHash) and (self.rows, self._sum) == (other.rows, other._sum)

    def __hash__(self) -> int:
        return hash((self.rows, self._sum))


def canonical(value: Any) -> Any:
    """A value of a row in the one form in which it is hashed.

    :raises TypeError: a type that no column of ours gives.
    """
    if value is None or isinstance(value, bool | int | float | dict | list):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a value of type {type(value).__name__} has no canonical form")
