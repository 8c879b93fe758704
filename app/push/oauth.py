# mypy: allow-untyped-calls
"""The OAuth token for FCM, kept fresh by a thread of its own.

Left to itself the SDK fetches a token inside the request that finds it expired: every sending thread at once, up to 120
seconds each. Here requests only read the token; the one thread that fetches may hang without holding up anything else.
"""

import functools
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
import structlog
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from app.push.credentials import PushCredentialsError

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
"""The one right needed to send (FCM reference, projects.messages.send)."""

log = structlog.get_logger(__name__)

_SHORTEST_PAUSE_SECONDS = 1.0
_LONGEST_BACKOFF_SECONDS = 60.0
_YOUNG_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """Why there is no token: `permanent` when the service account itself was refused."""

    permanent: bool
    detail: str


class TokenUnavailableError(GoogleAuthError):
    """There is no valid token to send with, for the reason in `failure`."""

    def __init__(self, failure: TokenFailure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class BackgroundToken(Credentials):
    """Google credentials whose token is fetched ahead of need by a thread, started at once.

    `timeout` bounds one request to the token endpoint and the time a sender waits for a token, in seconds.
    Raises PushCredentialsError where the account's private key can't be read.
    """

    def __init__(self, account: dict[str, str], *, timeout: float) -> None:
        super().__init__()
        try:
            self._source = service_account.Credentials.from_service_account_info(account, scopes=[SCOPE])
        except (ValueError, GoogleAuthError) as error:
            raise PushCredentialsError("the push credentials' private_key is damaged: download a new key") from error
        self._timeout = timeout
        self._session = requests.Session()
        self._changed = threading.Condition()
        self._failure: TokenFailure | None = None
        self._fetching = True
        self._wanted = False
        self._stopped = False
        self._fetched_at = 0.0
        self._thread = threading.Thread(target=self._keep_fresh, name="push-oauth", daemon=True)
        self._thread.start()

    def refresh(self, request: object) -> None:
        """Wait until the thread has a token; google-auth calls this when it finds none that is valid.

        Raises TokenUnavailableError after the time-out, or at once while the thread pauses after a failure.
        """
        with self._changed:
            if self.valid:
                return
            if self._failure is None or self._fetching:
                self._wanted = not self._fetching
                self._changed.notify_all()
                self._changed.wait_for(self._settled, self._timeout)
            if self._stopped:
                raise TokenUnavailableError(TokenFailure(permanent=False, detail="the push transport is closing"))
            if self._fetching or self._wanted:
                raise TokenUnavailableError(TokenFailure(permanent=False, detail="no OAuth token in time"))
            if self._failure is not None:
                raise TokenUnavailableError(self._failure)

    def distrust(self, token: str) -> None:
        """Fetch a new token, since FCM refused this one. One just fetched can't be the cause and is kept."""
        with self._changed:
            if token == self.token and time.monotonic() - self._fetched_at > _YOUNG_SECONDS:
                self.token = None
                self._wanted = True
                self._changed.notify_all()

    def stop(self) -> None:
        """Tell the thread to end and free whoever waits for a token."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the thread, at most for one request to the token endpoint."""
        self._thread.join()
        self._session.close()

    def _settled(self) -> bool:
        return self._stopped or not (self._fetching or self._wanted)

    def _keep_fresh(self) -> None:
        failures = 0
        while not self._stopped:
            failure = self._fetch()
            failures = failures + 1 if failure else 0
            if failure and not self._stopped:
                log.warning("push.oauth_failed", permanent=failure.permanent, detail=failure.detail, failures=failures)
            pause = _backoff(failures) if failure else self._until_renewal()
            with self._changed:
                self._failure = failure
                self._fetching = self._wanted = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._stopped or self._wanted, pause)
                self._fetching = True
                self._wanted = False

    def _fetch(self) -> TokenFailure | None:
        try:
            self._source.refresh(functools.partial(self._request, timeout=self._timeout))
        except TransportError as error:
            return TokenFailure(permanent=False, detail=f"OAuth did not answer: {type(error.args[0]).__name__}")
        except RefreshError as error:
            return TokenFailure(permanent=not error.retryable, detail=f"OAuth refused: {error.args[0]}"[:300])
        except Exception as error:  # noqa: BLE001 - google-auth raises TypeError and more for odd replies; go on
            return TokenFailure(permanent=False, detail=f"OAuth's reply can't be read: {type(error).__name__}")
        # Expiry first: a sender between the two lines at worst sends the old token, which is valid still.
        self.expiry = self._source.expiry
        self.token = self._source.token
        self._fetched_at = time.monotonic()
        return None

    def _request(self, *args: object, **options: object) -> object:
        """Make one request to the token endpoint; google-auth's own retries end here once the transport closes."""
        if self._stopped:
            raise TransportError("closing")
        return Request(self._session)(*args, **options)

    def _until_renewal(self) -> float:
        """Return the seconds until the next fetch: three quarters of the token's life, an hour's for Google's."""
        if self.expiry is None:
            return 1800.0
        lifetime = (self.expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
        # google-auth takes a token for expired 225 seconds before its end, so a short-lived one is renewed before that.
        return float(max(_SHORTEST_PAUSE_SECONDS, min(lifetime * 0.75, lifetime - 300.0)))


def _backoff(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: doubling, a minute at most."""
    return min(_LONGEST_BACKOFF_SECONDS, _SHORTEST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 6))
