"""Acts of moderation over HTTP, and what the access log holds."""

from typing import Any

import httpx
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import AccessEntry
from app.outbox.relay import Relay
from app.worker import build_subscriptions, open_tools
from tests.factories import Person, client_id

Json = dict[str, Any]


async def send_report(client: httpx.AsyncClient, person: Person, **fields: Any) -> httpx.Response:
    """Report something; id and reason are filled in."""
    body = {"id": client_id(), "reason": "secret", **{name: str(value) for name, value in fields.items()}}
    return await client.post("/v1/reports", json=body, headers=person.headers)


async def reported(client: httpx.AsyncClient, person: Person, **fields: Any) -> Json:
    """A report that was made."""
    response = await send_report(client, person, **fields)
    assert response.status_code == 201, response.text
    report: Json = response.json()
    return report


async def queue(client: httpx.AsyncClient, person: Person, place: str, **params: Any) -> list[Json]:
    """The cases of a place, ``consortia/…`` or ``mini-clusters/…``."""
    response = await client.get(f"/v1/{place}/cases", headers=person.headers, params=params)
    assert response.status_code == 200, response.text
    items: list[Json] = response.json()["items"]
    return items


async def close(client: httpx.AsyncClient, person: Person, case_id: str, outcome: str = "dismissed") -> httpx.Response:
    """Decide a case."""
    body = {"outcome": outcome, "words": "공개된 가격입니다."}
    return await client.post(f"/v1/cases/{case_id}/close", json=body, headers=person.headers)


async def accesses(database: Database) -> list[AccessEntry]:
    """The access log, in order."""
    async with database.write() as session:
        return list((await session.scalars(select(AccessEntry).order_by(AccessEntry.id))).all())


async def send_act(client: httpx.AsyncClient, person: Person, kind: str, **fields: Any) -> httpx.Response:
    """Act; id and words are filled in."""
    body = {"id": client_id(), "kind": kind, "words": "단가가 공개되어 있습니다.", **fields}
    return await client.post("/v1/moderation-acts", json=body, headers=person.headers)


async def acted(client: httpx.AsyncClient, person: Person, kind: str, **fields: Any) -> Json:
    """An act that was done."""
    response = await send_act(client, person, kind, **fields)
    assert response.status_code == 201, response.text
    act: Json = response.json()
    return act


async def undone(client: httpx.AsyncClient, person: Person, act: Json) -> Json:
    """An act that was undone."""
    path = f"/v1/moderation-acts/{act['id']}/undo"
    response = await client.post(path, json={"words": "고쳐졌습니다."}, headers=person.headers)
    assert response.status_code == 200, response.text
    shown: Json = response.json()
    return shown


async def work(settings: Settings) -> None:
    """Let a worker handle what has happened."""
    async with open_tools(settings) as tools:
        relay = Relay(tools.database, build_subscriptions(tools))
        while await relay.run_round(now()):
            pass
