# mypy: allow-untyped-calls
"""Push over Firebase Cloud Messaging through the real firebase-admin: the only module that imports it.

The SDK's async client has four faults and its sync one sleeps up to 12 seconds inside `send`, so: sync `send` in a
bounded pool of threads, the SDK's retries off (ours are durable), the OAuth token fetched apart (`oauth.py`).
What is switched off is reached through a subclass of the SDK's messaging service, registered for the app; it touches
private names, so the version is pinned and tests/push/test_sdk_seam.py fails when an upgrade changes them.
"""

import asyncio
import concurrent.futures
import dataclasses
import functools
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import firebase_admin
import requests
import urllib3
from firebase_admin import messaging
from google.auth.transport.requests import AuthorizedSession

from app.push.credentials import load_service_account
from app.push.oauth import BackgroundToken, TokenUnavailableError
from app.push.replies import accepted, message_id, refused, unanswered
from app.push.settings import PushSettings
from app.push.transport import OutcomeKind, PushMessage, PushOutcome
from app.push.wire import PayloadTooLargeError, android_priority, apns_headers, apns_sound, fit

_app_numbers = itertools.count(1)


class NotAcceptedError(Exception):
    """FCM did not take the message; `outcome` says why. No RequestException, so the SDK lets it pass untouched."""

    def __init__(self, outcome: PushOutcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class OneShotClient:
    """What the SDK's `send` asks of its HTTP client, done as exactly one request: no retries, no redirects."""

    def __init__(self, token: BackgroundToken, *, timeout: float, connections: int) -> None:
        self._token = token
        self._timeout = timeout
        # google-auth would send a second and a third time on a 401; we renew the token and let the next send use it.
        self._session = AuthorizedSession(token, refresh_status_codes=())
        adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def body(self, method: str, *, url: str, headers: dict[str, str], json: object) -> dict[str, str | None]:
        """Make the request and return the message id under "name", None where the reply holds none.

        Raises NotAcceptedError for everything else.
        """
        response = self._request(method, url, headers, json)
        status = response.status_code
        if status == 401:
            self._token.distrust(str(response.request.headers["Authorization"]).removeprefix("Bearer "))
        if not 200 <= status < 300:
            raise NotAcceptedError(refused(status, response.headers, response.content, now=datetime.now(UTC)))
        return {"name": message_id(response.content)}

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _request(self, method: str, url: str, headers: dict[str, str], json: object) -> requests.Response:
        options: dict[str, Any] = {"headers": headers, "json": json, "allow_redirects": False}
        try:
            response: requests.Response = self._session.request(method, url, timeout=self._timeout, **options)
        except TokenUnavailableError as error:
            raise NotAcceptedError(_without_token(error)) from error
        except requests.Timeout as error:
            raise NotAcceptedError(unanswered("timeout", f"FCM gave no answer within {self._timeout} s")) from error
        except (OSError, urllib3.exceptions.HTTPError) as error:
            # The text of the error is left out: it holds addresses of this process, and of proxies with passwords.
            raise NotAcceptedError(unanswered("connection_failed", type(error).__name__)) from error
        return response


class MessagingService(messaging._MessagingService):  # type: ignore[misc]  # noqa: SLF001 - the seam
    """The SDK's messaging service with its address given and its HTTP client replaced."""

    _client: Any

    def __init__(self, app: firebase_admin.App, *, base_url: str, client: OneShotClient) -> None:
        super().__init__(app)
        self._client.close()
        self._client = client
        self._fcm_url = f"{base_url.rstrip('/')}/v1/projects/{app.project_id}/messages:send"

    def close(self) -> None:
        """Close the connections. The SDK's own closes its async client, unused here, by an event loop of its own."""
        self._client.close()


class FcmTransport:
    """Sends pushes through FCM. Bound to no event loop; several may exist in a process.

    Each `send` makes one request at most and answers within 2.5 times `settings.timeout_seconds`.
    Raises PushCredentialsError where the service account can't be used.
    """

    def __init__(self, settings: PushSettings) -> None:
        account = load_service_account(settings)
        self._settings = settings
        self._closing = False
        self._token = BackgroundToken(account, timeout=settings.timeout_seconds)
        options = {"projectId": account["project_id"], "httpTimeout": settings.timeout_seconds}
        self._app = firebase_admin.initialize_app(self._token, options, name=f"idea-storage-push-{next(_app_numbers)}")
        client = OneShotClient(self._token, timeout=settings.timeout_seconds, connections=settings.max_in_flight)
        build = functools.partial(MessagingService, base_url=settings.fcm_base_url, client=client)
        self._app._get_service(messaging._MESSAGING_ATTRIBUTE, build)  # noqa: SLF001 - the seam
        self._pool = concurrent.futures.ThreadPoolExecutor(settings.max_in_flight, thread_name_prefix="push-fcm")

    async def send(self, message: PushMessage) -> PushOutcome:
        """Send once. A body too long for FCM is shortened; see PushTransport.send.

        Raises RuntimeError after `aclose`.
        """
        if self._closing:
            raise RuntimeError("the push transport is closed")
        try:
            fitting = fit(message)
        except PayloadTooLargeError as error:
            return PushOutcome(OutcomeKind.PAYLOAD_REJECTED, code="payload_too_large", detail=str(error))
        job = self._pool.submit(self._send, fitting)
        try:
            # Covers a reply that drips, a name server that hangs, a pool whose threads are all held up.
            async with asyncio.timeout(self._settings.timeout_seconds * 2.5):
                return await asyncio.wrap_future(job)
        except TimeoutError:
            # A job still waiting for a thread was cancelled with its future and is never sent.
            return unanswered("no_free_thread" if job.cancelled() else "timeout", "the push took too long")

    async def aclose(self) -> None:
        """Delete the app and join all threads; waits at most for the requests under way."""
        if not self._closing:
            self._closing = True
            # The SDK's cleaning up may run an event loop, which is forbidden in a thread that has one running.
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._token.stop()
        self._pool.shutdown()
        self._token.join()
        firebase_admin.delete_app(self._app)

    def _send(self, message: PushMessage) -> PushOutcome:
        if self._closing:
            return unanswered("closing", "the push transport is closing")
        try:
            name = messaging.send(sdk_message(message, now=datetime.now(UTC)), self._settings.dry_run, self._app)
        except NotAcceptedError as refusal:
            # FCM's sentence may quote the token, which must not reach a log.
            return dataclasses.replace(refusal.outcome, detail=refusal.outcome.detail.replace(message.token, "…"))
        return accepted(name)


def sdk_message(message: PushMessage, *, now: datetime) -> messaging.Message:
    """Return the push in the SDK's classes; encoded, it equals `wire.wire_message`."""
    notification = None if message.silent else messaging.Notification(title=message.title, body=message.body)
    shown = None if message.silent else messaging.AndroidNotification(tag=message.tag, channel_id=message.channel_id)
    aps = messaging.Aps(
        badge=message.badge,
        sound=apns_sound(message),
        thread_id=None if message.silent else message.thread_id,
        content_available=message.silent,
    )
    built = messaging.Message(
        data=dict(message.data),
        notification=notification,
        android=messaging.AndroidConfig(
            priority=android_priority(message), ttl=timedelta(seconds=message.ttl_seconds), notification=shown
        ),
        apns=messaging.APNSConfig(headers=apns_headers(message, now=now), payload=messaging.APNSPayload(aps)),
    )
    # Set as an attribute: the constructor warns about `token`, which apps use until they switch to installation ids.
    setattr(built, message.token_kind, message.token)
    return built


def _without_token(error: TokenUnavailableError) -> PushOutcome:
    if error.failure.permanent:
        return PushOutcome(OutcomeKind.CREDENTIALS_REJECTED, code="oauth_rejected", detail=error.failure.detail)
    return unanswered("oauth_unavailable", error.failure.detail)
