"""The contract between those who decide what to push and whatever carries it to the phone.

Importing this module must stay cheap: it never imports the Firebase SDK.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

MAX_TTL_SECONDS = 28 * 24 * 3600
"""The longest time FCM keeps an undelivered message (FCM reference, `AndroidConfig.ttl`)."""

MAX_TAG_BYTES = 64
"""APNs refuses a longer `apns-collapse-id` (Apple, "Sending notification requests to APNs")."""

RESERVED_DATA_KEYS = frozenset({"from", "message_type", "collapse_key", "notification", "aps"})
"""Data keys FCM or APNs use themselves; a message with one is refused or its value is overwritten."""

RESERVED_DATA_PREFIXES = ("google", "gcm")


class OutcomeKind(StrEnum):
    """What became of a push, and so what to do next."""

    SENT = "sent"
    RETRY = "retry"
    RATE_LIMITED = "rate_limited"
    TOKEN_DEAD = "token_dead"
    SENDER_MISMATCH = "sender_mismatch"
    PAYLOAD_REJECTED = "payload_rejected"
    CREDENTIALS_REJECTED = "credentials_rejected"


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """The answer to one send.

    `retry_after` is the least number of seconds to wait before the next try, set for `retry` and `rate_limited` only;
    the waits after it (exponential, jitter) are the caller's. `code` is stable and machine-readable: FCM's own error
    code in capitals, or one of ours in lower case. `detail` is for logs and never carries the device's token.
    """

    kind: OutcomeKind
    message_id: str | None = None
    retry_after: float | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """One push to one device.

    `title` and `body` are both given (a notification the phone shows) or both None (silent, only `data` arrives).
    `tag` replaces an earlier notification of the same tag on the screen, on Android and, as `apns-collapse-id`, on iOS.
    `badge` is absolute: the number on the app's icon, None leaves it. `ttl_seconds` says how long FCM and APNs keep the
    message for a phone that is off.

    Raises ValueError, or TypeError for a value in `data` that is no string, for what FCM or APNs would refuse.
    """

    token_kind: Literal["token", "fid"]
    token: str = field(repr=False)
    title: str | None = field(repr=False)
    body: str | None = field(repr=False)
    data: Mapping[str, str] = field(repr=False)
    channel_id: str
    tag: str
    thread_id: str
    badge: int | None
    ttl_seconds: int
    high_priority: bool

    def __post_init__(self) -> None:
        if self.token_kind not in ("token", "fid") or not self.token:
            raise ValueError("token: a push needs a device's token or Firebase installation id")
        if (self.title is None) != (self.body is None):
            raise ValueError("title: give title and body, or neither for a silent push")
        if not 1 <= len(self.tag.encode()) <= MAX_TAG_BYTES:
            raise ValueError(f"tag: 1 to {MAX_TAG_BYTES} bytes, since it is also the apns-collapse-id")
        if not 0 <= self.ttl_seconds <= MAX_TTL_SECONDS:
            raise ValueError(f"ttl_seconds: 0 to {MAX_TTL_SECONDS}")
        if self.badge is not None and self.badge < 0:
            raise ValueError("badge: 0 or more")
        _check_data(self.data)
        _check_encodable(self)

    @property
    def silent(self) -> bool:
        """Whether the phone shows nothing."""
        return self.title is None


class PushTransport(Protocol):
    """Carries a push. Implementations serve several tasks at once."""

    async def send(self, message: PushMessage) -> PushOutcome:
        """Send once, without retries of its own, and say what became of it.

        Never raises for anything the push service or the network answers; RuntimeError after `aclose`.
        """
        ...

    async def aclose(self) -> None:
        """Give back threads and connections. Safe to call twice."""
        ...


def _check_data(data: Mapping[str, str]) -> None:
    for key, value in data.items():
        if key in RESERVED_DATA_KEYS or key.startswith(RESERVED_DATA_PREFIXES):
            raise ValueError(f"data: the key {key!r} is reserved by FCM or APNs; choose another name")
        if not isinstance(value, str):
            raise TypeError(f"data: the value of {key!r} must be a string, since FCM carries strings only")


def _check_encodable(message: PushMessage) -> None:
    texts = {"title": message.title or "", "body": message.body or "", "data": "".join(message.data.values())}
    for name, text in texts.items():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{name}: holds half of a surrogate pair and can't be sent as UTF-8") from error
