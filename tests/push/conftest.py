"""What tests of push share: the local FCM server and a transport that sends to it."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from app.push.fcm import FcmTransport
from app.push.settings import PushSettings
from tests.fcm_server import FcmServer, throwaway_service_account


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the local server directly on machines whose environment names a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def fcm_server() -> Iterator[FcmServer]:
    """A local FCM of this test alone."""
    with FcmServer() as server:
        yield server


@pytest.fixture
def push_settings(fcm_server: FcmServer) -> PushSettings:
    """Settings that lead to the local FCM, with a time-out short enough for tests that wait for it."""
    return PushSettings(
        credentials_json=json.dumps(throwaway_service_account(fcm_server)),
        fcm_base_url=fcm_server.base_url,
        timeout_seconds=0.5,
    )


@pytest.fixture
async def fcm_transport(push_settings: PushSettings) -> AsyncIterator[FcmTransport]:
    """The real transport, sending to the local FCM."""
    transport = FcmTransport(push_settings)
    yield transport
    await transport.aclose()
