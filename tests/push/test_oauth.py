"""The OAuth token: fetched ahead of need by a thread of its own, whatever the endpoint does."""

import asyncio
import dataclasses
import json
import time

import pytest

from app.push import oauth
from app.push.credentials import PushCredentialsError
from app.push.fcm import FcmTransport
from app.push.oauth import SCOPE, BackgroundToken
from app.push.settings import PushSettings
from app.push.transport import OutcomeKind
from tests import fcm_replies as fcm
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.push.messages import a_push


async def test_an_oauth_hang_stalls_neither_the_event_loop_nor_the_close(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    fcm_server.always_oauth_reply(fcm.hang())
    transport = FcmTransport(push_settings)
    sending = asyncio.create_task(transport.send(a_push()))
    turns = 0
    while not sending.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 3, "the loop went on while the push waited for a token"
    outcome = await sending
    started = time.monotonic()
    await transport.aclose()
    assert time.monotonic() - started < 1.5
    assert (outcome.kind, outcome.code, outcome.retry_after) == (OutcomeKind.RETRY, "oauth_unavailable", 10.0)
    assert fcm_server.sends == []


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the thread pause for a twentieth of a second where it would for one."""
    monkeypatch.setattr(oauth, "_SHORTEST_PAUSE_SECONDS", 0.05)


@pytest.mark.usefixtures("hurried")
async def test_a_hang_while_the_old_token_is_valid_holds_up_nothing(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    fcm_server.expires_in = 300
    transport = FcmTransport(push_settings)
    await transport.send(a_push())
    fcm_server.always_oauth_reply(fcm.hang())
    await asyncio.to_thread(fcm_server.wait_for_token_requests, 2)
    outcome = await transport.send(a_push())
    await transport.aclose()
    assert outcome.kind is OutcomeKind.SENT


@pytest.mark.usefixtures("hurried")
async def test_a_token_is_renewed_before_it_expires_without_any_push(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    fcm_server.expires_in = 300  # google-auth takes it for expired 225 s before its end; ours comes 75 s earlier
    transport = FcmTransport(push_settings)
    await transport.send(a_push())
    await asyncio.to_thread(fcm_server.wait_for_token_requests, 2)
    await asyncio.sleep(0.1)
    await transport.send(a_push())
    await transport.aclose()
    first, second = fcm_server.sends
    assert first.bearer != second.bearer


async def test_an_expired_token_is_fetched_once_for_all_who_wait(
    push_settings: PushSettings, fcm_server: FcmServer
) -> None:
    transport = FcmTransport(push_settings)
    await transport.send(a_push())
    transport._token.token = None
    outcomes = await asyncio.gather(*(transport.send(a_push()) for _ in range(16)))
    await transport.aclose()
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.SENT}
    assert len(fcm_server.token_requests) == 2


async def test_a_refused_service_account_is_said_at_once_and_not_asked_for_again(fcm_server: FcmServer) -> None:
    account = throwaway_service_account(fcm_server, registered=False)
    settings = PushSettings(credentials_json=json.dumps(account), fcm_base_url=fcm_server.base_url)
    transport = FcmTransport(settings)
    outcomes = [await transport.send(a_push()) for _ in range(5)]
    await transport.aclose()
    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {
        (OutcomeKind.CREDENTIALS_REJECTED, "oauth_rejected")
    }
    assert "invalid_grant" in outcomes[0].detail
    assert len(fcm_server.token_requests) == 1
    assert fcm_server.sends == []


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("reply", [fcm.not_json(), fcm.json_reply(200, []), fcm.reset()], ids=["html", "list", "reset"])
async def test_an_odd_oauth_answer_is_retried_by_the_thread(
    push_settings: PushSettings, fcm_server: FcmServer, reply: fcm.Reply
) -> None:
    fcm_server.always_oauth_reply(reply)
    transport = FcmTransport(push_settings)
    refused = await transport.send(a_push())
    fcm_server.always_oauth_reply(None)
    outcomes = []
    for _ in range(100):
        outcomes.append((await transport.send(a_push())).kind)
        if outcomes[-1] is OutcomeKind.SENT:
            break
        await asyncio.sleep(0.02)
    await transport.aclose()
    assert outcomes[-1] is OutcomeKind.SENT
    assert (refused.kind, refused.code) == (OutcomeKind.RETRY, "oauth_unavailable")


async def test_closing_ends_the_retries_of_google_auth(push_settings: PushSettings, fcm_server: FcmServer) -> None:
    fcm_server.always_oauth_reply(fcm.Reply(status=503))
    transport = FcmTransport(dataclasses.replace(push_settings, timeout_seconds=5.0))
    await asyncio.to_thread(fcm_server.wait_for_token_requests, 1)
    sending = asyncio.create_task(transport.send(a_push()))
    await asyncio.sleep(0.05)
    await transport.aclose()
    assert not transport._token._thread.is_alive()
    outcome = await sending
    assert (outcome.kind, outcome.code) == (OutcomeKind.RETRY, "oauth_unavailable")
    assert len(fcm_server.token_requests) == 1


def test_only_the_right_to_send_is_asked_for(fcm_server: FcmServer) -> None:
    token = BackgroundToken(throwaway_service_account(fcm_server), timeout=1.0)
    token.refresh(None)
    token.refresh(None)
    token.stop()
    token.join()
    assert token.valid
    assert [scopes for _, scopes in fcm_server._tokens.values()] == [{SCOPE}]


def test_a_damaged_key_is_said_so(fcm_server: FcmServer) -> None:
    account = {**throwaway_service_account(fcm_server), "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n"}
    with pytest.raises(PushCredentialsError, match="download a new key") as raised:
        BackgroundToken(account, timeout=1.0)
    assert "AAAA" not in str(raised.value)
