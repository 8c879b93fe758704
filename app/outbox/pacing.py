"""Rounds of work repeated until told to stop: at once while there is work, at a growing pause while there is none.

Neither a lost database nor an error in a round ends the repetition; both are logged and tried again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import anyio
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from app.core.errors import DatabaseBusy
from app.outbox.backoff import backoff
from app.outbox.metrics import TASK_FAILURES

log = structlog.get_logger(__name__)

_GROWTH = 1.25
_FIRST_WAIT = timedelta(seconds=0.5)
_LONGEST_WAIT = timedelta(seconds=5)


class Wakeup:
    """Ends the pause of a loop early. What comes while nobody waits is kept for the next pause."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """End the present pause, or the next one."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Pause, at most so long."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
        self._event = anyio.Event()


@dataclass(frozen=True, slots=True)
class Pace:
    """The pauses of a loop that finds nothing to do, in seconds."""

    shortest: float = 0.2
    longest: float = 1.0

    def after(self, pause: float) -> float:
        """The pause that follows one in which nothing came."""
        return min(pause * _GROWTH, self.longest)


def is_database_loss(error: BaseException) -> bool:
    """Whether an error means that the database could not be reached, rather than that something is wrong here."""
    if isinstance(error, DBAPIError) and error.statement is None:
        return True  # it failed before any statement, in connecting
    return isinstance(error, DatabaseBusy | OSError | OperationalError | InterfaceError)


async def repeat(
    name: str,
    work: Callable[[], Awaitable[int]],
    *,
    stop: anyio.Event,
    wakeup: Wakeup,
    pace: Pace | None = None,
    then: Wakeup | None = None,
) -> None:
    """Do ``work`` until ``stop`` is set, which whoever sets it must follow by ``wakeup``.

    ``work`` says how much it found; after something ``then`` is woken and the next round follows at once.
    """
    pauses = pace or Pace()
    pause, failures = pauses.shortest, 0
    while not stop.is_set():
        try:
            found = await work()
        except Exception as error:  # noqa: BLE001 - logged and tried again; see the module
            failures += 1
            report_failure(name, error)
            await wakeup.wait(backoff(failures, first=_FIRST_WAIT, longest=_LONGEST_WAIT).total_seconds())
            continue
        if failures:
            log.info("worker.recovered", task=name, failures=failures)
            failures = 0
        if found:
            pause = pauses.shortest
            if then:
                then.set()
            await anyio.lowlevel.checkpoint()
        else:
            await wakeup.wait(pause)
            pause = pauses.after(pause)


def report_failure(name: str, error: BaseException) -> None:
    """Log that a round failed: as a loss of the database, or with its traceback as a fault of ours."""
    is_loss = is_database_loss(error)
    TASK_FAILURES.labels(name, "database_lost" if is_loss else "error").inc()
    if is_loss:
        log.warning("worker.database_lost", task=name, error=type(error).__name__)
    else:
        log.error("worker.task_failed", task=name, error=type(error).__name__, exc_info=error)
