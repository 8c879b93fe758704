"""Cursor paging: ``limit`` is clamped, never refused; a cursor of null is the only end of a list."""

from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

from app.core.cursor import MAX_CURSOR_LENGTH
from app.web.optional import Optional

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


def _clamp(value: object) -> object:
    try:
        return max(1, min(int(str(value)), MAX_LIMIT))
    except ValueError:
        return value  # not a number: the type check says so


Limit = Annotated[
    int,
    BeforeValidator(_clamp),
    Query(
        description=f"Items per page, 1 to {MAX_LIMIT}; a larger number is clamped.",
        examples=[DEFAULT_LIMIT],
    ),
]
Cursor = Annotated[
    Optional[str],
    Query(
        description="Where to go on: `next_cursor` of the page before. Leave out for the first page.",
        max_length=MAX_CURSOR_LENGTH,
        examples=["mUq1S0pbXmhvbWUiLDE3"],
    ),
]
