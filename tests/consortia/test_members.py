"""The members of a mini-cluster: the picker of mentions."""

import unicodedata
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.consortia.memberships import appoint_coordinator
from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.identity.affiliations import change_affiliation
from app.models import Account, Affiliation, Membership, MiniCluster, Organisation
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person
from tests.statement_counter import count_queries


@pytest.fixture
async def mini_cluster(factory: Factory) -> MiniCluster:
    """Where everybody of these tests meets."""
    return await factory.mini_cluster()


@pytest.fixture
async def me(factory: Factory, mini_cluster: MiniCluster) -> Person:
    """Who asks."""
    return await factory.person(mini_cluster, name="나하나")


def members_of(mini_cluster: MiniCluster) -> str:
    return f"/mini-clusters/{mini_cluster.public_id}/members"


async def names(client: httpx.AsyncClient, mini_cluster: MiniCluster, person: Person, **params: Any) -> list[str]:
    return [item["name"] for item in await all_items(client, members_of(mini_cluster), person, **params)]


async def test_cards_of_members_and_manager(
    client: httpx.AsyncClient, factory: Factory, database: Database, mini_cluster: MiniCluster
) -> None:
    manager = await factory.person(mini_cluster, name="강매니", role=MemberRole.MANAGER)
    jobless = await factory.person(mini_cluster, name="허구직", role=MemberRole.CHAIR)
    async with database.write() as session:
        await session.execute(update(Affiliation).where(Affiliation.account_id == jobless.id).values(ended_at=now()))
        organisation = await session.get_one(Organisation, manager.organisation_id)
    page = await get(client, members_of(mini_cluster), manager)
    assert page == {
        "items": [
            {
                "id": str(manager.public_id),
                "name": "강매니",
                "position": "책임연구원",
                "organisation": {
                    "id": str(organisation.public_id),
                    "name": organisation.name,
                    "kind": "company",
                },
                "role": "manager",
            },
            {
                "id": str(jobless.public_id),
                "name": "허구직",
                "position": None,
                "organisation": None,
                "role": "chair",
            },
        ],
        "next_cursor": None,
    }


async def test_only_its_own_people_are_shown_its_members(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster, database: Database, me: Person
) -> None:
    sibling = await factory.mini_cluster()
    coordinator = await factory.person()
    async with database.write() as session:
        await appoint_coordinator(session, coordinator.id, mini_cluster.consortium_id)
    assert await names(client, mini_cluster, coordinator) == ["나하나"]
    for stranger in (await factory.person(sibling), await factory.person(is_operator=True)):
        response = await client.get(f"/v1{members_of(mini_cluster)}", headers=stranger.headers)
        problem(response, 403, "forbidden")
    response = await client.get(f"/v1/mini-clusters/{new_public_id()}/members", headers=me.headers)
    problem(response, 404, "not_found")


async def test_those_who_left_or_may_not_sign_in_are_left_out(
    client: httpx.AsyncClient, factory: Factory, database: Database, mini_cluster: MiniCluster, me: Person
) -> None:
    gone, suspended, erased = [await factory.person(mini_cluster, name=name) for name in ("가", "나", "다")]
    async with database.write() as session:
        await session.execute(update(Membership).where(Membership.account_id == gone.id).values(ended_at=now()))
        for person, status in ((suspended, AccountStatus.SUSPENDED), (erased, AccountStatus.ERASED)):
            await session.execute(update(Account).where(Account.id == person.id).values(status=status))
    assert await names(client, mini_cluster, me) == ["나하나"]


async def test_blocks_keep_people_apart_either_way(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster, me: Person
) -> None:
    blocked, blocking, third = [await factory.person(mini_cluster, name=name) for name in ("가", "나", "다")]
    await factory.block(me, blocked)
    await factory.block(blocking, me)
    assert await names(client, mini_cluster, me) == ["나하나", "다"]
    assert await names(client, mini_cluster, blocked) == ["가", "나", "다"]
    assert await names(client, mini_cluster, third) == ["가", "나", "나하나", "다"]


async def test_search_in_names_and_organisations(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster, me: Person
) -> None:
    mould = await factory.organisation("㈜한성금형 HanSung")
    await factory.person(mini_cluster, name="김하늘", organisation=mould)
    await factory.person(mini_cluster, name="Kim Haneul", organisation=await factory.organisation("창원대"))

    async def found(q: str) -> list[str]:
        return await names(client, mini_cluster, me, q=q, limit=1)

    assert await found("하늘") == ["김하늘"]
    assert await found(unicodedata.normalize("NFD", "하늘")) == ["김하늘"]
    assert await found("haneul") == ["Kim Haneul"]
    assert await found("HANSUNG") == ["김하늘"]
    assert await found("성금") == ["김하늘", "나하나"], "the factory's organisations bear that name too"
    assert await found("창원대") == ["Kim Haneul"]
    assert await found("  하늘 ") == ["김하늘"]
    assert await found("없는이름") == []
    assert len(await found("")) == len(await found("   ")) == 3


async def test_signs_of_patterns_stand_for_themselves(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster, me: Person
) -> None:
    for sign in ("%", "_", "\\", "/"):
        await factory.person(mini_cluster, name=f"김{sign}늘")
        assert await names(client, mini_cluster, me, q=sign) == [f"김{sign}늘"]
        assert await names(client, mini_cluster, me, q=f"김{sign}늘") == [f"김{sign}늘"]
        assert await names(client, mini_cluster, me, q=f"{sign}하") == []


async def test_bad_searches_point_to_q(client: httpx.AsyncClient, mini_cluster: MiniCluster, me: Person) -> None:
    for q in ("가" * 101, "a\0b", "\u202ea"):
        response = await client.get(f"/v1{members_of(mini_cluster)}", headers=me.headers, params={"q": q})
        problem(response, 422, "invalid_request")
        assert [error["pointer"] for error in response.json()["errors"]] == ["/query/q"]


async def test_pages_go_by_name_then_number(
    app: FastAPI, client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster, me: Person
) -> None:
    namesakes = [await factory.person(mini_cluster, name="김하늘") for _ in range(3)]
    await factory.person(mini_cluster, name="박서준")
    shown = await all_items(client, members_of(mini_cluster), me, limit=2)
    assert [item["name"] for item in shown] == ["김하늘", "김하늘", "김하늘", "나하나", "박서준"]
    assert [item["id"] for item in shown[:3]] == [str(person.public_id) for person in namesakes]
    with count_queries(app.state.resources.database) as one:
        await get(client, members_of(mini_cluster), me, limit=1)
    with count_queries(app.state.resources.database) as five:
        assert len((await get(client, members_of(mini_cluster), me, limit=5))["items"]) == 5
    assert one.count == five.count == 3, "who asks, the mini-cluster, the page"


async def test_cursor_goes_with_its_mini_cluster(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster
) -> None:
    other = await factory.mini_cluster()
    both = await factory.person(mini_cluster, other, name="가")
    await factory.person(mini_cluster, name="나")
    cursor = (await get(client, members_of(mini_cluster), both, limit=1))["next_cursor"]
    response = await client.get(f"/v1{members_of(other)}", headers=both.headers, params={"cursor": cursor})
    problem(response, 422, "invalid_cursor", "/query/cursor")


async def test_card_shows_the_present_employer(
    client: httpx.AsyncClient, factory: Factory, database: Database, mini_cluster: MiniCluster, me: Person
) -> None:
    employer = await factory.organisation("창원대")
    async with database.write() as session:
        await change_affiliation(session, me.id, employer.id, "교수")
    async with database.read() as connection:
        rows = (await connection.execute(select(Affiliation).where(Affiliation.account_id == me.id))).all()
    assert len(rows) == 2
    (card,) = (await get(client, members_of(mini_cluster), me))["items"]
    assert (card["organisation"]["id"], card["position"]) == (str(employer.public_id), "교수")
