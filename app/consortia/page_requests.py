"""The page of a list that a client asks for, in lists whose place is the number of their last row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, literal_column

from app.core.cursor import CursorCodec


@dataclass(frozen=True)
class PageRequest:
    """Where a page begins and how long it is. Statements read one row more, which tells whether another page comes."""

    cursors: CursorCodec
    cursor: str | None
    limit: int

    @property
    def rows(self) -> ColumnElement[int]:
        """The LIMIT of the statement, a literal so that PostgreSQL plans for few rows."""
        return literal_column(str(self.limit + 1))

    def after(self, list_name: str) -> int | None:
        """The number of the last row of the page before; None for the first page.

        :raises Invalid: the cursor was made for another list, or altered.
        """
        if self.cursor is None:
            return None
        (last_id,) = self.cursors.decode(list_name, self.cursor, [int])
        return int(last_id)

    def cut(self, list_name: str, rows: Sequence[Row[Any]]) -> tuple[Sequence[Row[Any]], str | None]:
        """The rows of this page, and the cursor of the next one; the rows bear their number as ``id``."""
        if len(rows) <= self.limit:
            return rows, None
        page = rows[: self.limit]
        return page, self.cursors.encode(list_name, [page[-1].id])
