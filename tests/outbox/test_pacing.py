"""Rounds of work are repeated whatever happens, wait while there is nothing to do, and end when told."""

import sqlite3
from datetime import timedelta

import anyio
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app.core.errors import DatabaseBusy
from app.outbox.backoff import backoff
from app.outbox.pacing import Pace, Wakeup, is_database_loss, repeat

QUICK = Pace(0.001, 0.002)
NEVER = Pace(3600, 3600)


class Work:
    """Finds what a test says, and raises what it says; then it stops the loop."""

    def __init__(self, *found: int | Exception) -> None:
        self.left = list(found)
        self.stop = anyio.Event()
        self.wakeup = Wakeup()

    async def __call__(self) -> int:
        result = self.left.pop(0)
        if not self.left:
            self.stop.set()
            self.wakeup.set()
        if isinstance(result, Exception):
            raise result
        return result


async def run(work: Work, pace: Pace, then: Wakeup | None = None) -> None:
    with anyio.fail_after(5):
        await repeat("work", work, stop=work.stop, wakeup=work.wakeup, pace=pace, then=then)
    assert work.left == []


async def test_while_there_is_work_there_is_no_pause() -> None:
    await run(Work(1, 2, 3, 1, 0), NEVER)


async def test_without_work_it_pauses() -> None:
    work = Work(0, 1)
    with anyio.move_on_after(0.1) as scope:
        await repeat("work", work, stop=work.stop, wakeup=work.wakeup, pace=NEVER)
    assert scope.cancelled_caught
    assert work.left == [1]


async def test_a_wakeup_ends_the_pause_even_if_it_came_before() -> None:
    work = Work(0, 0, 1)
    work.wakeup.set()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run, work, NEVER)
        await anyio.wait_all_tasks_blocked()
        assert work.left == [1]
        work.wakeup.set()


async def test_what_follows_is_woken_only_when_something_was_found() -> None:
    for found, is_woken in ((0, False), (1, True)):
        then = Wakeup()
        await run(Work(found), QUICK, then)
        with anyio.move_on_after(0.01) as scope:
            await then.wait(3600)
        assert scope.cancelled_caught is not is_woken


async def test_neither_a_lost_database_nor_an_error_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    work = Work(DatabaseBusy(), ConnectionRefusedError(), LookupError("told to fail"), 1, 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run, work, QUICK)
        while work.left:
            work.wakeup.set()  # no waiting for the backoff
            await anyio.sleep(0.001)
    printed = capsys.readouterr().out
    assert printed.count("worker.database_lost") == 2
    assert printed.count("worker.task_failed") == 1
    assert printed.count("worker.recovered") == 1


async def test_pauses_grow_to_the_longest() -> None:
    pace = Pace(0.2, 1.0)
    pause, pauses = pace.shortest, []
    for _ in range(10):
        pauses.append(pause)
        pause = pace.after(pause)
    assert pauses == sorted(pauses)
    assert pauses[-1] == 1.0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DatabaseBusy(), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (OperationalError("x", None, sqlite3.OperationalError("database is locked")), True),
        (DBAPIError(None, None, Exception("the database system is starting up")), True),
        (ProgrammingError("x", None, sqlite3.ProgrammingError("no such column")), False),
        (LookupError(), False),
    ],
)
def test_a_lost_database_is_told_from_a_fault(error: Exception, expected: bool) -> None:
    assert is_database_loss(error) is expected


def test_backoff_doubles_with_jitter_up_to_its_limit() -> None:
    first, longest = timedelta(seconds=2), timedelta(minutes=15)
    for attempts in range(1, 40):
        plain = min(first * 2 ** (attempts - 1), longest)
        waits = {backoff(attempts, first=first, longest=longest) for _ in range(50)}
        assert all(plain <= wait <= plain * 1.25 for wait in waits)
        assert len(waits) > 10
    with pytest.raises(ValueError, match="first failure"):
        backoff(0, first=first, longest=longest)
