"""The real FCM transport against the local FCM: what the contract doesn't say, and the SDK's faults kept away."""

import asyncio
import dataclasses
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import firebase_admin
import pytest

from app.push import oauth
from app.push.fcm import FcmTransport
from app.push.settings import PushSettings
from app.push.transport import OutcomeKind
from tests import fcm_replies as fcm
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.push.messages import COMMENT, IDEA, a_push, a_silent_push


def _push_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("push-")]


async def test_a_push_arrives_as_fcm_wants_it(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    before = int(time.time())
    outcome = await fcm_transport.send(a_push())
    (send,) = fcm_server.sends
    assert outcome.message_id is not None
    assert outcome.message_id.startswith("projects/idea-storage-test/messages/")
    assert (send.status, send.token_kind, send.token, send.validate_only) == (200, "token", "device-1", False)
    expires_at = int(send.message["apns"]["headers"].pop("apns-expiration"))
    assert before + 172_800 <= expires_at <= time.time() + 172_800
    assert send.message == {
        "token": "device-1",
        "notification": {
            "title": "새 답글 · 메카트로닉스 미니클러스터",
            "body": "김민수 과장: 금형 온도를 센서로 재면 불량률을 절반으로 줄일 수 있습니다.",
        },
        "data": {"schema_version": "1", "kind": "reply", "idea_id": IDEA, "comment_id": COMMENT},
        "android": {
            "priority": "high",
            "ttl": "172800s",
            "notification": {"tag": f"idea-{IDEA}", "channel_id": "responses"},
        },
        "apns": {
            "headers": {"apns-push-type": "alert", "apns-priority": "10", "apns-collapse-id": f"idea-{IDEA}"},
            "payload": {"aps": {"badge": 3, "sound": "default", "thread-id": f"idea-{IDEA}"}},
        },
    }


async def test_a_silent_push_shows_nothing(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    await fcm_transport.send(a_silent_push(badge=0))
    await fcm_transport.send(a_silent_push(badge=None))
    with_badge, without = fcm_server.accepted()
    assert "notification" not in with_badge
    assert with_badge["android"] == {"priority": "normal", "ttl": "172800s"}
    assert with_badge["apns"]["payload"] == {"aps": {"badge": 0, "content-available": 1}}
    assert with_badge["apns"]["headers"]["apns-push-type"] == "alert"
    assert without["apns"]["payload"] == {"aps": {"content-available": 1}}
    assert without["apns"]["headers"]["apns-push-type"] == "background"
    assert without["apns"]["headers"]["apns-priority"] == "5"


async def test_a_push_for_now_or_never(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    await fcm_transport.send(a_push(ttl_seconds=0))
    (message,) = fcm_server.accepted()
    assert message["android"]["ttl"] == "0s"
    assert message["apns"]["headers"]["apns-expiration"] == "0", "APNs tries once and keeps nothing"


async def test_a_long_body_is_cut_and_goes_out(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    outcome = await fcm_transport.send(a_push(body="금형 온도 " * 1000))
    (message,) = fcm_server.accepted()
    assert outcome.kind is OutcomeKind.SENT
    assert message["notification"]["body"].endswith("…")
    assert len(message["notification"]["body"]) > 1000


async def test_what_cannot_be_cut_to_size_never_goes_out(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    outcome = await fcm_transport.send(a_push(data={"note": "가" * 1400}))
    assert (outcome.kind, outcome.code) == (OutcomeKind.PAYLOAD_REJECTED, "payload_too_large")
    assert fcm_server.sends == []


async def test_a_dry_run_only_asks_fcm_to_check(push_settings: PushSettings, fcm_server: FcmServer) -> None:
    transport = FcmTransport(dataclasses.replace(push_settings, dry_run=True))
    outcome = await transport.send(a_push())
    await transport.aclose()
    assert outcome.kind is OutcomeKind.SENT
    assert [send.validate_only for send in fcm_server.sends] == [True]


async def test_a_date_in_retry_after_is_counted_from_now(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    fcm_server.reply_with(fcm.quota_exceeded(format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)))
    outcome = await fcm_transport.send(a_push())
    assert outcome.kind is OutcomeKind.RATE_LIMITED
    assert outcome.retry_after is not None
    assert 295 < outcome.retry_after <= 300


async def test_two_hundred_503_in_a_row_leave_it_working(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    fcm_server.always_reply(fcm.unavailable())
    outcomes = await asyncio.gather(*(fcm_transport.send(a_push()) for _ in range(200)))
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.RETRY}
    assert len(fcm_server.sends) == 200, "one request for each send: the SDK's retries are off"
    fcm_server.always_reply(None)
    outcome = await fcm_transport.send(a_push())
    assert outcome.kind is OutcomeKind.SENT


async def test_many_at_once_are_all_sent_once_by_few_threads(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    transport = FcmTransport(dataclasses.replace(push_settings, max_in_flight=3))
    outcomes = await asyncio.gather(*(transport.send(a_push(token=f"device-{n}")) for n in range(60)))
    threads = [name for name in _push_threads() if name.startswith("push-fcm")]
    await transport.aclose()
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.SENT}
    assert sorted(send.token for send in fcm_server.sends) == sorted(f"device-{n}" for n in range(60))
    assert len({outcome.message_id for outcome in outcomes}) == 60
    assert len(threads) <= 3
    assert len(fcm_server.token_requests) == 1


async def test_a_push_without_a_free_thread_is_given_up_in_time(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    transport = FcmTransport(dataclasses.replace(push_settings, max_in_flight=1, timeout_seconds=0.2))
    fcm_server.always_reply(fcm.hang())
    started = time.monotonic()
    outcomes = await asyncio.gather(*(transport.send(a_push()) for _ in range(6)))
    assert time.monotonic() - started < 1.5
    await transport.aclose()
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.RETRY}
    unsent = [outcome for outcome in outcomes if outcome.code == "no_free_thread"]
    assert unsent
    assert len(fcm_server.sends) == 6 - len(unsent), "what was given up before its turn is never sent"


async def test_a_cancelled_send_leaves_it_working(fcm_transport: FcmTransport, fcm_server: FcmServer) -> None:
    fcm_server.reply_with(fcm.hang(0.2))
    task = asyncio.create_task(fcm_transport.send(a_push()))
    await asyncio.to_thread(fcm_server.wait_for_sends, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await fcm_transport.send(a_push())).kind is OutcomeKind.SENT


def test_one_transport_serves_two_event_loops_in_turn(push_settings: PushSettings, fcm_server: FcmServer) -> None:
    transport = FcmTransport(push_settings)
    first = asyncio.run(transport.send(a_push(token="one")))
    second = asyncio.run(transport.send(a_push(token="two")))
    asyncio.run(transport.aclose())
    assert (first.kind, second.kind) == (OutcomeKind.SENT, OutcomeKind.SENT)
    assert [send.token for send in fcm_server.sends] == ["one", "two"]


async def test_two_instances_at_once_keep_to_their_own_project(fcm_server: FcmServer) -> None:
    with FcmServer("another-project") as other_server:
        servers = (fcm_server, other_server)
        transports = [
            FcmTransport(
                PushSettings(
                    credentials_json=json.dumps(throwaway_service_account(server)), fcm_base_url=server.base_url + "/"
                )
            )
            for server in servers
        ]
        for transport, token in zip(transports, ("ours", "theirs"), strict=True):
            await transport.send(a_push(token=token))
        await transports[0].aclose()
        outcome = await transports[1].send(a_push(token="theirs"))
        await transports[1].aclose()
        assert outcome.kind is OutcomeKind.SENT
        assert [[send.token for send in server.sends] for server in servers] == [["ours"], ["theirs", "theirs"]]


async def test_closing_joins_all_threads_and_deletes_the_app(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    before = _push_threads()
    transport = FcmTransport(push_settings)
    await transport.send(a_push())
    fcm_server.reply_with(fcm.hang(0.2))
    sending = asyncio.create_task(transport.send(a_push()))
    await asyncio.to_thread(fcm_server.wait_for_sends, 2)
    await transport.aclose()
    assert _push_threads() == before, "closing waits for what is under way"
    assert (await sending).kind is OutcomeKind.RETRY
    assert not [name for name in firebase_admin._apps if name == transport._app.name]


async def test_a_token_in_fcms_words_is_kept_out_of_the_detail(
    fcm_transport: FcmTransport, fcm_server: FcmServer
) -> None:
    token = "fGx-very-secret-token"
    fcm_server.reply_with(fcm.fcm_error(400, "INVALID_ARGUMENT", f"Bad value {token} in message.android"))
    outcome = await fcm_transport.send(a_push(token=token))
    assert outcome.kind is OutcomeKind.PAYLOAD_REJECTED
    assert token not in outcome.detail


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "gone"}',
        b'{"error": {"details": "none"}}',
        b'{"error": {"details": [1, {"fieldViolations": {}}]}}',
        b"[]",
    ],
)
async def test_an_odd_error_body_is_an_outcome_too(
    fcm_transport: FcmTransport, fcm_server: FcmServer, body: bytes
) -> None:
    fcm_server.reply_with(fcm.Reply(status=400, body=body))
    outcome = await fcm_transport.send(a_push())
    assert (outcome.kind, outcome.code) == (OutcomeKind.PAYLOAD_REJECTED, "http_400")


async def test_fcm_that_is_down_means_retry(push_settings: PushSettings) -> None:
    with FcmServer() as gone:
        address = gone.base_url
    transport = FcmTransport(dataclasses.replace(push_settings, fcm_base_url=address))
    outcome = await transport.send(a_push())
    await transport.aclose()
    assert (outcome.kind, outcome.code) == (OutcomeKind.RETRY, "connection_failed")


async def test_a_401_renews_the_oauth_token_for_the_next_push(
    fcm_transport: FcmTransport, fcm_server: FcmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fcm_transport.send(a_push())
    fcm_server.revoke_tokens()
    young = await fcm_transport.send(a_push())
    monkeypatch.setattr(oauth, "_YOUNG_SECONDS", 0.0)
    old = await fcm_transport.send(a_push())
    renewed = await fcm_transport.send(a_push())
    assert [young.kind, old.kind] == [OutcomeKind.CREDENTIALS_REJECTED] * 2
    assert renewed.kind is OutcomeKind.SENT
    assert len(fcm_server.sends) == 4, "google-auth's own second and third request on a 401 are off"
    assert len(fcm_server.token_requests) == 2
