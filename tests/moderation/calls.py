"""Acts of moderation over HTTP, and what the access log holds."""

from typing import Any

import httpx
from sqlalchemy import select

from app.core.database import Database
from app.models import AccessEntry
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
