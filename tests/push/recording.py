"""The push transport of tests that are not about FCM: it records what it is given and answers as told.

The contract suite (test_transport_contract.py) holds it to the answers of the real transport.
"""

from collections import defaultdict, deque
from enum import StrEnum

from app.push.transport import OutcomeKind, PushMessage, PushOutcome


class Situation(StrEnum):
    """What can happen to a push; `OUTCOMES` says what the transport makes of it."""

    ACCEPTED = "accepted"
    ACCEPTED_UNREADABLY = "accepted_unreadably"
    UNREGISTERED = "unregistered"
    TOKEN_MALFORMED = "token_malformed"
    TOKEN_NAMED = "token_named"
    FID_NAMED = "fid_named"
    FIELD_NAMED = "field_named"
    TOO_BIG = "too_big"
    SENDER_MISMATCH = "sender_mismatch"
    PERMISSION_DENIED = "permission_denied"
    PROJECT_NOT_FOUND = "project_not_found"
    UNAUTHENTICATED = "unauthenticated"
    APNS_KEY_REFUSED = "apns_key_refused"
    QUOTA_EXCEEDED = "quota_exceeded"
    QUOTA_EXCEEDED_FOR_TWO_MINUTES = "quota_exceeded_for_two_minutes"
    UNAVAILABLE = "unavailable"
    UNAVAILABLE_FOR_45_SECONDS = "unavailable_for_45_seconds"
    INTERNAL_ERROR = "internal_error"
    BAD_GATEWAY = "bad_gateway"
    REDIRECTED = "redirected"
    UNKNOWN_REFUSAL = "unknown_refusal"
    TIMED_OUT = "timed_out"
    CONNECTION_RESET = "connection_reset"


OUTCOMES = {
    Situation.ACCEPTED: PushOutcome(OutcomeKind.SENT),
    Situation.ACCEPTED_UNREADABLY: PushOutcome(OutcomeKind.SENT, code="unreadable_reply"),
    Situation.UNREGISTERED: PushOutcome(OutcomeKind.TOKEN_DEAD, code="UNREGISTERED"),
    Situation.TOKEN_MALFORMED: PushOutcome(OutcomeKind.TOKEN_DEAD, code="INVALID_ARGUMENT"),
    Situation.TOKEN_NAMED: PushOutcome(OutcomeKind.TOKEN_DEAD, code="INVALID_ARGUMENT"),
    Situation.FID_NAMED: PushOutcome(OutcomeKind.TOKEN_DEAD, code="INVALID_ARGUMENT"),
    Situation.FIELD_NAMED: PushOutcome(OutcomeKind.PAYLOAD_REJECTED, code="INVALID_ARGUMENT"),
    Situation.TOO_BIG: PushOutcome(OutcomeKind.PAYLOAD_REJECTED, code="INVALID_ARGUMENT"),
    Situation.SENDER_MISMATCH: PushOutcome(OutcomeKind.SENDER_MISMATCH, code="SENDER_ID_MISMATCH"),
    Situation.PERMISSION_DENIED: PushOutcome(OutcomeKind.CREDENTIALS_REJECTED, code="PERMISSION_DENIED"),
    Situation.PROJECT_NOT_FOUND: PushOutcome(OutcomeKind.CREDENTIALS_REJECTED, code="NOT_FOUND"),
    Situation.UNAUTHENTICATED: PushOutcome(OutcomeKind.CREDENTIALS_REJECTED, code="UNAUTHENTICATED"),
    Situation.APNS_KEY_REFUSED: PushOutcome(OutcomeKind.CREDENTIALS_REJECTED, code="THIRD_PARTY_AUTH_ERROR"),
    Situation.QUOTA_EXCEEDED: PushOutcome(OutcomeKind.RATE_LIMITED, retry_after=60.0, code="QUOTA_EXCEEDED"),
    Situation.QUOTA_EXCEEDED_FOR_TWO_MINUTES: PushOutcome(
        OutcomeKind.RATE_LIMITED, retry_after=120.0, code="QUOTA_EXCEEDED"
    ),
    Situation.UNAVAILABLE: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="UNAVAILABLE"),
    Situation.UNAVAILABLE_FOR_45_SECONDS: PushOutcome(OutcomeKind.RETRY, retry_after=45.0, code="UNAVAILABLE"),
    Situation.INTERNAL_ERROR: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="INTERNAL"),
    Situation.BAD_GATEWAY: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="http_502"),
    Situation.REDIRECTED: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="http_302"),
    Situation.UNKNOWN_REFUSAL: PushOutcome(OutcomeKind.PAYLOAD_REJECTED, code="http_418"),
    Situation.TIMED_OUT: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="timeout"),
    Situation.CONNECTION_RESET: PushOutcome(OutcomeKind.RETRY, retry_after=10.0, code="connection_failed"),
}


class RecordingTransport:
    """Takes every push and answers "sent", unless told otherwise for all devices or one.

    `sent` holds what was handed over, in order, refused pushes included.
    """

    def __init__(self) -> None:
        self.sent: list[PushMessage] = []
        self.closed = False
        self._queued: defaultdict[str | None, deque[Situation]] = defaultdict(deque)
        self._lasting: dict[str | None, Situation] = {}

    def answer_with(self, *situations: Situation, token: str | None = None) -> None:
        """Answer the next sends so, one situation each: those to the device's `token`, or those to any device."""
        self._queued[token].extend(situations)

    def always_answer(self, situation: Situation, token: str | None = None) -> None:
        """Answer so from now on."""
        self._lasting[token] = situation

    def sent_to(self, token: str) -> list[PushMessage]:
        """Return what was handed over for one device."""
        return [message for message in self.sent if message.token == token]

    async def send(self, message: PushMessage) -> PushOutcome:
        """Record the push. See PushTransport.send."""
        if self.closed:
            raise RuntimeError("the push transport is closed")
        self.sent.append(message)
        situation = self._next(message.token) or self._next(None) or Situation.ACCEPTED
        if situation is Situation.ACCEPTED:
            return PushOutcome(OutcomeKind.SENT, message_id=f"projects/test/messages/{len(self.sent)}")
        return OUTCOMES[situation]

    async def aclose(self) -> None:
        """See PushTransport.aclose."""
        self.closed = True

    def _next(self, token: str | None) -> Situation | None:
        queue = self._queued[token]
        return queue.popleft() if queue else self._lasting.get(token)
