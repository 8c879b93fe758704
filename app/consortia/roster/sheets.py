"""A spreadsheet as rows of texts, whatever file it came in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.consortia.roster.columns import REQUIRED, TITLES, Column, column_of
from app.consortia.roster.errors import column_twice, columns_missing, no_rows, too_many_rows

MAX_ROWS = 10_000
"""People of one roster."""
_HEAD_WITHIN = 10
"""Spreadsheets often bear a title and a date above the heads."""

Cells = Sequence[str]


class Line(NamedTuple):
    """One row that is not blank."""

    number: int
    """As the spreadsheet counts, from 1 with the head."""
    cells: dict[Column, str]


@dataclass(frozen=True)
class Sheet:
    """The rows below the heads."""

    lines: list[Line]
    ignored_heads: list[str]


def sheet_of(rows: Iterable[Cells]) -> Sheet:
    """Find the heads and give what stands below them. Blank rows are skipped, wherever they are.

    :raises Invalid: a needed column is missing or one is there twice, or there are no rows or too many.
    """
    numbered = enumerate(rows, 1)
    heads: list[str] = []
    for number, cells in numbered:
        if {column_of(cell) for cell in cells}.issuperset(REQUIRED):
            heads = list(cells)
            break
        if number == _HEAD_WITHIN:
            break
    columns = _columns(heads)
    lines: list[Line] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if len(lines) == MAX_ROWS:
            raise too_many_rows(MAX_ROWS)
        lines.append(Line(number, {column: cells[at] for at, column in columns.items() if at < len(cells)}))
    if not lines:
        raise no_rows()
    return Sheet(lines, [head for head in heads if head and column_of(head) is None])


def _columns(heads: Cells) -> dict[int, Column]:
    found = {at: column for at, head in enumerate(heads) if (column := column_of(head)) is not None}
    if not found:
        raise columns_missing([TITLES[column] for column in REQUIRED])
    for column in found.values():
        if list(found.values()).count(column) > 1:
            raise column_twice(TITLES[column])
    return found
