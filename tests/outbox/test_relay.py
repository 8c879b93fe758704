"""The relay handles each event once in effect, whatever fails, and drops none."""

from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.models import OutboxEvent, Region
from app.outbox.relay import LEASE, MAX_ATTEMPTS, UNKNOWN_WAIT, Lane, Relay
from app.outbox.subscriptions import Occurrence, Subscriptions
from tests.outbox.happenings import FromTheFuture, Happened, Mailed, happen, stored


class Recorder:
    """Subscribes in every way, writes a row in transactions, and fails when told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.inside: list[int] = []
        self.outside: list[int] = []
        self.failing: set[int] = set()

    async def in_batches(self, _session: AsyncSession, numbers: list[int]) -> None:
        if self.failing.intersection(numbers):
            raise LookupError("told to fail")
        self.batches.append(numbers)

    async def in_transaction(self, session: AsyncSession, occurrence: Occurrence[Happened]) -> None:
        number = occurrence.event.number
        await session.execute(insert(Region).values(code=f"r{number}", name_ko="권", name_en="region"))
        if number in self.failing:
            raise LookupError("told to fail")
        self.inside.append(number)

    async def beyond(self, event: Mailed) -> None:
        if event.number in self.failing:
            raise ConnectionRefusedError("somebody@example.kr")
        self.outside.append(event.number)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def subscriptions(recorder: Recorder) -> Subscriptions:
    wired = Subscriptions()
    wired.in_transaction(Happened, recorder.in_transaction)
    wired.outside(Mailed, recorder.beyond)
    return wired


@pytest.fixture
def relay(database: Database, subscriptions: Subscriptions) -> Relay:
    return Relay(database, subscriptions)


async def regions(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(Region))).scalar_one()


async def test_an_event_is_handled_and_completed_in_one_transaction(
    database: Database, relay: Relay, recorder: Recorder
) -> None:
    await happen(database, Happened(number=1), Happened(number=2))
    at = now()
    assert await relay.run_round(at) == 2
    assert recorder.inside == [1, 2]
    assert [row.settled_at for row in await stored(database)] == [at, at]
    assert await relay.run_round(now()) == 0
    assert await regions(database) == 2


async def test_handlers_see_the_id_and_the_time_of_the_event(database: Database, subscriptions: Subscriptions) -> None:
    seen: list[Occurrence[Happened]] = []

    async def look(_session: AsyncSession, occurrence: Occurrence[Happened]) -> None:
        seen.append(occurrence)

    subscriptions.in_transaction(Happened, look)
    await happen(database, Happened(number=7))
    await Relay(database, subscriptions).run_round(now())
    row = (await stored(database))[0]
    assert seen == [Occurrence(row.id, row.created_at, Happened(number=7))]


async def test_an_event_of_the_future_waits(database: Database, relay: Relay, recorder: Recorder) -> None:
    due_at = now() + timedelta(minutes=5)
    await happen(database, Happened(), not_before=due_at)
    assert await relay.run_round(due_at - timedelta(seconds=1)) == 0
    assert await relay.run_round(due_at) == 1
    assert recorder.inside == [1]


async def test_a_failed_handler_leaves_no_trace_and_is_tried_later(
    database: Database, relay: Relay, recorder: Recorder
) -> None:
    recorder.failing = {1}
    await happen(database, Happened(number=1), Happened(number=2))
    at = now()
    assert await relay.run_round(at) == 2
    assert recorder.inside == [2]
    assert await regions(database) == 1
    failed, other = await stored(database)
    assert (failed.settled_at, failed.attempts, failed.lease_until, failed.failure) == (None, 1, None, None)
    assert at + timedelta(seconds=2) <= failed.not_before <= at + timedelta(seconds=2.5)
    assert other.settled_at == at
    recorder.failing = set()
    assert await relay.run_round(at + timedelta(seconds=1)) == 0
    assert await relay.run_round(at + timedelta(seconds=3)) == 1
    assert recorder.inside == [2, 1]
    assert await regions(database) == 2


async def test_waits_grow_and_the_last_failure_makes_a_dead_letter(
    database: Database, relay: Relay, recorder: Recorder
) -> None:
    recorder.failing = {1}
    await happen(database, Happened(number=1))
    at = now()
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        assert await relay.run_round(at) == 1
        row = (await stored(database))[0]
        waits.append((row.not_before - at).total_seconds())
        at = row.not_before
    assert waits[:9] == sorted(waits[:9])
    assert all(2 ** (number + 1) <= wait <= 2.5 * 2**number for number, wait in enumerate(waits[:9]))
    assert all(900 <= wait <= 1125 for wait in waits[9:])
    assert await relay.run_round(at) == 1
    dead = (await stored(database))[0]
    assert (dead.settled_at, dead.failure, dead.attempts) == (at, "LookupError", MAX_ATTEMPTS)
    assert await relay.run_round(at + timedelta(days=1)) == 0


async def test_an_unknown_kind_is_kept_for_a_newer_release(
    database: Database, relay: Relay, subscriptions: Subscriptions
) -> None:
    await happen(database, FromTheFuture())
    at = now()
    for _ in range(MAX_ATTEMPTS + 1):
        assert await relay.run_round(at) == 1
        row = (await stored(database))[0]
        assert (row.settled_at, row.attempts) == (None, 0)
        assert row.not_before >= at + UNKNOWN_WAIT
        at = row.not_before
    subscriptions.declare(FromTheFuture)
    assert await Relay(database, subscriptions).run_round(at) == 1
    assert (await stored(database))[0].settled_at == at


async def test_an_event_without_handlers_is_completed(database: Database) -> None:
    subscriptions = Subscriptions()
    subscriptions.declare(Happened)
    await happen(database, Happened())
    assert await Relay(database, subscriptions).run_round(now()) == 1
    assert (await stored(database))[0].settled_at is not None


async def test_a_payload_that_cannot_be_read_fails_alone(database: Database, relay: Relay, recorder: Recorder) -> None:
    await happen(database, Happened(number=1))
    async with database.write() as session:
        session.add(OutboxEvent(kind=Happened.kind, payload={"number": "many"}))
    assert await relay.run_round(now()) == 2
    good, bad = await stored(database)
    assert good.settled_at is not None
    assert (bad.settled_at, bad.attempts) == (None, 1)


class TestBatches:
    """Subscribers that take many events at once."""

    @pytest.fixture
    def relay(self, database: Database, recorder: Recorder) -> Relay:
        subscriptions = Subscriptions()
        subscriptions.in_batches(Happened, recorder.in_batches, lambda event: event.number)
        subscriptions.in_batches(Mailed, recorder.in_batches, lambda event: event.number)
        subscriptions.outside(Mailed, recorder.beyond)
        return Relay(database, subscriptions)

    async def test_one_call_for_all_events_of_a_round(
        self, database: Database, relay: Relay, recorder: Recorder
    ) -> None:
        await happen(database, *(Happened(number=number) for number in (3, 1, 3)), Mailed(number=2))
        at = now()
        assert await relay.run_round(at) == 4
        assert recorder.batches == [[1, 2, 3]]
        assert recorder.outside == [2]
        assert {row.settled_at for row in await stored(database)} == {at}

    async def test_a_bad_event_holds_up_no_other(self, database: Database, relay: Relay, recorder: Recorder) -> None:
        recorder.failing = {2}
        await happen(database, *(Happened(number=number) for number in (1, 2, 3)))
        assert await relay.run_round(now()) == 3
        assert recorder.batches == [[1], [3]]
        assert [row.attempts for row in await stored(database)] == [0, 1, 0]
        assert [row.settled_at is None for row in await stored(database)] == [False, True, False]


class TestOutside:
    """Handlers that act on the outside."""

    async def test_it_acts_before_completion_with_no_transaction_open(
        self, database: Database, subscriptions: Subscriptions
    ) -> None:
        pending: list[Any] = []

        async def look(_event: Mailed) -> None:
            # On SQLite this would wait for ever for a transaction of the relay.
            async with database.write() as session:
                await session.execute(insert(Region).values(code="seen", name_ko="권", name_en="region"))
            pending.extend(row.settled_at for row in await stored(database))

        subscriptions.outside(Mailed, look)
        await happen(database, Mailed())
        assert await Relay(database, subscriptions).run_round(now()) == 1
        assert pending == [None]
        assert (await stored(database))[0].settled_at is not None

    async def test_what_it_raises_is_tried_again_and_never_logged(
        self, database: Database, relay: Relay, recorder: Recorder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        recorder.failing = {1}
        await happen(database, Mailed(number=1))
        assert await relay.run_round(now()) == 1
        assert (await stored(database))[0].attempts == 1
        printed = capsys.readouterr()
        assert "ConnectionRefusedError" in printed.out + printed.err
        assert "somebody@example.kr" not in printed.out + printed.err

    async def test_lanes_share_the_events_out(
        self, database: Database, subscriptions: Subscriptions, recorder: Recorder
    ) -> None:
        await happen(database, Happened(number=1), Mailed(number=2), FromTheFuture())
        assert await Relay(database, subscriptions, lane=Lane.OUTSIDE).run_round(now()) == 1
        assert (recorder.inside, recorder.outside) == ([], [2])
        assert await Relay(database, subscriptions, lane=Lane.INSIDE).run_round(now()) == 2
        assert (recorder.inside, recorder.outside) == ([1], [2])


class TestLeases:
    """What a crash, a delay or a second worker does."""

    async def test_a_crashed_worker_s_events_come_back_when_its_lease_ends(
        self, database: Database, relay: Relay, subscriptions: Subscriptions, recorder: Recorder
    ) -> None:
        await happen(database, Happened(number=1))
        at = now()
        crashed = Relay(database, subscriptions)
        assert len(await crashed.claim(at)) == 1
        assert await relay.run_round(at + LEASE - timedelta(seconds=1)) == 0
        assert await relay.run_round(at + LEASE + timedelta(seconds=1)) == 1
        assert recorder.inside == [1]

    async def test_a_late_worker_s_effect_is_rolled_back(self, database: Database) -> None:
        """The first worker falls asleep in a handler; its lease ends and a second one takes the event."""
        await happen(database, Happened(number=1))
        at = now()
        wired = Subscriptions()
        naps = [LEASE + timedelta(seconds=1)]

        async def fall_asleep(_event: Happened) -> None:
            if naps:
                assert await Relay(database, wired).run_round(at + naps.pop()) == 1

        wired.outside(Happened, fall_asleep)
        wired.in_transaction(Happened, _insert_if_missing)
        wired.in_transaction(Happened, _count_up)
        assert await Relay(database, wired).run_round(at) == 1
        assert (await stored(database))[0].settled_at == at + LEASE + timedelta(seconds=1)
        async with database.read() as connection:
            assert (await connection.scalar(select(Region.name_en))) == "x"

    async def test_an_interrupted_round_gives_back_what_it_had_not_handled(
        self, database: Database, subscriptions: Subscriptions, recorder: Recorder
    ) -> None:
        await happen(database, Happened(number=1), Mailed(number=2))
        relay = Relay(database, subscriptions)
        with anyio.CancelScope() as scope:

            async def cancelled(_session: AsyncSession, _occurrence: Occurrence[Happened]) -> None:
                scope.cancel()
                await anyio.lowlevel.checkpoint()

            subscriptions.in_transaction(Happened, cancelled)
            await relay.run_round(now())
        assert scope.cancelled_caught
        assert await regions(database) == 0
        subscriptions.plan_of(Happened.kind).transactional.pop()  # type: ignore[union-attr]  # it is declared
        recorder.inside.clear()
        assert await relay.run_round(now()) == 2
        assert (recorder.inside, recorder.outside) == ([1], [2])

    async def test_two_relays_at_once_have_each_effect_once(self, database: Database) -> None:
        """Each event adds one to a counter, so that an effect taking place twice would show."""
        async with database.write() as session:
            await session.execute(insert(Region).values(code="counter", name_ko="권", name_en=""))
        subscriptions = Subscriptions()
        subscriptions.in_transaction(Happened, _count_up)
        await happen(database, *(Happened(number=number) for number in range(60)))
        handled = 0

        async def work() -> None:
            nonlocal handled
            relay = Relay(database, subscriptions, batch_size=4)
            while (found := await relay.run_round(now())) or handled < 60:
                handled += found

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for _ in range(4):
                    tasks.start_soon(work)
        assert handled == 60
        async with database.read() as connection:
            assert await connection.scalar(select(func.length(Region.name_en))) == 60
        assert all(row.settled_at for row in await stored(database))


async def _insert_if_missing(session: AsyncSession, _occurrence: Occurrence[Happened]) -> None:
    if not await session.scalar(select(func.count()).select_from(Region)):
        await session.execute(insert(Region).values(code="counter", name_ko="권", name_en=""))


async def _count_up(session: AsyncSession, _occurrence: Occurrence[Happened]) -> None:
    await session.execute(update(Region).values(name_en=Region.name_en + "x"))


def test_two_classes_of_one_kind_are_refused() -> None:
    class Impostor(Happened):
        pass

    subscriptions = Subscriptions()
    subscriptions.declare(Happened, Happened)
    with pytest.raises(ValueError, match="belongs to Happened and Impostor"):
        subscriptions.declare(Impostor)
