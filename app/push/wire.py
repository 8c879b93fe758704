"""The FCM HTTP v1 message of a push as JSON, its size, and the guard that keeps it within FCM's limit.

`fcm.py` builds the same message from the SDK's classes; a test holds the two together. This one serves the size guard
and the console, which must not import the SDK.
"""

import dataclasses
import json
from datetime import UTC, datetime

from app.push.shorten import json_bytes, shorten
from app.push.transport import PushMessage

MAX_PAYLOAD_BYTES = 4096
"""FCM's and APNs' limit for one message (FCM documentation, "About FCM messages")."""


class PayloadTooLargeError(ValueError):
    """A message is over the limit even with an empty body."""


def wire_message(message: PushMessage, *, now: datetime) -> dict[str, object]:
    """Return the `message` object of FCM's HTTP v1 request (reference: projects.messages, Message)."""
    wire: dict[str, object] = {message.token_kind: message.token}
    if message.data:
        wire["data"] = dict(message.data)
    if not message.silent:
        wire["notification"] = {"title": message.title, "body": message.body}
    wire["android"] = _android(message)
    wire["apns"] = {"headers": apns_headers(message, now=now), "payload": {"aps": _aps(message)}}
    return wire


def encoded_size(message: PushMessage) -> int:
    """Return the bytes of the whole FCM message as compact JSON in UTF-8.

    FCM doesn't publish how it counts; it counts keys and values of what reaches the phone, which is always less than
    this, as the addressing and the settings of both platforms are in here.
    """
    wire = wire_message(message, now=datetime.now(UTC))
    return len(json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode())


def fit(message: PushMessage) -> PushMessage:
    """Return the message with its body shortened, where needed, so that it is within MAX_PAYLOAD_BYTES.

    Raises PayloadTooLargeError where title and data alone are over the limit.
    """
    excess = encoded_size(message) - MAX_PAYLOAD_BYTES
    if excess <= 0:
        return message
    room = json_bytes(message.body or "") - excess
    if room < 0:
        raise PayloadTooLargeError(
            f"the push takes {-room} bytes more than {MAX_PAYLOAD_BYTES} without its body: shorten its title or data"
        )
    return dataclasses.replace(message, body=shorten(message.body or "", room))


def android_priority(message: PushMessage) -> str:
    """Return "high" (wakes the phone) or "normal" (waits until it is awake)."""
    return "high" if message.high_priority else "normal"


def apns_headers(message: PushMessage, *, now: datetime) -> dict[str, str]:
    """Return the APNs headers: priority, kind, expiry, collapse id (Apple, "Sending notification requests to APNs")."""
    # A push that only sets the badge is an alert to APNs; "background" is for pushes without any visible effect.
    background = message.silent and message.badge is None
    expires_at = int(now.timestamp()) + message.ttl_seconds if message.ttl_seconds else 0
    return {
        "apns-push-type": "background" if background else "alert",
        # APNs refuses 10 for a background push; 5 lets the phone choose a moment that spares its battery.
        "apns-priority": "10" if message.high_priority and not message.silent else "5",
        "apns-expiration": str(expires_at),
        "apns-collapse-id": message.tag,
    }


def apns_sound(message: PushMessage) -> str | None:
    """Return the sound on iOS; on Android the channel decides."""
    return "default" if message.high_priority and not message.silent else None


def _android(message: PushMessage) -> dict[str, object]:
    android: dict[str, object] = {"priority": android_priority(message), "ttl": f"{message.ttl_seconds}s"}
    # notification_count is left out: launchers add it up over all notifications, so an absolute badge would be wrong.
    if not message.silent:
        android["notification"] = {"tag": message.tag, "channel_id": message.channel_id}
    return android


def _aps(message: PushMessage) -> dict[str, object]:
    aps: dict[str, object] = {}
    if message.badge is not None:
        aps["badge"] = message.badge
    if message.silent:
        aps["content-available"] = 1
        return aps
    aps["thread-id"] = message.thread_id
    if sound := apns_sound(message):
        aps["sound"] = sound
    return aps
