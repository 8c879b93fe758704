"""Windows of a list that is read both ways by its keys: from its beginning, from a cursor, around an item."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from app.comments.statements import Direction
from app.core.cursor import CursorCodec

Read = Callable[[Direction, int, int], Awaitable[Sequence[Row[Any]]]]
"""Reads rows with ``id`` in a direction from a position: more than the number asked for, if there are so many."""

BEGINNING = (Direction.AFTER, 0)


class Window(NamedTuple):
    """Consecutive rows in the order of the list, and the positions to read on from; None at an end of the list."""

    rows: Sequence[Row[Any]]
    before: int | None
    after: int | None


async def read_window(read: Read, direction: Direction, position: int, number: int) -> Window:
    """Up to ``number`` rows next to a position."""
    rows = await read(direction, position, number)
    goes_on = len(rows) > number
    shown = rows[:number]
    if direction is Direction.AFTER:
        # What lies behind a position other than 0 was there when its cursor was made.
        before = (shown[0].id if shown else position + 1) if position else None
        return Window(shown, before, shown[-1].id if goes_on else None)
    shown = shown[::-1]
    before = (shown[0].id if shown else position) if goes_on else None
    return Window(shown, before, shown[-1].id if shown else position - 1)


async def read_around(read: Read, centre_id: int, number: int) -> Window:
    """``number`` rows with the row ``centre_id`` in their middle, or nearer to an end of the list."""
    earlier = await read_window(read, Direction.BEFORE, centre_id, number // 2)
    later = await read_window(read, Direction.AFTER, centre_id - 1, number - len(earlier.rows))
    return Window([*earlier.rows, *later.rows], earlier.before, later.after)


class WindowCursors(NamedTuple):
    """The cursors of one list."""

    codec: CursorCodec
    list_name: str

    def place(self, cursor: str | None) -> tuple[Direction, int]:
        """Where to read on: the beginning without a cursor.

        :raises Invalid: the cursor was not made for this list.
        """
        if cursor is None:
            return BEGINNING
        direction, position = self.codec.decode(self.list_name, cursor, [str, int])
        return Direction(str(direction)), int(position)

    def previous(self, window: Window) -> str | None:
        """The cursor for what comes before a window."""
        return None if window.before is None else self._encode(Direction.BEFORE, window.before)

    def next(self, window: Window) -> str | None:
        """The cursor for what comes after a window."""
        return None if window.after is None else self._encode(Direction.AFTER, window.after)

    def _encode(self, direction: Direction, position: int) -> str:
        return self.codec.encode(self.list_name, [str(direction), position])
