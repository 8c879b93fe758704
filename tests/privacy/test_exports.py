"""Check 17: an export holds all of one's own data, and nobody else's; its link is signed and ends soon."""

import io
import json
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import DataExport
from app.outbox.relay import Relay
from app.privacy.exports.archive import DataExportBuilder
from app.privacy.exports.events import DataExportRequested
from app.privacy.exports.links import link_to
from app.worker import build_subscriptions, open_tools
from tests.factories import Factory, Person, client_id
from tests.identity.mailbox import Mailbox
from tests.identity.signing_in import Json, problem, rows_of
from tests.privacy.life import Life

NOT_HIS_TO_SEE = {
    "access token", "refresh token", "installation", "push token", "key", "applicant",
    "note act", "reported", "closing", "note", "earlier copy", "credential",
}  # fmt: skip
"""Secrets; the words of others about him that are not owed to him; what was overwritten."""


async def ask(client: httpx.AsyncClient, headers: Any, export_id: str = "") -> httpx.Response:
    return await client.post("/v1/me/data-exports", json={"id": export_id or client_id()}, headers=headers)


async def work(settings: Settings) -> None:
    """The worker's part."""
    async with open_tools(settings) as tools:
        while await Relay(tools.database, build_subscriptions(tools)).run_round(now()):
            pass


async def build_all(database: Database) -> None:
    """Let the worker handle each request once more."""
    async with database.read() as connection:
        numbers = list(await connection.scalars(select(DataExport.id)))
    for number in numbers:
        await DataExportBuilder(database).build(DataExportRequested(export_id=number))


async def shown(client: httpx.AsyncClient, headers: Any, export_id: str) -> Json:
    response = await client.get(f"/v1/me/data-exports/{export_id}", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    export: Json = response.json()
    return export


def files_of(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode() for name in opened.namelist()}


async def test_an_export_holds_ones_own_and_nothing_else(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    life = await Life(client, database, settings, factory).live()
    asked = await ask(client, life.headers)
    assert asked.status_code == 202, asked.text
    assert (asked.json()["ready_at"], asked.json()["download_url"]) == (None, None)
    await work(settings)
    export = await shown(client, life.headers, asked.json()["id"])
    fetched = await client.get(export["download_url"])
    assert fetched.status_code == 200, fetched.text
    assert (fetched.headers["content-type"], fetched.headers["cache-control"]) == ("application/zip", "no-store")
    assert len(fetched.content) == export["size"]
    files = files_of(fetched.content)
    assert "My data" in files.pop("README.txt")
    everything = "\n".join(files.values())
    own = {what: string for what, string in life.planted.items() if what not in NOT_HIS_TO_SEE}
    assert {what for what, string in own.items() if string.lower() not in everything.lower()} == {"first name"}
    assert life.planted.keys() >= NOT_HIS_TO_SEE
    assert {what for what in NOT_HIS_TO_SEE if life.planted[what] in everything} == set()
    for others in ("남의 댓글", "동료", "불러 봅니다", "몇 사람", "매니저", "코디네이터"):
        assert others not in everything
    (account,) = json.loads(files["account.json"])
    assert (account["id"], account["email"]) == (life.public_id, life.email)
    assert {item["reason"] for item in json.loads(files["reports.json"])} == {"spam"}
    assert json.loads(files["ideas_i_am_named_in.json"])[0]["idea_id"] == life.ids["his named"]


@pytest.fixture
async def person(factory: Factory) -> Person:
    return await factory.person()


async def test_the_same_wish_again_is_the_same_export(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, person: Person
) -> None:
    export_id = client_id()
    first = await ask(client, person.headers, export_id)
    assert (await ask(client, person.headers, export_id)).json() == first.json()
    other = await factory.person()
    problem(await ask(client, other.headers, export_id), 409, "id_taken")
    problem(await client.get(f"/v1/me/data-exports/{export_id}", headers=other.headers), 404, "not_found")
    assert (await client.get("/v1/me/data-exports", headers=other.headers)).json() == {"items": []}
    mailbox = Mailbox(database, settings)
    for _ in range(2):
        await build_all(database)
    (mail,) = await mailbox.deliver()
    assert "준비되었습니다" in mail.text
    (listed,) = (await client.get("/v1/me/data-exports", headers=person.headers)).json()["items"]
    assert listed["id"] == export_id
    assert listed["ready_at"] is not None


async def test_three_a_day(client: httpx.AsyncClient, person: Person) -> None:
    for _ in range(3):
        assert (await ask(client, person.headers)).status_code == 202
    problem(await ask(client, person.headers), 429, "too_many_tries")
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=False):
        # The access token is over by then: what counts is that the window is.
        problem(await ask(client, person.headers), 401, "unauthenticated")


async def test_links_are_signed_and_end(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, person: Person
) -> None:
    asked = (await ask(client, person.headers)).json()
    await build_all(database)
    link = (await shown(client, person.headers, asked["id"]))["download_url"]
    url = httpx.URL(link)
    later = url.copy_merge_params({"expires_at": str(int(url.params["expires_at"]) + 60)})
    forged = url.copy_merge_params({"signature": "A" * 43})
    elsewhere = str(url).replace(asked["id"], client_id())
    for wrong in (str(later), str(forged), elsewhere):
        problem(await client.get(wrong), 404, "not_found")
    with time_machine.travel(now() + timedelta(minutes=11)):
        problem(await client.get(link), 410, "download_expired")
    assert (await client.get(link)).status_code == 200
    async with database.write() as session:
        for export in await session.scalars(select(DataExport)):
            await session.delete(export)
    problem(await client.get(link), 404, "not_found")
    assert await rows_of(database, DataExport) == 0


def test_a_link_bears_the_public_address(settings: Settings) -> None:
    link = link_to("https://api.example.kr/", settings.signing_key, uuid.UUID(int=1), now())
    assert link.startswith(f"https://api.example.kr/v1/data-exports/{uuid.UUID(int=1)}/archive?expires_at=")
