"""From an HTTP reply of FCM to what became of the push.

Source: Firebase documentation, "FCM error codes" and "Manage FCM registration tokens", read together with what
firebase-admin 7.7.0 lets through. The SDK's own parsing isn't used: it raises on bodies it doesn't expect.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from app.push.transport import OutcomeKind, PushOutcome

RATE_LIMIT_WAIT_SECONDS = 60.0
"""The first wait after a 429 that names none (FCM documentation, "Scale FCM sends")."""

RETRY_WAIT_SECONDS = 10.0
"""The least wait after a 5xx, a time-out or a broken connection (same source)."""

MAX_WAIT_SECONDS = 24 * 3600.0
"""A Retry-After beyond this is cut: it would outlive the push."""

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_DETAIL_CHARACTERS = 300

# FCM's documented reply to a malformed token carries no field violation, only this sentence.
_TOKEN_NAMED = re.compile(r"\b(registration token|installation id)\b", re.IGNORECASE)
_TOKEN_FIELD = re.compile(r"^message\.(token|fid)$")


def message_id(body: bytes) -> str | None:
    """Return the message's name from the body of a 2xx, None where it can't be read."""
    name = _json_object(body).get("name")
    return name if isinstance(name, str) and name else None


def accepted(message_id: str | None) -> PushOutcome:
    """Return the outcome of a 2xx.

    FCM has taken the message once it says 2xx, whatever the body holds: sending again on an unreadable body would put
    the same notification on the phone twice. Only the message id is lost then.
    """
    if message_id is None:
        return PushOutcome(OutcomeKind.SENT, code="unreadable_reply", detail="accepted; the reply names no message")
    return PushOutcome(OutcomeKind.SENT, message_id=message_id)


def unanswered(code: str, detail: str) -> PushOutcome:
    """Return the outcome where FCM gave no answer: time-out, broken connection, no OAuth token for now."""
    return PushOutcome(OutcomeKind.RETRY, retry_after=RETRY_WAIT_SECONDS, code=code, detail=detail[:_DETAIL_CHARACTERS])


def refused(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> PushOutcome:
    """Return the outcome of a reply that is not 2xx. `headers` compares names without regard to case."""
    error = _json_object(_json_object(body).get("error"))
    details = [item for item in _list(error.get("details")) if isinstance(item, dict)]
    fcm_code = next((item.get("errorCode") for item in details if item.get("@type") == _FCM_ERROR), None)
    code = str(fcm_code or error.get("status") or f"http_{status}")
    message = str(error.get("message") or f"HTTP {status} without FCM's error object")[:_DETAIL_CHARACTERS]
    kind = _kind(status, code, message, details)
    return PushOutcome(kind, retry_after=_wait(kind, headers, now), code=code, detail=message)


def _kind(status: int, code: str, message: str, details: list[dict[str, Any]]) -> OutcomeKind:
    if status == 429:
        return OutcomeKind.RATE_LIMITED
    # 408 is a time-out by another name; a 1xx or 3xx comes from something between us and FCM, never from FCM.
    if status >= 500 or status < 400 or status == 408:
        return OutcomeKind.RETRY
    if status == 404 and code == "UNREGISTERED":
        return OutcomeKind.TOKEN_DEAD
    if status == 403 and code == "SENDER_ID_MISMATCH":
        return OutcomeKind.SENDER_MISMATCH
    # Any other 404 means a wrong project or address, any other 403 a missing right: no device is at fault, and every
    # send would fail alike.
    if status in (401, 403, 404):
        return OutcomeKind.CREDENTIALS_REJECTED
    if status == 400 and _names_token(message, details):
        return OutcomeKind.TOKEN_DEAD
    return OutcomeKind.PAYLOAD_REJECTED


def _names_token(message: str, details: list[dict[str, Any]]) -> bool:
    violations = [item for detail in details for item in _list(detail.get("fieldViolations")) if isinstance(item, dict)]
    if violations:
        return any(_TOKEN_FIELD.match(str(item.get("field"))) for item in violations)
    return bool(_TOKEN_NAMED.search(message))


def _wait(kind: OutcomeKind, headers: Mapping[str, str], now: datetime) -> float | None:
    asked = retry_after_seconds(headers.get("Retry-After"), now=now)
    if kind is OutcomeKind.RATE_LIMITED:
        return RATE_LIMIT_WAIT_SECONDS if asked is None else asked
    if kind is OutcomeKind.RETRY:
        return max(RETRY_WAIT_SECONDS, asked or 0.0)
    return None


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Return a Retry-After header in seconds, between 1 and MAX_WAIT_SECONDS; None where there is none to read.

    Both forms of RFC 9110, section 10.2.3: a number of seconds, or a date.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            when = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 1.0), MAX_WAIT_SECONDS)


def _json_object(value: object) -> dict[str, Any]:
    """Return a JSON object from bytes or a parsed value; an empty one for anything else."""
    if isinstance(value, bytes):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
