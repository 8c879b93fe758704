"""Replies of FCM and of Google's OAuth endpoint, as their documentation and users' reports show them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fcm_rules import Violation

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the local server does with one request.

    `hang` keeps the request open for that many seconds, or until the server closes, and then breaks the connection;
    `reset` breaks it at once by a TCP reset.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float | None = None
    reset: bool = False


def json_reply(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply with a JSON body."""
    return Reply(
        status=status,
        body=json.dumps(content).encode(),
        headers={"Content-Type": "application/json; charset=UTF-8", **(headers or {})},
    )


def fcm_error(
    http: int,
    status: str,
    message: str,
    *,
    error_code: str | None = None,
    violations: Sequence[Violation] = (),
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return FCM's error object, with details of type FcmError and BadRequest where they are given."""
    details: list[object] = []
    if error_code:
        details.append({"@type": _FCM_ERROR, "errorCode": error_code})
    if violations:
        faults = [{"field": fault.field, "description": fault.description} for fault in violations]
        details.append({"@type": _BAD_REQUEST, "fieldViolations": faults})
    error = {"code": http, "message": message, "status": status, **({"details": details} if details else {})}
    return json_reply(http, {"error": error}, headers)


def unregistered() -> Reply:
    """The app was removed from the phone, or its token replaced."""
    return fcm_error(404, "NOT_FOUND", "Requested entity was not found.", error_code="UNREGISTERED")


def not_found() -> Reply:
    """No such project: a 404 that says nothing about the device."""
    return fcm_error(404, "NOT_FOUND", "Requested entity was not found.")


def invalid_token() -> Reply:
    """A malformed token, as FCM's documentation shows the reply: no field violation, only the sentence."""
    message = "The registration token is not a valid FCM registration token"
    return fcm_error(400, "INVALID_ARGUMENT", message, error_code="INVALID_ARGUMENT")


def invalid_field(name: str) -> Reply:
    """A field FCM can't take, named in a BadRequest."""
    fault = Violation(name, f"Invalid value at '{name}' (TYPE_STRING), 12")
    return fcm_error(400, "INVALID_ARGUMENT", fault.description, violations=[fault])


def too_big() -> Reply:
    """More than 4,096 bytes."""
    return fcm_error(400, "INVALID_ARGUMENT", "Android message is too big", error_code="INVALID_ARGUMENT")


def sender_id_mismatch() -> Reply:
    """The token belongs to another Firebase project."""
    return fcm_error(403, "PERMISSION_DENIED", "SenderId mismatch", error_code="SENDER_ID_MISMATCH")


def permission_denied() -> Reply:
    """The service account has no right to send."""
    return fcm_error(403, "PERMISSION_DENIED", "Permission 'cloudmessaging.messages.create' denied on resource")


def unauthenticated() -> Reply:
    """FCM doesn't take the OAuth token."""
    return fcm_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")


def third_party_auth_error() -> Reply:
    """The APNs key of the Firebase project is missing or was refused by Apple."""
    return fcm_error(401, "UNAUTHENTICATED", "Auth error from APNS or Web Push", error_code="THIRD_PARTY_AUTH_ERROR")


def quota_exceeded(retry_after: str | None = None) -> Reply:
    """Too many messages, with or without a Retry-After header."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    message = "Quota exceeded for quota metric 'API requests'"
    return fcm_error(429, "RESOURCE_EXHAUSTED", message, error_code="QUOTA_EXCEEDED", headers=headers)


def unavailable(retry_after: str | None = None) -> Reply:
    """FCM is overloaded."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return fcm_error(503, "UNAVAILABLE", "The service is unavailable.", error_code="UNAVAILABLE", headers=headers)


def internal() -> Reply:
    """FCM has a fault."""
    return fcm_error(500, "INTERNAL", "Internal error encountered.", error_code="INTERNAL")


def not_json(status: int = 200) -> Reply:
    """A page of some gateway, in bytes that aren't UTF-8 either."""
    return Reply(status=status, body=b"<html>\xff\xfe</html>", headers={"Content-Type": "text/html"})


def hang(seconds: float = float("inf")) -> Reply:
    """No answer."""
    return Reply(hang=seconds)


def reset() -> Reply:
    """A connection broken off."""
    return Reply(reset=True)


def invalid_grant() -> Reply:
    """OAuth: the service account's key was deleted or the machine's clock is wrong."""
    return json_reply(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
