"""What every error and every response has in common, whatever the feature."""

import httpx
import pytest

from app.core.settings import Settings
from app.main import create_app
from tests.factories import Factory, client_id


async def test_length_of_an_optional_string_is_told_in_characters(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person(await factory.mini_cluster())
    response = await client.patch(f"/v1/ideas/{client_id()}", json={"title": "가" * 121}, headers=person.headers)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error == {"pointer": "/body/title", "code": "string_too_long", "detail": "120자 이하로 줄여 주세요."}


async def test_unknown_path_and_method_are_problems(client: httpx.AsyncClient) -> None:
    """Check 14."""
    missing, wrong = await client.get("/v1/nothing"), await client.post("/v1/feeds/home")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET"


async def test_request_id_is_echoed_and_told_in_errors(client: httpx.AsyncClient) -> None:
    own = await client.get("/v1/me", headers={"X-Request-Id": "mine123"})
    assert own.headers["X-Request-Id"] == own.json()["request_id"] == "mine123"
    made = await client.get("/v1/me", headers={"X-Request-Id": "not one of ours"})
    assert made.headers["X-Request-Id"] == made.json()["request_id"] != "mine123"
    assert made.headers["WWW-Authenticate"].startswith("Bearer")


async def test_answers_are_private(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/v1/config")).headers
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "private" in headers["Cache-Control"]


def test_a_wrong_proxy_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="TRUSTED_PROXIES"):
        create_app(Settings(_env_file=None, trusted_proxies=("proxy.example.kr",)))


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FCM_CREDENTIALS_FILE", "")
    assert Settings(_env_file=None).fcm_credentials_file is None
