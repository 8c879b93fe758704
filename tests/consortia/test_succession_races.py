"""Merging against joining, leaving and another merge at once: nobody is lost, and nobody gone comes along."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.memberships import join, leave
from app.core.database import Database
from app.models import Consortium, Membership, MiniCluster
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person, client_id

_LONG_ENOUGH = 0.3
"""Seconds in which a merge that waits for nobody is over."""

Step = Callable[[AsyncSession, int, int], Awaitable[Any]]


async def merge(client: httpx.AsyncClient, coordinator: Person, ending: Any, into: Any) -> httpx.Response:
    body = {"into_id": str(into)}
    return await client.post(f"/v1/mini-clusters/{ending}/merge", headers=coordinator.headers, json=body)


async def present_in(database: Database, account_id: int) -> set[int]:
    statement = select(Membership.mini_cluster_id).where(
        Membership.account_id == account_id, Membership.ended_at.is_(None)
    )
    async with database.read() as connection:
        return set((await connection.execute(statement)).scalars())


@pytest.mark.parametrize("step", [join, leave], ids=["joining", "leaving"])
async def test_a_merge_waits_for_whoever_joins_or_leaves_meanwhile(
    client: httpx.AsyncClient, database: Database, factory: Factory, step: Step
) -> None:
    """Who has joined by then is taken along, who has left is not; on SQLite all writing takes turns anyway."""
    consortium = await factory.consortium()
    old, other = [await factory.mini_cluster(consortium, name) for name in ("금형", "금속소재")]
    coordinator = await factory.person(coordinates=consortium)
    person = await factory.person(*([old] if step is leave else []))
    async with database.write() as session:
        await step(session, person.id, old.id)
        merging = asyncio.create_task(merge(client, coordinator, old.public_id, other.public_id))
        done, _waiting = await asyncio.wait({merging}, timeout=_LONG_ENOUGH)
        assert not done
    assert (await merging).status_code == 200
    assert await present_in(database, person.id) == ({old.id, other.id} if step is join else set())


async def test_of_two_merges_of_one_mini_cluster_at_once_one_holds(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    consortium = await factory.consortium()
    old, first, second = [await factory.mini_cluster(consortium, name) for name in ("금형", "가", "나")]
    people = [await factory.person(coordinates=consortium) for _ in range(2)]
    member = await factory.person(old)
    answers = await asyncio.gather(
        merge(client, people[0], old.public_id, first.public_id),
        merge(client, people[1], old.public_id, second.public_id),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    problem(next(answer for answer in answers if answer.status_code == 409), 409, "mini_cluster_dissolved")
    into = (await get(client, f"/mini-clusters/{old.public_id}", member))["merged_into_id"]
    successor = first if into == str(first.public_id) else second
    assert await present_in(database, member.id) == {old.id, successor.id}


async def test_what_was_split_and_came_together_again_is_shown_once(
    client: httpx.AsyncClient, factory: Factory
) -> None:
    consortium: Consortium = await factory.consortium()
    old: MiniCluster = await factory.mini_cluster(consortium)
    coordinator, member = await factory.person(coordinates=consortium), await factory.person(old)
    idea = {"id": client_id(), "mini_cluster_id": str(old.public_id), "title": "제목", "body": "본문"}
    assert (await client.post("/v1/ideas", headers=member.headers, json=idea)).status_code == 201
    parts = [
        {
            "id": client_id(),
            "name_ko": name,
            "name_en": name,
            "industry": "moulds",
            "member_ids": [str(member.public_id)],
        }
        for name in ("가", "나")
    ]
    address = f"/v1/mini-clusters/{old.public_id}/split"
    assert (await client.post(address, headers=coordinator.headers, json={"parts": parts})).status_code == 200
    assert (await merge(client, coordinator, parts[0]["id"], parts[1]["id"])).status_code == 200
    shown = await all_items(client, f"/mini-clusters/{parts[1]['id']}/ideas", member)
    assert [item["id"] for item in shown] == [idea["id"]]
