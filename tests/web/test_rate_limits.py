"""Who is charged for a request, what is announced, and what is refused."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.settings import Environment, Settings
from app.web.rate_limits import RateLimits
from tests.conftest import started_app
from tests.factories import Factory, Person


@pytest.fixture(autouse=True)
def within_one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window does not end in the middle of a test."""
    moment = time.time() // 60 * 60 + 1
    monkeypatch.setattr("time.time", lambda: moment)


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An API that lets five requests a minute pass."""
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        secret_key="test-only-secret-key-of-40-characters-xx",
        rate_limits="on",
        rate_limit_member="5/minute",
        rate_limit_address="3/minute",
        trusted_proxies=("127.0.0.1",),
    )
    async with started_app(settings) as app:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
            yield opened


def of(person: Person, **more: str) -> dict[str, str]:
    return {**person.headers, **more}


async def test_a_member_is_charged_wherever_he_calls_from(client: httpx.AsyncClient, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    one, other = await factory.person(mini_cluster), await factory.person(mini_cluster)
    first = await client.get("/v1/me", headers=of(one))
    assert first.headers["RateLimit-Policy"] == '"member";q=5;w=60'
    assert first.headers["RateLimit"].startswith('"member";r=4;t=')
    for _ in range(20):  # what is unchanged is free
        same = await client.get("/v1/me", headers=of(one, **{"If-None-Match": first.headers["ETag"]}))
        assert same.status_code == 304
    name = {"name": "새이름"}
    left = [await client.patch("/v1/me", headers=of(one), json=name) for _ in range(4)]
    assert [answer.status_code for answer in left] == [200] * 4

    for method in ("GET", "PATCH"):
        body = name if method == "PATCH" else None
        refused = await client.request(method, "/v1/me", headers=of(one, **{"X-Forwarded-For": "9.9.9.9"}), json=body)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["RateLimit"].startswith('"member";r=0;t=')
        assert refused.headers["Content-Type"] == "application/problem+json"
    # Somebody else behind the same address is not concerned; nor is who did not sign in.
    assert (await client.get("/v1/me", headers=of(other))).status_code == 200
    assert (await client.get("/v1/config")).status_code == 200


async def test_who_has_not_signed_in_is_charged_by_address(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person(await factory.mini_cluster())
    garbage = {"Authorization": "Bearer isa_0123456789"}
    answers = [await client.get("/v1/config") for _ in range(2)] + [await client.get("/v1/me", headers=garbage)]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[-1].headers["RateLimit"].startswith('"address";r=0;t=')
    for headers in ({}, garbage):
        refused = await client.get("/v1/me", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (await client.get("/v1/config", headers={"Accept-Language": "en"})).json()["title"] == "Too many requests"
    assert (await client.get("/v1/config", headers={"X-Forwarded-For": "203.0.113.7"})).status_code == 200
    assert (await client.get("/v1/me", headers=of(person))).status_code == 200, "a carrier's address is shared"
    assert (await client.get("/livez")).status_code == 200


def test_settings_are_checked_at_the_start() -> None:
    def limits(**settings: object) -> RateLimits:
        return RateLimits(Settings(_env_file=None, secret_key="x" * 40, **settings))  # type: ignore[arg-type]

    assert not limits().are_on
    assert limits(environment=Environment.PRODUCTION).are_on
    for wrong in ({"rate_limit_member": "many"}, {"rate_limit_store": "nowhere://"}):
        with pytest.raises(ValueError, match=r"many|RATE_LIMIT_STORE"):
            limits(**wrong)
