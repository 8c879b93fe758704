"""The local FCM itself: it must refuse what the real one refuses, or tests against it prove nothing."""

import functools
import time
from typing import Any

import httpx
import jwt
import pytest

from tests.fcm_rules import violations
from tests.fcm_server import AUDIENCE, FcmServer, throwaway_service_account

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SEND = "https://www.googleapis.com/auth/firebase.messaging"
GOOD: dict[str, Any] = {"token": "t", "notification": {"title": "a", "body": "b"}, "data": {"kind": "vote"}}


# Without TLS there is nothing to verify, and reading the CA certificates takes longer than the request.
post = functools.partial(httpx.post, verify=False, trust_env=False)


def _assertion(account: dict[str, str], **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": account["client_email"], "aud": AUDIENCE, "iat": now, "exp": now + 3600, "scope": SEND}
    return jwt.encode({**claims, **changes}, account["private_key"], algorithm="RS256")


def _token(server: FcmServer, **changes: Any) -> httpx.Response:
    assertion = _assertion(throwaway_service_account(server), **changes)
    return post(server.token_uri, data={"grant_type": GRANT, "assertion": assertion})


def _send(server: FcmServer, bearer: str, content: Any, project: str = "idea-storage-test") -> httpx.Response:
    address = f"{server.base_url}/v1/projects/{project}/messages:send"
    return post(address, json=content, headers={"Authorization": f"Bearer {bearer}"})


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"iss": "nobody@example.com"},
        {"exp": int(time.time()) - 10},
        {"exp": int(time.time()) + 7200},
    ],
    ids=["audience", "issuer", "expired", "too long"],
)
def test_oauth_refuses_a_bad_assertion(fcm_server: FcmServer, changes: dict[str, Any]) -> None:
    reply = _token(fcm_server, **changes)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


def test_oauth_refuses_a_key_it_does_not_know(fcm_server: FcmServer) -> None:
    assertion = _assertion(throwaway_service_account(fcm_server, registered=False))
    reply = post(fcm_server.token_uri, data={"grant_type": GRANT, "assertion": assertion})
    assert reply.status_code == 400


def test_fcm_takes_only_tokens_it_issued_for_sending(fcm_server: FcmServer) -> None:
    bearer = _token(fcm_server).json()["access_token"]
    narrow = _token(fcm_server, scope="https://www.googleapis.com/auth/userinfo.email").json()["access_token"]
    assert _send(fcm_server, bearer, {"message": GOOD}).status_code == 200
    assert _send(fcm_server, "made-up", {"message": GOOD}).status_code == 401
    assert _send(fcm_server, narrow, {"message": GOOD}).status_code == 403
    assert _send(fcm_server, bearer, {"message": GOOD}, project="other").status_code == 404
    assert _send(fcm_server, bearer, {"message": GOOD, "extra": 1}).status_code == 400
    assert _send(fcm_server, bearer, []).status_code == 400
    fcm_server.revoke_tokens()
    assert _send(fcm_server, bearer, {"message": GOOD}).status_code == 401
    assert [send.status for send in fcm_server.sends] == [200, 401, 403, 404, 400, 400, 401]
    assert fcm_server.accepted("t") == [GOOD]


def test_a_faulty_field_is_named_in_the_reply(fcm_server: FcmServer) -> None:
    bearer = _token(fcm_server).json()["access_token"]
    error = _send(fcm_server, bearer, {"message": {**GOOD, "data": {"badge": 3}}}).json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["details"][0]["fieldViolations"][0]["field"] == "message.data[0].value"


def test_a_good_message_has_no_faults() -> None:
    assert violations(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fid": "f"}, "message"),
        ({"colour": "red"}, "message"),
        ({"token": ""}, "message.token"),
        ({"data": {"from": "x"}}, "message.data"),
        ({"data": {"google.c.id": "x"}}, "message.data"),
        ({"data": [1]}, "message.data"),
        ({"notification": {"title": 1}}, "message.notification.title"),
        ({"notification": {"text": "x"}}, "message.notification"),
        ({"android": {"priority": "urgent"}}, "message.android.priority"),
        ({"android": {"ttl": "3600"}}, "message.android.ttl"),
        ({"android": {"ttl": "2419201s"}}, "message.android.ttl"),
        ({"android": {"notification": {"notification_count": "3"}}}, "message.android.notification.notification_count"),
        ({"apns": {"headers": {"apns-collapse-id": "x" * 65}}}, "message.apns.headers"),
        ({"apns": {"payload": "x"}}, "message.apns.payload"),
        ({"data": {"note": "가" * 1400}}, ""),
    ],
)
def test_each_fault_is_found(changes: dict[str, Any], field: str) -> None:
    assert [fault.field for fault in violations({**GOOD, **changes})] == [field]


def test_a_message_needs_a_target() -> None:
    assert violations({"data": {}}) != []
    assert violations(None) != []
