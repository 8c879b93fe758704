"""A local stand-in for FCM's HTTP v1 API and Google's OAuth token endpoint, for tests of the whole real path.

It holds the sender to what the real ones check: the JWT's signature, audience and lifetime, the bearer token it issued
and its scope, the shape and size of the message. Replies can be scripted, for all devices or one (`tests.fcm_replies`).
"""

import functools
import secrets
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests import fcm_replies
from tests.fcm_http import LocalHttpServer
from tests.fcm_replies import Reply, fcm_error, json_reply
from tests.fcm_rules import TARGETS, violations

AUDIENCE = "https://oauth2.googleapis.com/token"
SENDING_SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}


@dataclass(frozen=True, slots=True)
class RecordedSend:
    """One request to FCM. `status` is what was answered, None where the request was left hanging or broken off."""

    token_kind: str
    token: str
    message: dict[str, Any]
    validate_only: bool
    bearer: str
    at: datetime
    status: int | None


class _Script:
    """Replies waiting for requests: each is used once, then the lasting one, if there is any."""

    def __init__(self) -> None:
        self.queue: deque[Reply] = deque()
        self.lasting: Reply | None = None

    def next(self) -> Reply | None:
        return self.queue.popleft() if self.queue else self.lasting


class FcmServer:
    """The local server, listening on 127.0.0.1 from construction to `close`; a context manager, also in async tests.

    `expires_in` is the life of the OAuth tokens it issues, `delay` the time FCM takes for each answer, in seconds.
    """

    def __init__(self, project_id: str = "idea-storage-test") -> None:
        self.project_id = project_id
        self.expires_in = 3599
        self.delay = 0.0
        self.public_keys: dict[str, rsa.RSAPublicKey] = {}
        self.closing = threading.Event()
        self._lock = threading.Condition()
        self._sends: list[RecordedSend] = []
        self._token_requests: list[datetime] = []
        self._tokens: dict[str, tuple[datetime, set[str]]] = {}
        self._scripts: defaultdict[str | None, _Script] = defaultdict(_Script)
        self._oauth_script = _Script()
        self._http = LocalHttpServer(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="fcm-server")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Break off what hangs and end all threads."""
        self.closing.set()
        self._http.shutdown()
        self._http.break_connections()
        self._http.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """The address in place of https://fcm.googleapis.com."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def token_uri(self) -> str:
        """The OAuth token endpoint, for the service account's `token_uri`."""
        return f"{self.base_url}/token"

    @property
    def sends(self) -> list[RecordedSend]:
        """All requests to FCM so far, refused ones too, in order of arrival."""
        with self._lock:
            return list(self._sends)

    @property
    def token_requests(self) -> list[datetime]:
        """When the OAuth endpoint was asked, refusals included."""
        with self._lock:
            return list(self._token_requests)

    def accepted(self, token: str | None = None) -> list[dict[str, Any]]:
        """Return the messages answered by a 2xx, of one device or of all."""
        return [
            send.message
            for send in self.sends
            if send.status is not None and send.status < 300 and token in (None, send.token)
        ]

    def wait_for_sends(self, count: int, timeout: float = 5.0) -> list[RecordedSend]:
        """Block until so many requests have reached FCM; AssertionError after `timeout` seconds."""
        with self._lock:
            arrived = self._lock.wait_for(lambda: len(self._sends) >= count, timeout)
            assert arrived, f"{len(self._sends)} of {count} requests reached FCM in {timeout} s"
            return list(self._sends)

    def wait_for_token_requests(self, count: int, timeout: float = 5.0) -> None:
        """Block until the OAuth endpoint was asked so often; AssertionError after `timeout` seconds."""
        with self._lock:
            arrived = self._lock.wait_for(lambda: len(self._token_requests) >= count, timeout)
            assert arrived, f"{len(self._token_requests)} of {count} requests reached OAuth in {timeout} s"

    def reply_with(self, *replies: Reply, token: str | None = None) -> None:
        """Answer the next requests so, one reply each: those for the device's `token`, or those for any device."""
        with self._lock:
            self._scripts[token].queue.extend(replies)

    def always_reply(self, reply: Reply | None, token: str | None = None) -> None:
        """Answer so from now on; None returns to accepting."""
        with self._lock:
            self._scripts[token].lasting = reply

    def oauth_reply_with(self, *replies: Reply) -> None:
        """Answer the next OAuth requests so."""
        with self._lock:
            self._oauth_script.queue.extend(replies)

    def always_oauth_reply(self, reply: Reply | None) -> None:
        """Answer OAuth requests so from now on; None returns to issuing tokens."""
        with self._lock:
            self._oauth_script.lasting = reply

    def revoke_tokens(self) -> None:
        """Let FCM refuse every OAuth token issued so far."""
        with self._lock:
            self._tokens.clear()

    def oauth(self, form: dict[str, list[str]]) -> Reply:
        """Answer a request for a token."""
        with self._lock:
            self._token_requests.append(datetime.now(UTC))
            self._lock.notify_all()
            scripted = self._oauth_script.next()
        if scripted:
            return scripted
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return json_reply(400, {"error": "unsupported_grant_type"})
        scopes = self._scopes_of(form.get("assertion", [""])[0])
        if scopes is None:
            return fcm_replies.invalid_grant()
        token = f"ya29.{secrets.token_urlsafe(24)}"
        with self._lock:
            self._tokens[token] = (datetime.now(UTC) + timedelta(seconds=self.expires_in), scopes)
        return json_reply(200, {"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer"})

    def send(self, path: str, authorization: str, content: object) -> Reply:
        """Answer a request to send and record it."""
        request = content if isinstance(content, dict) else {}
        given = request.get("message")
        message = given if isinstance(given, dict) else {}
        bearer = authorization.removeprefix("Bearer ")
        kind = next((target for target in TARGETS if target in message), "")
        token = str(message.get(kind, ""))
        reply = self._refusal(path, bearer, request) or self._scripted(token) or self._success(request)
        silent = reply.reset or reply.hang is not None
        record = RecordedSend(
            token_kind=kind,
            token=token,
            message=message,
            validate_only=bool(request.get("validate_only")),
            bearer=bearer,
            at=datetime.now(UTC),
            status=None if silent else reply.status,
        )
        with self._lock:
            self._sends.append(record)
            self._lock.notify_all()
        self.closing.wait(self.delay)
        return reply

    def _scopes_of(self, assertion: str) -> set[str] | None:
        """Return the scopes a service account asks for, None where its assertion is not good."""
        try:
            issuer = jwt.decode(assertion, options={"verify_signature": False})["iss"]
            claims = jwt.decode(
                assertion,
                self.public_keys[issuer],
                algorithms=["RS256"],
                audience=AUDIENCE,
                options={"require": ["iss", "aud", "iat", "exp"]},
            )
        except (jwt.PyJWTError, KeyError):
            return None
        return set(str(claims.get("scope", "")).split()) if claims["exp"] - claims["iat"] <= 3600 else None

    def _refusal(self, path: str, bearer: str, request: dict[str, Any]) -> Reply | None:
        with self._lock:
            expires_at, scopes = self._tokens.get(bearer, (datetime.min.replace(tzinfo=UTC), set()))
        if expires_at <= datetime.now(UTC):
            return fcm_replies.unauthenticated()
        if not scopes & SENDING_SCOPES:
            return fcm_error(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        if path != f"/v1/projects/{self.project_id}/messages:send":
            return fcm_replies.not_found()
        if unknown := sorted(set(request) - {"message", "validate_only"}):
            return fcm_error(400, "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{unknown[0]}"')
        faults = violations(request.get("message"))
        if not faults:
            return None
        named = [fault for fault in faults if fault.field]
        error_code = None if named else "INVALID_ARGUMENT"
        return fcm_error(400, "INVALID_ARGUMENT", faults[0].description, error_code=error_code, violations=named)

    def _scripted(self, token: str) -> Reply | None:
        with self._lock:
            return self._scripts[token].next() or self._scripts[None].next()

    def _success(self, request: dict[str, Any]) -> Reply:
        number = "fake_message_id" if request.get("validate_only") else f"0:{secrets.randbelow(10**16):016}"
        return json_reply(200, {"name": f"projects/{self.project_id}/messages/{number}"})


@functools.cache
def _private_key(number: int) -> rsa.RSAPrivateKey:
    """Return a throw-away RSA key; making one takes a tenth of a second, so tests share them."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def throwaway_service_account(server: FcmServer, *, registered: bool = True) -> dict[str, str]:
    """Return a service account JSON object whose `token_uri` is the local server.

    With `registered=False` the server doesn't know its key, as after the key was deleted in the console.
    """
    key = _private_key(0 if registered else 1)
    email = f"push-{secrets.token_hex(4)}@{server.project_id}.iam.gserviceaccount.com"
    server.public_keys[email] = _private_key(0).public_key()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "project_id": server.project_id,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": email,
        "client_id": "100000000000000000000",
        "token_uri": server.token_uri,
    }
