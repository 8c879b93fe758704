"""The private names of firebase-admin that app/push/fcm.py stands on. An upgrade that changes one fails here first."""

import inspect
from datetime import UTC, datetime
from typing import Any

import firebase_admin
import pytest
import requests
from firebase_admin import _http_client, messaging
from google.auth.credentials import CredentialsWithRegionalAccessBoundary
from google.auth.transport.requests import AuthorizedSession

from app.push.fcm import FcmTransport, MessagingService, NotAcceptedError, OneShotClient, sdk_message
from app.push.oauth import BackgroundToken
from app.push.replies import unanswered
from app.push.transport import PushMessage
from app.push.wire import wire_message
from tests.push.messages import a_push, a_silent_push


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_version_is_the_one_that_was_read() -> None:
    assert firebase_admin.__version__ == "7.7.0"


def test_the_names_exist_with_the_signatures_used() -> None:
    assert messaging._MESSAGING_ATTRIBUTE == "_messaging"
    assert _parameters(firebase_admin.App._get_service) == ["self", "name", "initializer"]
    assert _parameters(messaging._MessagingService.__init__) == ["self", "app"]
    assert _parameters(messaging._MessagingService.send) == ["self", "message", "dry_run"]
    assert _parameters(messaging._MessagingService.close) == ["self"]
    assert _parameters(messaging.send) == ["message", "dry_run", "app"]
    assert _parameters(messaging._get_messaging_service) == ["app"]
    assert _parameters(_http_client.HttpClient.close) == ["self"]
    assert _parameters(_http_client.HttpClient.body)[:3] == ["self", "method", "url"]
    assert "refresh_status_codes" in _parameters(AuthorizedSession.__init__)


async def test_the_public_send_finds_our_service(fcm_transport: FcmTransport) -> None:
    service = messaging._get_messaging_service(fcm_transport._app)
    assert isinstance(service, MessagingService)
    assert isinstance(service._client, OneShotClient)


async def test_send_asks_the_client_for_one_body_and_takes_its_name(fcm_transport: FcmTransport) -> None:
    calls: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    class Client:
        def body(self, *arguments: str, **options: Any) -> dict[str, str]:
            calls.append((arguments, options))
            return {"name": "projects/p/messages/1"}

        def close(self) -> None:
            """The transport closes it in the end."""

    messaging._get_messaging_service(fcm_transport._app)._client = Client()
    message = sdk_message(a_push(), now=datetime.now(UTC))
    assert messaging.send(message, False, fcm_transport._app) == "projects/p/messages/1"
    ((arguments, options),) = calls
    assert arguments == ("post",)
    assert sorted(options) == ["headers", "json", "url"]
    assert options["url"].endswith("/v1/projects/idea-storage-test/messages:send")
    assert sorted(options["json"]) == ["message"]


async def test_our_exception_passes_through_the_sdk(fcm_transport: FcmTransport) -> None:
    outcome = unanswered("timeout", "")

    class Client:
        def body(self, *arguments: str, **options: Any) -> dict[str, str]:
            raise NotAcceptedError(outcome)

        def close(self) -> None:
            """The transport closes it in the end."""

    messaging._get_messaging_service(fcm_transport._app)._client = Client()
    assert not issubclass(NotAcceptedError, requests.RequestException)
    assert await fcm_transport.send(a_push()) == outcome


def test_the_token_is_looked_up_at_no_second_google_service() -> None:
    # Credentials of this kind ask iamcredentials.googleapis.com at each use, by a thread of their own.
    assert not issubclass(BackgroundToken, CredentialsWithRegionalAccessBoundary)


@pytest.mark.parametrize(
    "message",
    [
        a_push(),
        a_push(token_kind="fid", high_priority=False, badge=None, ttl_seconds=0),
        a_push(body="", data={}),
        a_silent_push(badge=0),
        a_silent_push(badge=None),
    ],
    ids=["full", "plain", "empty", "silent with badge", "silent"],
)
def test_the_sdk_encodes_what_the_size_was_counted_on(message: PushMessage) -> None:
    now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    encoded = messaging._MessagingService.encode_message(sdk_message(message, now=now))
    assert encoded == wire_message(message, now=now)
