"""The page that links of invitations open, and the files by which phones let the app open them."""

import base64
import hashlib
import logging
import re
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.core.database import Database
from app.core.settings import Settings
from app.models import Invitation
from app.models.memberships import MemberRole
from tests.conftest import started_app
from tests.factories import Factory, client_id
from tests.identity.application import client_of

KEY = ":".join(["AB"] * 32)
APPS = {
    "android_package": "kr.example.ideas",
    "android_certificates": f"{KEY}, {KEY}",
    "ios_app_ids": "ABCDE12345.kr.example.ideas",
    "android_store_url": "https://play.example/ideas?a=1&b=2",
    "ios_store_url": "https://apps.example/ideas",
}


def with_apps(settings: Settings) -> Settings:
    values: dict[str, Any] = APPS
    return Settings(_env_file=None, database_url=settings.database_url, secret_key="s" * 40, **values)


async def page(client: httpx.AsyncClient, query: str = "", **headers: str) -> httpx.Response:
    response = await client.get(f"/invitation{query}", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response


async def test_it_speaks_the_language_of_the_browser_or_the_one_chosen(client: httpx.AsyncClient) -> None:
    for query, accepted, lang, words in (
        ("", "en-GB,en;q=0.9,ko;q=0.1", "en", "You are invited"),
        ("", "ko-KR", "ko", "초대받으셨습니다"),
        ("?lang=ko", "en", "ko", "초대받으셨습니다"),
        ("?lang=en", "ko", "en", "You are invited"),
        ("?lang=%22%3E%3Cscript%3E", "en", "en", "You are invited"),
    ):
        shown = await page(client, query, **{"Accept-Language": accepted})
        other = {"ko": "en", "en": "ko"}[lang]
        assert (shown.headers["content-language"], shown.headers["vary"]) == (lang, "Accept-Language, Accept-Encoding")
        assert f'<html lang="{lang}">' in shown.text
        assert words in shown.text
        assert f'href="?lang={other}"' in shown.text
        assert '"><script>' not in shown.text
    del client.headers["accept"]
    assert '<html lang="ko">' in (await page(client)).text


async def test_it_loads_nothing_and_its_policy_allows_just_its_own_script_and_style(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    shown = await page(client)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", shown.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in shown.headers["content-security-policy"]
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert shown.headers["referrer-policy"] == "no-referrer"
    markup = re.sub(r"<(script|style)>.*?</\1>", "", shown.text, flags=re.DOTALL)
    assert "url(" not in shown.text
    assert "@import" not in shown.text
    assert re.findall(r"""(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s>)]+)""", markup) == ["?lang=en", "#"]
    assert re.search(r"\son\w+=", markup) is None
    async with started_app(with_apps(settings)) as app, client_of(app) as apps:
        text = (await page(apps)).text
    assert 'href="https://play.example/ideas?a=1&amp;b=2" rel="noreferrer"' in text
    assert 'href="https://apps.example/ideas" rel="noreferrer"' in text


async def test_opening_it_uses_nothing_up_and_logs_no_secret(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mini_cluster = await factory.mini_cluster()
    manager = await factory.person(mini_cluster, role=MemberRole.MANAGER)
    wish = {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id)}
    issued = (await client.post("/v1/invitations", json=wish, headers=manager.headers)).json()
    address, _, secret = issued["url"].partition("#")
    assert (address, secret) == ("http://test/invitation", issued["token"])
    with caplog.at_level(logging.INFO, "app"):
        for _ in range(3):
            # Browsers keep what stands behind the "#" to themselves; should one not, nobody repeats it.
            for path in (issued["url"], f"http://test/invitation?token={secret}"):
                shown = await client.get(path)
                assert (shown.status_code, secret in shown.text, secret in str(shown.headers)) == (200, False, False)
    assert secret not in capsys.readouterr().out
    async with database.read() as connection:
        row = (await connection.execute(select(Invitation.used_at, Invitation.revoked_at))).one()
    assert tuple(row) == (None, None)


async def test_phones_are_told_which_apps_open_our_links(client: httpx.AsyncClient, settings: Settings) -> None:
    for name in ("assetlinks.json", "apple-app-site-association"):
        assert (await client.get(f"/.well-known/{name}")).status_code == 404
    async with started_app(with_apps(settings)) as app, client_of(app) as apps:
        android = await apps.get("/.well-known/assetlinks.json")
        ios = await apps.get("/.well-known/apple-app-site-association")
    for response in (android, ios):
        assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
        assert response.headers["cache-control"] == "public, max-age=3600"
    (statement,) = android.json()
    assert "delegate_permission/common.handle_all_urls" in statement["relation"]
    assert statement["target"] == {
        "namespace": "android_app", "package_name": "kr.example.ideas", "sha256_cert_fingerprints": [KEY, KEY],
    }  # fmt: skip
    assert ios.json()["applinks"]["details"] == [
        {"appIDs": ["ABCDE12345.kr.example.ideas"], "components": [{"/": "/invitation"}]}
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("android_certificates", "AB:CD"),
        ("ios_app_ids", "kr.example.ideas"),
        ("ios_store_url", "javascript:alert(1)"),
        ("app_scheme", 'x"><script>'),
    ],
)
def test_settings_that_can_not_be_right_are_refused(name: str, value: str) -> None:
    values: dict[str, Any] = {name: value}
    with pytest.raises(ValidationError, match=re.compile(name, re.IGNORECASE)):
        Settings(_env_file=None, **values)
