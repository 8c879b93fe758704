"""Counting tries in the database, on both engines."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.core.database import Database
from app.identity.errors import TooManyTries
from app.identity.throttles import Limit, throttles
from app.models import Throttle
from app.web.client_address import client_subject

KEY = b"a key of the tests"
LIMIT = Limit("test", 3, timedelta(minutes=10))
OTHER = Limit("other", 3, timedelta(minutes=10))
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def count(database: Database, limit: Limit, subject: str) -> None:
    async with database.write() as session:
        await throttles(KEY, [(limit, subject)]).count(session)


async def check(database: Database, limit: Limit, subject: str) -> None:
    async with database.read() as connection:
        await throttles(KEY, [(limit, subject)]).check(connection)


async def test_the_try_after_the_last_one_is_refused_until_the_window_ends(database: Database) -> None:
    """Check 9."""
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(3):
            await check(database, LIMIT, "a")
            await count(database, LIMIT, "a")
            clock.shift(60)
        with pytest.raises(TooManyTries) as refused:
            await count(database, LIMIT, "a")
        assert refused.value.headers == {"Retry-After": "420"}
        with pytest.raises(TooManyTries):
            await check(database, LIMIT, "a")
        clock.shift(420)
        await check(database, LIMIT, "a")
        await count(database, LIMIT, "a")
    async with database.read() as connection:
        assert (await connection.execute(select(Throttle.tries))).all() == [(1,)]


async def test_subjects_and_purposes_do_not_share_a_count(database: Database) -> None:
    for _ in range(3):
        await count(database, LIMIT, "a")
    await count(database, LIMIT, "b")
    await count(database, OTHER, "a")
    with pytest.raises(TooManyTries):
        await count(database, LIMIT, "a")


async def test_a_try_refused_under_one_limit_is_not_counted_under_another(database: Database) -> None:
    async def try_once(subject: str) -> None:
        async with database.write() as session:
            await throttles(KEY, [(OTHER, "client"), (LIMIT, subject)]).count(session)

    for _ in range(3):
        await count(database, LIMIT, "b")
    for _ in range(5):
        with pytest.raises(TooManyTries):
            await try_once("b")
    await try_once("c")


async def test_clearing_one_limit_leaves_the_others(database: Database) -> None:
    both = throttles(KEY, [(LIMIT, "a"), (OTHER, "a")])
    async with database.write() as session:
        for _ in range(3):
            await both.count(session)
        await both.clear(session, LIMIT)
    await check(database, LIMIT, "a")
    with pytest.raises(TooManyTries):
        await check(database, OTHER, "a")


async def test_tries_at_one_moment_are_all_counted(database: Database) -> None:
    """Check 9."""
    answers = await asyncio.gather(*(count(database, LIMIT, "a") for _ in range(20)), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [TooManyTries] * 17


async def test_keys_tell_nothing_without_the_key_of_the_installation(database: Database) -> None:
    await count(database, LIMIT, "haneul@example.kr")
    async with database.read() as connection:
        (key,) = await connection.scalars(select(Throttle.key))
    assert key == LIMIT.key(KEY, "haneul@example.kr")
    assert key != LIMIT.key(b"another key", "haneul@example.kr")
    assert key != OTHER.key(KEY, "haneul@example.kr")


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_client_is_its_ipv4_address_or_its_ipv6_network(address: str, subject: str) -> None:
    assert client_subject(address) == subject
