"""The relay: claims due events, lets their subscribers handle them, and completes them.

No order is guaranteed, and an event may be handled again after a crash: handlers are idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import anyio
import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.models import OutboxEvent
from app.outbox import claims as leases
from app.outbox.backoff import backoff
from app.outbox.claims import Claim
from app.outbox.events import Event
from app.outbox.metrics import EVENTS_HANDLED
from app.outbox.subscriptions import Occurrence, Plan, Subscriptions, ids_by_subscriber

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
"""About an hour and a quarter of tries; then the event is a dead letter."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
UNKNOWN_WAIT = timedelta(minutes=1)
LEASE = timedelta(seconds=60)
HANDLER_SECONDS = 40.0
"""The longest an external handler may take: less than the lease, so that nobody else begins meanwhile."""


class Lane(Enum):
    """Which events a relay takes: a mail server that hangs must not hold up pushes."""

    ALL = "all"
    INSIDE = "inside"
    OUTSIDE = "outside"


class LeaseLostError(Exception):
    """The lease ended and another worker took the event: what was written here is rolled back."""


class OutsideError(Exception):
    """A handler that acts on the outside failed, for the reason in ``__cause__``."""


@dataclass(frozen=True, slots=True)
class _Task:
    claim: Claim
    plan: Plan
    event: Event

    @property
    def is_batch_only(self) -> bool:
        return not (self.plan.transactional or self.plan.external)


class Relay:
    """Handles the events of one lane; any number may run on one database, in one process or several."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        *,
        lane: Lane = Lane.ALL,
        batch_size: int = 100,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._only = _condition(lane, subscriptions)
        self._batch_size = batch_size
        self._lease = lease
        self._held: list[Claim] = []

    async def run_round(self, at: datetime) -> int:
        """Handle what is due at ``at``, once; how many events were claimed.

        Raises whatever a lost database raises; what was not handled then is given back at the start of the next round.
        """
        await self._give_back()
        claims = self._held = await self.claim(at)
        tasks = [task for claim in claims if (task := await self._prepare(claim, at))]
        remaining, batched = await self._run_batches(tasks, at)
        for task in remaining:
            await self._handle(task, at, batched=batched)
        self._held = []
        return len(claims)

    async def _give_back(self) -> None:
        """Release what an interrupted round left leased, so that it need not wait for the lease to end."""
        if self._held:
            async with self._database.write() as session:
                await leases.release(session, self._held)
            self._held = []

    async def claim(self, at: datetime) -> list[Claim]:
        """Lease due events."""
        async with self._database.read() as connection:
            if not await leases.any_due(connection, at, self._only):
                return []
        async with self._database.write() as session:
            return await leases.claim_due(session, at, self._only, lease=self._lease, limit=self._batch_size)

    async def _prepare(self, claim: Claim, at: datetime) -> _Task | None:
        """What is to be done for a claim; None when nothing can be, which is recorded."""
        plan = self._subscriptions.plan_of(claim.kind)
        if plan is None:
            # A newer release wrote it. It stays for a worker of that release, and never counts as failed here.
            log.warning("outbox.unknown_kind", event_id=claim.id, kind=claim.kind)
            EVENTS_HANDLED.labels("unknown", "unknown").inc()
            wait = backoff(1, first=UNKNOWN_WAIT, longest=UNKNOWN_WAIT)
            async with self._database.write() as session:
                await leases.postpone(session, claim, at + wait, claim.attempts)
            return None
        try:
            return _Task(claim, plan, plan.event.model_validate(claim.payload))
        except ValidationError as error:
            await self._fail(claim, error, at)
            return None

    async def _run_batches(self, tasks: Sequence[_Task], at: datetime) -> tuple[Sequence[_Task], bool]:
        """Tell the batch subscribers of all events in one transaction, and complete those that need no more.

        The tasks that remain, and whether their batch subscribers were told. If one fails, nobody is: each event
        then tells them by itself, so that one bad event holds up no other.
        """
        ids = ids_by_subscriber([(task.plan, task.event) for task in tasks])
        done = [task for task in tasks if task.is_batch_only]
        if not ids and not done:
            return tasks, True
        try:
            async with self._database.write() as session:
                for subscriber, about in ids.items():
                    await subscriber(session, about)
                settled = set(await leases.settle(session, [task.claim for task in done], at))
        except Exception as error:
            log.warning("outbox.batch_failed", events=len(tasks), error=type(error).__name__, exc_info=error)
            return tasks, False
        for task in done:
            _count(task.claim, "handled" if task.claim.id in settled else "lease_lost")
        return [task for task in tasks if not task.is_batch_only], True

    async def _handle(self, task: _Task, at: datetime, *, batched: bool) -> None:
        """Let all handlers of one event act, and complete it in the transaction of the last ones."""
        claim = task.claim
        try:
            await _act_outside(task)
            async with self._database.write() as session:
                await _act_inside(session, task, at, batched=batched)
        except LeaseLostError:
            log.warning("outbox.lease_lost", event_id=claim.id, kind=claim.kind)
            _count(claim, "lease_lost")
        except Exception as error:  # noqa: BLE001 - one event's failure is recorded and holds up no other event
            await self._fail(claim, error, at)
        else:
            _count(claim, "handled")

    async def _fail(self, claim: Claim, error: Exception, at: datetime) -> None:
        attempts = claim.attempts + 1
        is_dead = attempts >= MAX_ATTEMPTS
        cause = error.__cause__ if isinstance(error, OutsideError) and error.__cause__ else error
        failure = type(cause).__name__[:200]
        async with self._database.write() as session:
            if is_dead:
                await leases.settle(session, [claim], at, attempts=attempts, failure=failure)
            else:
                wait = backoff(attempts, first=FIRST_WAIT, longest=LONGEST_WAIT)
                await leases.postpone(session, claim, at + wait, attempts)
        _count(claim, "dead" if is_dead else "failed")
        # What the outside answers may quote addresses of people: of such an error only the class is logged.
        details: dict[str, Any] = {} if isinstance(error, OutsideError | ValidationError) else {"exc_info": error}
        details |= {"event_id": claim.id, "kind": claim.kind, "attempts": attempts, "error": failure}
        if is_dead:
            log.error("outbox.dead", **details)
        else:
            log.warning("outbox.failed", **details)


async def _act_outside(task: _Task) -> None:
    try:
        for handler in task.plan.external:
            with anyio.fail_after(HANDLER_SECONDS):
                await handler(task.event)
    except Exception as error:
        raise OutsideError from error


async def _act_inside(session: AsyncSession, task: _Task, at: datetime, *, batched: bool) -> None:
    """Act and complete.

    :raises LeaseLostError: another worker has the event now.
    """
    for subscriber, about in [] if batched else task.plan.batch:
        await subscriber(session, [about(task.event)])
    for handler in task.plan.transactional:
        await handler(session, Occurrence(task.claim.id, task.claim.created_at, task.event))
    if not await leases.settle(session, [task.claim], at):
        raise LeaseLostError


def _condition(lane: Lane, subscriptions: Subscriptions) -> ColumnElement[bool]:
    if lane is Lane.ALL:
        return true()
    is_outside = OutboxEvent.kind.in_(subscriptions.external_kinds)
    return is_outside if lane is Lane.OUTSIDE else ~is_outside


def _count(claim: Claim, outcome: str) -> None:
    EVENTS_HANDLED.labels(claim.kind, outcome).inc()
