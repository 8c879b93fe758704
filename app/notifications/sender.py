"""The sender: leases one delivery, sends it, records the answer; several at a time, no transaction open meanwhile.

A crash costs at most the pushes in flight: their leases end, and they are sent again under the same tag.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import anyio
import structlog
from anyio.abc import TaskGroup
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.models.notifications import DeliveryState
from app.notifications import deliveries, metrics
from app.notifications.breaker import Breaker
from app.notifications.deliveries import Claim
from app.notifications.outcomes import Answer, record
from app.notifications.preparation import Obsolete, Prepared, prepare
from app.outbox.pacing import Pace, Wakeup, is_database_loss, report_failure
from app.push.transport import OutcomeKind, PushOutcome, PushTransport

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
_SPREAD_SECONDS = 0.05


class Sender:
    """Sends due deliveries; any number may run on one database."""

    def __init__(
        self,
        database: Database,
        transport: PushTransport,
        *,
        max_in_flight: int = 16,
        lease: timedelta = LEASE,
        breaker: Breaker | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """``lease`` must be longer than the transport takes to answer, or a push is sent twice."""
        self._database = database
        self._transport = transport
        self._max_in_flight = max_in_flight
        self._lease = lease
        self._clock = clock
        self._lanes = 0
        self._unrecorded: list[Answer] = []
        self._unsent: list[Claim] = []
        self.breaker = breaker or Breaker()

    async def run(self, stop: anyio.Event, wakeup: Wakeup, pace: Pace | None = None) -> None:
        """Send what is due until ``stop`` is set (and ``wakeup`` after it); then what is in flight is finished."""
        pauses = pace or Pace()
        pause = pauses.shortest
        async with anyio.create_task_group() as lanes:
            while not stop.is_set():
                try:
                    begun = await self._begin_lanes(lanes, stop)
                except Exception as error:  # noqa: BLE001 - logged and tried again, as app.outbox.pacing does
                    report_failure("sender", error)
                    begun, pause = 0, pauses.longest
                pause = pauses.shortest if begun else pauses.after(pause)
                # Lanes just begun claim their first push now; looked at again at once, it would still seem due.
                await wakeup.wait(_SPREAD_SECONDS if begun else pause)

    async def send_one(self) -> bool:
        """Send the longest due delivery, or settle it as obsolete; False when there was none, or all sending pauses.

        Raises whatever a lost database raises; what was left unfinished then is caught up with before anything else.
        """
        claim = await self._claim()
        if claim is not None:
            await self._deliver(claim)
        return claim is not None

    async def _claim(self) -> Claim | None:
        await self._catch_up()
        async with self._database.write() as session:
            return await self._claim_in(session)

    async def _next(self, session: AsyncSession, until: anyio.Event | None) -> Claim | None:
        return None if until is None or until.is_set() else await self._claim_in(session)

    async def _claim_in(self, session: AsyncSession) -> Claim | None:
        at = self._clock()
        return None if self.breaker.is_open(at) else await deliveries.claim_one(session, at, self._lease)

    async def _deliver(self, claim: Claim, *, until: anyio.Event | None = None) -> Claim | None:
        """Send one delivery, or settle it as obsolete.

        The next one, claimed in the transaction that recorded this one, unless ``until`` is set by then, or None.
        """
        at = self._clock()
        prepared = await self._prepare(claim, at)
        if isinstance(prepared, Prepared):
            outcome = await self._send(prepared)
            return await self._record(Answer(claim, prepared, outcome, self._clock()), until)
        return await self._settle_unsent(claim, prepared, at, until)

    async def _begin_lanes(self, lanes: TaskGroup, stop: anyio.Event) -> int:
        """Begin as many lanes as there are due deliveries and free places; how many."""
        await self._catch_up()
        at = self._clock()
        free = self._max_in_flight - self._lanes
        if free <= 0 or self.breaker.is_open(at):
            return 0
        async with self._database.read() as connection:
            due = await deliveries.count_due(connection, at, free)
        for _ in range(due):
            self._lanes += 1
            lanes.start_soon(self._lane, stop)
        return due

    async def _lane(self, stop: anyio.Event) -> None:
        try:
            claim = None if stop.is_set() else await self._claim()
            while claim is not None:
                claim = await self._deliver(claim, until=stop)
        except Exception as error:  # noqa: BLE001 - logged; the next round catches up
            report_failure("sender", error)
        finally:
            self._lanes -= 1

    async def _catch_up(self) -> None:
        """Record answers, and give back pushes, that a lost database kept from it. Nothing is sent before that."""
        while self._unrecorded:
            await self._record(self._unrecorded.pop())
        while self._unsent:
            claim = self._unsent.pop()
            try:
                async with self._database.write() as session:
                    await deliveries.release(session, claim)
            except BaseException:
                self._unsent.append(claim)
                raise

    async def _prepare(self, claim: Claim, at: datetime) -> Prepared | Obsolete | Exception:
        try:
            async with self._database.read() as connection:
                return await prepare(connection, claim, at)
        except Exception as error:
            if is_database_loss(error):
                self._unsent.append(claim)
                raise
            log.exception("push.cannot_be_prepared", delivery_id=claim.id, error=type(error).__name__)
            return error

    async def _send(self, prepared: Prepared) -> PushOutcome:
        started = time.perf_counter()
        with metrics.IN_FLIGHT.track_inprogress():
            try:
                outcome = await self._transport.send(prepared.message)
            except Exception as error:
                log.exception("push.transport_failed", error=type(error).__name__)
                outcome = PushOutcome(OutcomeKind.RETRY, code=type(error).__name__)
        metrics.SEND_SECONDS.observe(time.perf_counter() - started)
        return outcome

    async def _record(self, answer: Answer, until: anyio.Event | None = None) -> Claim | None:
        try:
            async with self._database.write() as session:
                state, is_held = await record(session, answer, self.breaker)
                following = await self._next(session, until)
        except BaseException:
            self._unrecorded.append(answer)
            raise
        _report(answer, state, is_held=is_held)
        return following

    async def _settle_unsent(
        self, claim: Claim, reason: Obsolete | Exception, at: datetime, until: anyio.Event | None
    ) -> Claim | None:
        state = DeliveryState.DROPPED if isinstance(reason, Obsolete) else DeliveryState.DEAD
        code = reason.value if isinstance(reason, Obsolete) else type(reason).__name__
        try:
            async with self._database.write() as session:
                await deliveries.settle(session, claim, state, code, at, attempts=claim.attempts)
                following = await self._next(session, until)
        except BaseException:
            self._unsent.append(claim)
            raise
        metrics.DELIVERIES.labels(state.value, code).inc()
        log.info("push.not_sent", delivery_id=claim.id, state=state.value, code=code)
        return following


def _report(answer: Answer, state: DeliveryState, *, is_held: bool) -> None:
    claim = answer.claim
    if not is_held:
        log.warning("push.lease_lost", delivery_id=claim.id, code=answer.code)
    metrics.DELIVERIES.labels(state.value, answer.code).inc()
    if answer.outcome.kind is OutcomeKind.SENT:
        if answer.prepared.committed_at is not None:
            taken = (answer.at - answer.prepared.committed_at).total_seconds()
            metrics.COMMIT_TO_SEND_SECONDS.observe(max(taken, 0.0))
        log.info("push.sent", delivery_id=claim.id, device_id=claim.device_id)
    elif state is DeliveryState.PENDING:
        log.info("push.postponed", delivery_id=claim.id, code=answer.code)
