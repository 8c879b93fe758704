"""Reading the file of a roster beside the event loop: one at a time, for the largest take seconds of a processor."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.consortia.roster.entries import Entry, entries_of
from app.consortia.roster.errors import ReadingBusy
from app.consortia.roster.faults import Fault
from app.consortia.roster.files import read_sheet

_MAX_PENDING = 4
_thread = ThreadPoolExecutor(1, thread_name_prefix="reading-rosters")
_pending: set[object] = set()


@dataclass(frozen=True)
class Roster:
    """What stands in a file."""

    content: bytes
    row_count: int
    entries: list[Entry]
    faults: list[Fault]
    ignored_heads: list[str]

    @property
    def faulty_row_count(self) -> int:
        """Rows with at least one fault."""
        return len({fault.row for fault in self.faults})


async def read_roster(content: bytes) -> Roster:
    """Read and check a file.

    :raises Invalid: it can't be read, or is no roster.
    :raises ReadingBusy: too many others wait.
    """
    if len(_pending) >= _MAX_PENDING:
        raise ReadingBusy
    ticket = object()
    _pending.add(ticket)
    try:
        return await asyncio.get_running_loop().run_in_executor(_thread, _read, content)
    finally:
        _pending.discard(ticket)


def _read(content: bytes) -> Roster:
    sheet = read_sheet(content)
    entries, faults = entries_of(sheet.lines)
    return Roster(content, len(sheet.lines), entries, sorted(faults, key=lambda fault: fault.row), sheet.ignored_heads)
