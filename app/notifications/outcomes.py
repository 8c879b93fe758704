"""What follows from each answer of the push service: one row of the table a function, each in a short transaction.

The table is FCM's ("FCM error codes", "Scale FCM sends"), as :class:`app.push.transport.OutcomeKind` sums it up.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.notifications import DeliveryState, DeviceEnd
from app.notifications import deliveries
from app.notifications.breaker import Breaker
from app.notifications.deliveries import Claim
from app.notifications.preparation import Prepared
from app.outbox.backoff import backoff
from app.push.transport import OutcomeKind, PushOutcome

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(seconds=10)
"""The least wait after a 5xx, a time-out or a broken connection."""
FIRST_RETRY_AT_LIMIT = timedelta(seconds=60)
"""The first wait after a 429 that names none."""
LONGEST_RETRY = timedelta(hours=1)

_UNREGISTERED = "UNREGISTERED"
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_.-]")
_CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What the push service said to one push."""

    claim: Claim
    prepared: Prepared
    outcome: PushOutcome
    at: datetime

    @property
    def code(self) -> str:
        """The answer in one word, as it is stored and counted."""
        # It comes from outside: kept to the characters of codes, which databases and metrics can hold.
        return _NOT_IN_CODES.sub("_", self.outcome.code)[:_CODE_LENGTH] or self.outcome.kind.value


class Result(NamedTuple):
    """What became of the delivery; ``is_held`` is False when another worker has it now, and nothing was recorded."""

    state: DeliveryState
    is_held: bool


async def record(session: AsyncSession, answer: Answer, breaker: Breaker) -> Result:
    """Do what follows from an answer."""
    if answer.outcome.kind is OutcomeKind.CREDENTIALS_REJECTED:
        return await _credentials_rejected(session, answer, breaker)
    return await _ACTIONS[answer.outcome.kind](session, answer)


async def _sent(session: AsyncSession, answer: Answer) -> Result:
    return await _settle(session, answer, DeliveryState.SENT)


async def _payload_rejected(session: AsyncSession, answer: Answer) -> Result:
    """The push itself is wrong: a fault of ours, kept as a dead letter."""
    log.error("push.payload_rejected", delivery_id=answer.claim.id, code=answer.code)
    return await _settle(session, answer, DeliveryState.DEAD)


async def _token_dead(session: AsyncSession, answer: Answer) -> Result:
    is_unregistered = answer.outcome.code == _UNREGISTERED
    reason = DeviceEnd.UNREGISTERED if is_unregistered else DeviceEnd.TOKEN_REJECTED
    result = await _settle(session, answer, DeliveryState.DROPPED)
    await _disable(session, answer, reason)
    log.info("push.device_disabled", device_id=answer.claim.device_id, reason=reason.value)
    return result


async def _sender_mismatch(session: AsyncSession, answer: Answer) -> Result:
    """The token belongs to another Firebase project: the app and this server are not configured alike."""
    result = await _settle(session, answer, DeliveryState.DEAD)
    await _disable(session, answer, DeviceEnd.SENDER_MISMATCH)
    log.error("push.sender_mismatch", device_id=answer.claim.device_id, delivery_id=answer.claim.id)
    return result


async def _retry(session: AsyncSession, answer: Answer) -> Result:
    return await _try_again(session, answer, FIRST_RETRY)


async def _rate_limited(session: AsyncSession, answer: Answer) -> Result:
    return await _try_again(session, answer, FIRST_RETRY_AT_LIMIT)


async def _credentials_rejected(session: AsyncSession, answer: Answer, breaker: Breaker) -> Result:
    """No push can leave: all wait, and this one is not held against the delivery."""
    not_before = breaker.trip(answer.at)
    log.error("push.credentials_rejected", code=answer.code, detail=answer.outcome.detail, paused_until=str(not_before))
    held = await deliveries.postpone(session, answer.claim, not_before, answer.code, answer.claim.attempts)
    return Result(DeliveryState.PENDING, held)


async def _settle(session: AsyncSession, answer: Answer, state: DeliveryState) -> Result:
    attempts = answer.claim.attempts + 1
    return Result(
        state, await deliveries.settle(session, answer.claim, state, answer.code, answer.at, attempts=attempts)
    )


async def _disable(session: AsyncSession, answer: Answer, reason: DeviceEnd) -> None:
    prepared = answer.prepared
    await deliveries.disable_device(
        session, answer.claim.device_id, prepared.token_kind, prepared.token, reason, answer.at
    )


async def _try_again(session: AsyncSession, answer: Answer, first: timedelta) -> Result:
    """Wait exponentially longer, never less than was asked for; give up when the push would be stale by then."""
    attempts = answer.claim.attempts + 1
    asked = timedelta(seconds=answer.outcome.retry_after or 0)
    not_before = answer.at + max(
        backoff(1, first=asked, longest=asked), backoff(attempts, first=first, longest=LONGEST_RETRY)
    )
    if not_before >= answer.claim.expires_at:
        log.warning("push.given_up", delivery_id=answer.claim.id, code=answer.code, attempts=attempts)
        return await _settle(session, answer, DeliveryState.DEAD)
    held = await deliveries.postpone(session, answer.claim, not_before, answer.code, attempts)
    return Result(DeliveryState.PENDING, held)


_ACTIONS: dict[OutcomeKind, Callable[[AsyncSession, Answer], Awaitable[Result]]] = {
    OutcomeKind.SENT: _sent,
    OutcomeKind.RETRY: _retry,
    OutcomeKind.RATE_LIMITED: _rate_limited,
    OutcomeKind.TOKEN_DEAD: _token_dead,
    OutcomeKind.SENDER_MISMATCH: _sender_mismatch,
    OutcomeKind.PAYLOAD_REJECTED: _payload_rejected,
}
