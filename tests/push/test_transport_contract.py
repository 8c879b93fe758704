"""One contract for every push transport: the real one against the local FCM, and the fake other tests use."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest

from app.push.fcm import FcmTransport
from app.push.settings import PushSettings
from app.push.transport import OutcomeKind, PushTransport
from tests import fcm_replies as fcm
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.push.messages import a_push, a_silent_push
from tests.push.recording import RecordingTransport, Situation

REPLIES = {
    Situation.ACCEPTED_UNREADABLY: fcm.not_json(),
    Situation.UNREGISTERED: fcm.unregistered(),
    Situation.TOKEN_MALFORMED: fcm.invalid_token(),
    Situation.TOKEN_NAMED: fcm.invalid_field("message.token"),
    Situation.FID_NAMED: fcm.invalid_field("message.fid"),
    Situation.FIELD_NAMED: fcm.invalid_field("message.data[0].value"),
    Situation.TOO_BIG: fcm.too_big(),
    Situation.SENDER_MISMATCH: fcm.sender_id_mismatch(),
    Situation.PERMISSION_DENIED: fcm.permission_denied(),
    Situation.PROJECT_NOT_FOUND: fcm.not_found(),
    Situation.UNAUTHENTICATED: fcm.unauthenticated(),
    Situation.APNS_KEY_REFUSED: fcm.third_party_auth_error(),
    Situation.QUOTA_EXCEEDED: fcm.quota_exceeded(),
    Situation.QUOTA_EXCEEDED_FOR_TWO_MINUTES: fcm.quota_exceeded("120"),
    Situation.UNAVAILABLE: fcm.unavailable(),
    Situation.UNAVAILABLE_FOR_45_SECONDS: fcm.unavailable("45"),
    Situation.INTERNAL_ERROR: fcm.internal(),
    Situation.BAD_GATEWAY: fcm.not_json(502),
    Situation.REDIRECTED: fcm.Reply(status=302, headers={"Location": "/elsewhere"}),
    Situation.UNKNOWN_REFUSAL: fcm.not_json(418),
    Situation.TIMED_OUT: fcm.hang(),
    Situation.CONNECTION_RESET: fcm.reset(),
}

# Each row of FCM's rules: what happens, what became of the push, the least wait, the code.
ROWS: list[tuple[Situation, OutcomeKind, float | None, str]] = [
    (Situation.ACCEPTED, OutcomeKind.SENT, None, ""),
    (Situation.ACCEPTED_UNREADABLY, OutcomeKind.SENT, None, "unreadable_reply"),
    (Situation.UNREGISTERED, OutcomeKind.TOKEN_DEAD, None, "UNREGISTERED"),
    (Situation.TOKEN_MALFORMED, OutcomeKind.TOKEN_DEAD, None, "INVALID_ARGUMENT"),
    (Situation.TOKEN_NAMED, OutcomeKind.TOKEN_DEAD, None, "INVALID_ARGUMENT"),
    (Situation.FID_NAMED, OutcomeKind.TOKEN_DEAD, None, "INVALID_ARGUMENT"),
    (Situation.FIELD_NAMED, OutcomeKind.PAYLOAD_REJECTED, None, "INVALID_ARGUMENT"),
    (Situation.TOO_BIG, OutcomeKind.PAYLOAD_REJECTED, None, "INVALID_ARGUMENT"),
    (Situation.SENDER_MISMATCH, OutcomeKind.SENDER_MISMATCH, None, "SENDER_ID_MISMATCH"),
    (Situation.PERMISSION_DENIED, OutcomeKind.CREDENTIALS_REJECTED, None, "PERMISSION_DENIED"),
    (Situation.PROJECT_NOT_FOUND, OutcomeKind.CREDENTIALS_REJECTED, None, "NOT_FOUND"),
    (Situation.UNAUTHENTICATED, OutcomeKind.CREDENTIALS_REJECTED, None, "UNAUTHENTICATED"),
    (Situation.APNS_KEY_REFUSED, OutcomeKind.CREDENTIALS_REJECTED, None, "THIRD_PARTY_AUTH_ERROR"),
    (Situation.QUOTA_EXCEEDED, OutcomeKind.RATE_LIMITED, 60.0, "QUOTA_EXCEEDED"),
    (Situation.QUOTA_EXCEEDED_FOR_TWO_MINUTES, OutcomeKind.RATE_LIMITED, 120.0, "QUOTA_EXCEEDED"),
    (Situation.UNAVAILABLE, OutcomeKind.RETRY, 10.0, "UNAVAILABLE"),
    (Situation.UNAVAILABLE_FOR_45_SECONDS, OutcomeKind.RETRY, 45.0, "UNAVAILABLE"),
    (Situation.INTERNAL_ERROR, OutcomeKind.RETRY, 10.0, "INTERNAL"),
    (Situation.BAD_GATEWAY, OutcomeKind.RETRY, 10.0, "http_502"),
    (Situation.REDIRECTED, OutcomeKind.RETRY, 10.0, "http_302"),
    (Situation.UNKNOWN_REFUSAL, OutcomeKind.PAYLOAD_REJECTED, None, "http_418"),
    (Situation.TIMED_OUT, OutcomeKind.RETRY, 10.0, "timeout"),
    (Situation.CONNECTION_RESET, OutcomeKind.RETRY, 10.0, "connection_failed"),
]


class Rig(Protocol):
    """A transport, and the power over what happens to its pushes."""

    @property
    def transport(self) -> PushTransport: ...

    def arrange(self, situation: Situation, token: str | None = None) -> None:
        """Let it happen to the next push, or the next one to a device."""

    def attempts(self) -> int:
        """How many pushes left the transport."""


@dataclass
class FcmRig:
    """The real transport and the local FCM."""

    transport: FcmTransport
    server: FcmServer
    earlier: int = 0

    def arrange(self, situation: Situation, token: str | None = None) -> None:
        if situation is not Situation.ACCEPTED:
            self.server.reply_with(REPLIES[situation], token=token)

    def attempts(self) -> int:
        return len(self.server.sends) - self.earlier


@dataclass
class RecordingRig:
    """The fake."""

    transport: RecordingTransport

    def arrange(self, situation: Situation, token: str | None = None) -> None:
        self.transport.answer_with(situation, token=token)

    def attempts(self) -> int:
        return len(self.transport.sent)


@pytest.fixture(scope="module")
def shared_fcm() -> Iterator[FcmRig]:
    """One real transport for all rows, as in the service: what one answer leaves behind meets the next push."""
    with FcmServer() as server:
        account = json.dumps(throwaway_service_account(server))
        settings = PushSettings(credentials_json=account, fcm_base_url=server.base_url, timeout_seconds=0.5)
        transport = FcmTransport(settings)
        yield FcmRig(transport, server)
        asyncio.run(transport.aclose())


@pytest.fixture(params=["fcm", "recording"])
def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "recording":
        return RecordingRig(RecordingTransport())
    shared: FcmRig = request.getfixturevalue("shared_fcm")
    return FcmRig(shared.transport, shared.server, earlier=len(shared.server.sends))


@pytest.mark.parametrize(("situation", "kind", "wait", "code"), ROWS, ids=[row[0].value for row in ROWS])
async def test_each_answer_has_its_outcome(
    rig: Rig, situation: Situation, kind: OutcomeKind, wait: float | None, code: str
) -> None:
    rig.arrange(situation)
    outcome = await rig.transport.send(a_push())
    assert (outcome.kind, outcome.retry_after, outcome.code) == (kind, wait, code)
    assert (outcome.message_id is not None) == (situation is Situation.ACCEPTED)
    assert rig.attempts() == 1, "a transport never sends again by itself"


def test_every_situation_is_in_the_table() -> None:
    assert [row[0] for row in ROWS] == list(Situation)


async def test_the_next_push_goes_through_after_any_answer(rig: Rig) -> None:
    for situation in (Situation.CONNECTION_RESET, Situation.UNAVAILABLE, Situation.BAD_GATEWAY, Situation.REDIRECTED):
        rig.arrange(situation)
        await rig.transport.send(a_push())
        outcome = await rig.transport.send(a_push())
        assert outcome.kind is OutcomeKind.SENT


async def test_an_answer_for_one_device_leaves_the_others_alone(rig: Rig) -> None:
    rig.arrange(Situation.UNREGISTERED, token="gone")
    outcomes = {token: await rig.transport.send(a_push(token=token)) for token in ("here", "gone", "there")}
    assert {token: outcome.kind for token, outcome in outcomes.items()} == {
        "here": OutcomeKind.SENT,
        "gone": OutcomeKind.TOKEN_DEAD,
        "there": OutcomeKind.SENT,
    }


async def test_a_silent_push_to_an_installation_id_is_sent(rig: Rig) -> None:
    outcome = await rig.transport.send(a_silent_push(token_kind="fid", token="fid-1"))
    assert outcome.kind is OutcomeKind.SENT


@pytest.mark.parametrize("kind", ["fcm", "recording"])
async def test_closing_twice_is_safe_and_sending_after_it_is_an_error(kind: str, push_settings: PushSettings) -> None:
    transport: PushTransport = FcmTransport(push_settings) if kind == "fcm" else RecordingTransport()
    await transport.aclose()
    await transport.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await transport.send(a_push())
