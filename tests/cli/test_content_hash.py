"""The hash by which two databases are compared."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from app.cli.content_hash import ContentHash, canonical
from app.models.ideas import Visibility

ROWS: list[tuple[Any, ...]] = [(1, "가나다", None), (2, "abc", b"\x00\xff"), (3, "", {"b": 1, "a": [True]})]


def hashed(*rows: tuple[Any, ...]) -> ContentHash:
    content = ContentHash()
    content.add(rows)
    return content


def test_the_order_of_rows_does_not_matter() -> None:
    assert hashed(*ROWS) == hashed(*ROWS[::-1])
    parts = ContentHash()
    parts.add(ROWS[:1])
    parts.add(ROWS[1:])
    assert parts == hashed(*ROWS)
    assert len(parts.hexdigest()) == 64


@pytest.mark.parametrize(
    "other",
    [
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [*ROWS[:2], (3, "", {"b": 1, "a": [1]})],
        [*ROWS[:2], (3, " ", {"b": 1, "a": [True]})],
        [(1, None, "가나다"), *ROWS[1:]],
    ],
)
def test_any_difference_shows(other: list[tuple[Any, ...]]) -> None:
    assert hashed(*other) != hashed(*ROWS)


def test_a_row_that_is_there_twice_is_not_there_not_at_all() -> None:
    assert hashed(ROWS[0], ROWS[0]) != hashed()


def test_the_same_moment_is_the_same_in_any_zone() -> None:
    moment = datetime(2026, 11, 23, 3, 0, 0, 123456, UTC)
    seoul = moment.astimezone(timezone(timedelta(hours=9)))
    assert hashed((moment,)) == hashed((seoul,))
    assert hashed((moment,)) != hashed((moment + timedelta(microseconds=1),))


def test_keys_of_objects_have_no_order() -> None:
    assert hashed(({"a": 1, "b": {"c": 2, "d": 3}},)) == hashed(({"b": {"d": 3, "c": 2}, "a": 1},))


def test_canonical_forms() -> None:
    number = uuid.UUID("019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60")
    assert canonical(number) == str(number)
    assert canonical(date(2027, 12, 31)) == "2027-12-31"
    assert canonical(Visibility.ALL) == "all"
    with pytest.raises(TypeError, match="complex has no canonical form"):
        canonical(1j)
