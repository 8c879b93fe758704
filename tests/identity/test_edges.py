"""What every route of identity and invitations refuses: strangers, odd methods, broken bodies. Never a 500."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import update

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.main import create_app
from app.models import Account, Session
from app.models.accounts import AccountStatus
from tests.factories import Factory, Person, client_id
from tests.identity.signing_in import a_device, problem
from tests.identity.soft_passkey import DOMAIN, ORIGIN

SOME_ID = client_id()


class Route(NamedTuple):
    """A route with a body it accepts."""

    method: str
    path: str
    body: dict[str, Any] | None = None


PROTECTED = [
    Route("GET", "/v1/me"),
    Route("PATCH", "/v1/me", {"name": "이바다"}),
    Route("POST", "/v1/me/password", {"new_password": "바다 건너 7시 회의"}),
    Route("PUT", "/v1/me/terms", {"version": "2026-11"}),
    Route("POST", "/v1/me/email-changes", {"email": "a@example.kr"}),
    Route("POST", f"/v1/me/email-changes/{SOME_ID}/confirm", {"old_code": "123456", "new_code": "123456"}),
    Route("GET", "/v1/me/erasure"),
    Route("PUT", "/v1/me/erasure", {"password": "바다 건너 7시 회의"}),
    Route("DELETE", "/v1/me/erasure"),
    Route("POST", "/v1/me/data-exports", {"id": SOME_ID}),
    Route("GET", "/v1/me/data-exports"),
    Route("GET", f"/v1/me/data-exports/{SOME_ID}"),
    Route("GET", "/v1/me/blocks"),
    Route("PUT", f"/v1/me/blocks/{SOME_ID}"),
    Route("DELETE", f"/v1/me/blocks/{SOME_ID}"),
    Route("GET", "/v1/me/identities"),
    Route("PUT", f"/v1/me/identities/{SOME_ID}", {"id_token": "a.b.c", "nonce": "12345678"}),
    Route("DELETE", f"/v1/me/identities/{SOME_ID}"),
    Route("POST", "/v1/me/passkey-challenges", {"password": "바다 건너 7시 회의"}),
    Route("POST", "/v1/me/passkeys", {"challenge_id": SOME_ID, "credential": "{}", "name": "전화"}),
    Route("GET", "/v1/me/passkeys"),
    Route("PATCH", f"/v1/me/passkeys/{SOME_ID}", {"name": "전화"}),
    Route("DELETE", f"/v1/me/passkeys/{SOME_ID}"),
    Route("GET", "/v1/me/second-factor"),
    Route("POST", "/v1/me/second-factor/totp"),
    Route("POST", "/v1/me/second-factor/totp/confirm", {"code": "123456"}),
    Route("POST", "/v1/me/second-factor/recovery-codes", {"code": "123456"}),
    Route("POST", "/v1/me/second-factor/disable", {"code": "123456"}),
    Route("DELETE", f"/v1/accounts/{SOME_ID}/second-factor"),
    Route("GET", "/v1/me/sessions"),
    Route("DELETE", "/v1/me/sessions/current"),
    Route("DELETE", f"/v1/me/sessions/{SOME_ID}"),
    Route(
        "POST",
        "/v1/accounts",
        {
            "id": SOME_ID,
            "email": "a@example.kr",
            "name": "이바다",
            "organisation_id": SOME_ID,
            "position": "사원",
            "memberships": [],
            "coordinates": [],
        },
    ),
    Route("POST", "/v1/invitations", {"id": SOME_ID, "mini_cluster_id": SOME_ID, "role": "member"}),
    Route("GET", f"/v1/mini-clusters/{SOME_ID}/invitations"),
    Route("DELETE", f"/v1/invitations/{SOME_ID}"),
    Route("POST", "/v1/me/invitations/accept", {"token": "isi_nothing"}),
]
PUBLIC = [
    Route("GET", "/v1/config"),
    Route("GET", f"/v1/data-exports/{SOME_ID}/archive"),
    Route("POST", "/v1/sign-in-codes", {"email": "a@example.kr"}),
    Route("POST", "/v1/sessions/code", {"code_id": SOME_ID, "code": "123456", "device": a_device()}),
    Route("POST", "/v1/sessions/password", {"email": "a@example.kr", "password": "x", "device": a_device()}),
    Route("POST", "/v1/sessions/second-factor", {"challenge_token": "isc_x", "code": "123456", "device": a_device()}),
    Route(
        "POST",
        "/v1/sessions/id-token",
        {"provider": "nobody", "id_token": "a.b.c", "nonce": "12345678", "device": a_device()},
    ),
    Route("POST", "/v1/applicants", {"email": "a@example.kr", "name": "이바다", "terms_version": "2026-11"}),
    Route("POST", "/v1/applicants/confirm", {"registration_id": SOME_ID, "code": "123456", "device": a_device()}),
    Route("POST", "/v1/passkey-challenges"),
    Route("POST", "/v1/sessions/passkey", {"challenge_id": SOME_ID, "credential": "{}", "device": a_device()}),
    Route("POST", "/v1/password-resets", {"email": "a@example.kr"}),
    Route(
        "POST",
        "/v1/password-resets/complete",
        {"reset_id": SOME_ID, "code": "123456", "new_password": "산 너머 9시 기차"},
    ),
    Route("POST", "/v1/sessions/refresh", {"refresh_token": "isr_x", "installation_id": "installation-1"}),
    Route(
        "POST",
        "/v1/invitations/accept",
        {
            "token": "isi_nothing",
            "name": "이바다",
            "organisation_id": SOME_ID,
            "position": "사원",
            "device": a_device(),
            "terms_version": "2026-11",
        },
    ),
]
WITH_BODY = [route for route in PROTECTED + PUBLIC if route.body is not None]


SUPPOSED_TO_BE_NO_TOKEN = (None, "Bearer ", "Bearer isa_garbage", "Bearer 한글", "Basic abc", "isa_x")

# One test walks all routes: starting the service for each cell would take longer than the cells themselves.


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With passkeys, so that their routes are there."""
    return settings.model_copy(update={"passkey_domain": DOMAIN, "passkey_origins": (ORIGIN,)})


@pytest.fixture
async def person(factory: Factory) -> Person:
    return await factory.person()


async def call(client: httpx.AsyncClient, route: Route, headers: Any = None) -> httpx.Response:
    return await client.request(route.method, route.path, json=route.body, headers=headers)


async def send(client: httpx.AsyncClient, route: Route, content: Any, person: Person) -> httpx.Response:
    headers = dict(person.headers) | {"Content-Type": "application/json"}
    return await client.request(route.method, route.path, content=content, headers=headers)


def test_every_route_is_listed(settings: Settings) -> None:
    """A new route must be put into one of the lists."""
    app = create_app(settings)
    served = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if operation["tags"][0]
        in {"sign-in", "second-factor", "me", "passkeys", "accounts", "invitations", "privacy", "app"}
    }
    listed = {(route.method, route.path.replace(SOME_ID, "{}")) for route in PROTECTED + PUBLIC}
    assert listed == {route for route in served if route != ("GET", "/v1/me/ideas")}


async def test_no_or_garbage_token_is_401(client: httpx.AsyncClient) -> None:
    """Check 1."""
    for route in PROTECTED:
        for header in SUPPOSED_TO_BE_NO_TOKEN:
            headers = {} if header is None else {b"Authorization": header.encode()}
            problem(await call(client, route, headers), 401, "unauthenticated")


@pytest.mark.parametrize("how", ["suspended", "ended", "expired"])
async def test_suspension_and_ends_hold_from_the_next_request(
    client: httpx.AsyncClient, database: Database, person: Person, how: str
) -> None:
    """Check 6."""
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200
    async with database.write() as session:
        if how == "suspended":
            await session.execute(update(Account).values(status=AccountStatus.SUSPENDED))
        else:
            await session.execute(update(Session).values(ended_at=now()) if how == "ended" else _expire())
    for route in PROTECTED:
        problem(await call(client, route, person.headers), 401, "unauthenticated")


def _expire() -> Any:
    return update(Session).values(expires_at=now())


async def test_extra_field_is_422(client: httpx.AsyncClient, person: Person) -> None:
    """Check 5."""
    for route in WITH_BODY:
        assert route.body is not None
        for name in ("role_of_author", "author_id", "vote_count"):
            extended = route._replace(body=route.body | {name: "x"})
            problem(await call(client, extended, person.headers), 422, "extra_forbidden", f"/body/{name}")


BROKEN = {
    "no JSON": b"{not json",
    "empty": b"",
    "array": b"[]",
    "number": b"7",
    "null": b"null",
    "deep": b"[" * 50_000,
    "deep object": b'{"a":' * 20_000,
    "no UTF-8": b'{"email": "\xff\xfe"}',
    "huge number": b'{"id": 1' + b"0" * 5_000 + b"}",
    "NaN": b'{"id": NaN}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
async def test_broken_body_is_refused(client: httpx.AsyncClient, person: Person, content: bytes) -> None:
    """Checks 14 and 15."""
    for route in WITH_BODY:
        response = await send(client, route, content, person)
        assert response.status_code in (400, 422), (route, response.text)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["errors"][0]["pointer"].startswith("/body"), response.text


def with_string(value: Any, bad: str) -> list[Any]:
    """Copies of a body, each with another one of its strings replaced."""
    if isinstance(value, str):
        return [bad]
    if isinstance(value, dict):
        return [value | {key: changed} for key, inner in value.items() for changed in with_string(inner, bad)]
    return []


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800", "x" * 9_000], ids=["NUL", "lone surrogate", "long"])
async def test_bad_string_in_any_field_is_422(client: httpx.AsyncClient, person: Person, bad: str) -> None:
    for route in WITH_BODY:
        bodies = with_string(route.body, bad)
        assert bodies
        for body in bodies:
            response = await send(client, route, json.dumps(body).encode(), person)
            assert response.status_code == 422, (route, body, response.text)
            assert bad not in response.text


async def test_one_byte_over_the_limit_is_413(client: httpx.AsyncClient, settings: Settings, person: Person) -> None:
    """Check 15."""
    for route in WITH_BODY:
        body = json.dumps(route.body).encode()
        too_large = body + b" " * (settings.max_body_bytes + 1 - len(body))
        for content in (too_large, in_chunks(too_large)):
            problem(await send(client, route, content, person), 413, "body_too_large")
        assert (await send(client, route, too_large[:-1], person)).status_code not in (413, 500)


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


async def test_undeclared_method_is_405_with_allow(client: httpx.AsyncClient, person: Person) -> None:
    """Check 14."""
    for route in PROTECTED + PUBLIC:
        response = await client.request("TRACE", route.path, json={}, headers=person.headers)
        problem(response, 405, "method_not_allowed")
        assert response.headers["allow"]


async def test_id_that_is_none_is_422(client: httpx.AsyncClient, person: Person) -> None:
    for path in ("/v1/me/sessions/x", "/v1/invitations/x"):
        response = await client.delete(path, headers=person.headers)
        assert response.status_code == 422
        assert response.json()["errors"][0]["code"] == "uuid_parsing"


@pytest.mark.parametrize(("limit", "status"), [("0", 200), ("-5", 200), ("1000000", 200), ("x", 422), ("1.5", 422)])
async def test_limit_is_clamped(client: httpx.AsyncClient, person: Person, limit: str, status: int) -> None:
    response = await client.get("/v1/me/sessions", params={"limit": limit}, headers=person.headers)
    assert response.status_code == status, response.text


async def test_errors_speak_the_language_of_the_request(client: httpx.AsyncClient, person: Person) -> None:
    for route in WITH_BODY:
        for tag, title in (("ko", "요청 내용을 확인해 주세요"), ("en-GB,en;q=0.9", "The request is not valid")):
            headers = dict(person.headers) | {"Accept-Language": tag}
            response = await client.request(route.method, route.path, json=[], headers=headers)
            assert response.json()["title"] == title
