"""Two organisations turn out to be one: all that hangs on the first goes over to the second."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.database import Database
from app.core.ids import new_public_id
from app.identity.affiliations import change_affiliation
from app.models import Affiliation, AuditEntry, IdeaExclusion, Organisation
from app.models.organisations import OrganisationKind, SizeBand
from tests.consortia.calls import get, problem
from tests.consortia.test_organisations import NUMBER, OTHER_NUMBER, company, patch, post, sizes
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import published_idea


@pytest.fixture
async def keeper(factory: Factory) -> Person:
    """Who keeps the register."""
    return await factory.person(is_operator=True)


async def merge(
    client: httpx.AsyncClient, person: Person, merged: object, into: object, **headers: str
) -> httpx.Response:
    return await client.post(
        f"/v1/organisations/{merged}/merge", headers={**person.headers, **headers}, json={"into_id": str(into)}
    )


async def made(client: httpx.AsyncClient, keeper: Person, **changes: Any) -> str:
    """The id of a new organisation."""
    response = await post(client, keeper, company(**changes))
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def test_people_past_and_present_go_over(
    client: httpx.AsyncClient, factory: Factory, database: Database, keeper: Person
) -> None:
    merged, survivor = await factory.organisation("한성"), await factory.organisation("㈜한성")
    stays, left = [await factory.person(organisation=merged) for _ in range(2)]
    both = await factory.person(organisation=merged)
    async with database.write() as session:
        await change_affiliation(session, left.id, keeper.organisation_id, "대표")
        await change_affiliation(session, both.id, survivor.id, "부장")
    response = await merge(client, keeper, merged.public_id, survivor.public_id)
    assert response.status_code == 200, response.text
    assert response.json()["id"] == str(survivor.public_id)
    async with database.read() as connection:
        rows = await connection.execute(
            select(Affiliation.account_id, Affiliation.organisation_id, Affiliation.ended_at.is_(None))
            .where(Affiliation.account_id.in_([stays.id, left.id, both.id]))
            .order_by(Affiliation.account_id, Affiliation.id)
        )
        assert [tuple(row) for row in rows] == [
            (stays.id, survivor.id, True),
            (left.id, survivor.id, False),
            (left.id, keeper.organisation_id, True),
            (both.id, survivor.id, False),
            (both.id, survivor.id, True),
        ]
        entry = (await connection.execute(select(AuditEntry.__table__))).one()
    assert (entry.actor_id, entry.action, entry.target_kind, entry.target_id, entry.details) == (
        keeper.id,
        "organisation.merged",
        "organisation",
        merged.id,
        {"into_id": survivor.id},
    )


async def test_exclusions_go_over_once(
    client: httpx.AsyncClient, factory: Factory, database: Database, keeper: Person
) -> None:
    mini_cluster = await factory.mini_cluster()
    author = await factory.person(mini_cluster)
    merged, survivor, third = [await factory.organisation() for _ in range(3)]
    rival = await factory.person(mini_cluster, organisation=survivor)
    ideas = [
        await published_idea(database, author, mini_cluster, excluded_organisation_ids=[o.id for o in excluded])
        for excluded in ([merged], [merged, survivor], [survivor, third], [third])
    ]

    async def rival_sees() -> list[int]:
        paths = [f"/v1/ideas/{idea.public_id}" for idea in ideas]
        return [(await client.get(path, headers=rival.headers)).status_code for path in paths]

    assert await rival_sees() == [200, 404, 404, 200]
    assert (await merge(client, keeper, merged.public_id, survivor.public_id)).status_code == 200
    assert await rival_sees() == [404, 404, 404, 200]
    async with database.read() as connection:
        rows = await connection.execute(select(IdeaExclusion.idea_id, IdeaExclusion.organisation_id))
        assert {tuple(row) for row in rows} == {
            (ideas[0].id, survivor.id),
            (ideas[1].id, survivor.id),
            (ideas[2].id, survivor.id),
            (ideas[2].id, third.id),
            (ideas[3].id, third.id),
        }


async def test_survivor_takes_over_what_it_lacks(client: httpx.AsyncClient, database: Database, keeper: Person) -> None:
    merged = await made(client, keeper)
    survivor = await made(client, keeper, business_number=None, size_band=None, name_en=None)
    shown = (await merge(client, keeper, merged, survivor)).json()
    assert (shown["business_number"], shown["size_band"]) == (NUMBER, "under_50")
    ((band, started_at, ended_at),) = await sizes(database, survivor)
    assert (band, ended_at) == ("under_50", None)
    ((old_band, old_start, old_end),) = await sizes(database, merged)
    assert old_band == "under_50"
    assert old_start <= started_at <= old_end, "the history of the one merged away is kept and closed"
    gone = await get(client, f"/organisations/{merged}", keeper)
    assert (gone["merged_into_id"], gone["business_number"], gone["name"]) == (survivor, None, "㈜대한정밀")
    assert gone["allowed_actions"] == []


async def test_survivor_keeps_what_it_has(client: httpx.AsyncClient, database: Database, keeper: Person) -> None:
    merged = await made(client, keeper)
    survivor = await made(client, keeper, business_number=OTHER_NUMBER, size_band="from_300")
    shown = (await merge(client, keeper, merged, survivor)).json()
    assert (shown["business_number"], shown["size_band"]) == (OTHER_NUMBER, "from_300")
    assert (await get(client, f"/organisations/{merged}", keeper))["business_number"] == NUMBER
    assert [row[0] for row in await sizes(database, survivor)] == ["from_300"]


async def test_an_institute_takes_over_no_size(client: httpx.AsyncClient, database: Database, keeper: Person) -> None:
    merged = await made(client, keeper)
    survivor = await made(client, keeper, kind="institute", business_number=None, size_band=None)
    assert (await merge(client, keeper, merged, survivor)).json()["size_band"] is None
    assert await sizes(database, survivor) == []


async def test_merges_that_make_no_sense(client: httpx.AsyncClient, factory: Factory, keeper: Person) -> None:
    first, second, third = [str((await factory.organisation()).public_id) for _ in range(3)]
    problem(await merge(client, keeper, first, first), 422, "same_organisation", "/body/into_id")
    problem(await merge(client, keeper, first, new_public_id()), 422, "unknown_organisation", "/body/into_id")
    assert (await merge(client, keeper, first, second)).status_code == 200
    problem(await merge(client, keeper, first, second), 409, "organisation_merged")
    problem(await merge(client, keeper, first, third), 409, "organisation_merged")
    problem(await merge(client, keeper, first, first), 409, "organisation_merged")
    problem(await merge(client, keeper, third, first), 422, "organisation_merged", "/body/into_id")
    problem(await merge(client, keeper, second, first), 422, "organisation_merged", "/body/into_id")
    problem(await patch(client, keeper, first, name="바뀐 이름"), 409, "organisation_merged")


async def test_merge_is_replayed_by_its_key(
    client: httpx.AsyncClient, factory: Factory, database: Database, keeper: Person
) -> None:
    merged, survivor = [(await factory.organisation()).public_id for _ in range(2)]
    first = await merge(client, keeper, merged, survivor, **{"Idempotency-Key": "m1"})
    second = await merge(client, keeper, merged, survivor, **{"Idempotency-Key": "m1"})
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    async with database.read() as connection:
        assert len((await connection.execute(select(AuditEntry.id))).all()) == 1


async def test_chain_of_merges_points_to_its_end(client: httpx.AsyncClient, factory: Factory, keeper: Person) -> None:
    first, second, third = [str((await factory.organisation()).public_id) for _ in range(3)]
    await merge(client, keeper, first, second)
    await merge(client, keeper, second, third)
    for merged in (first, second):
        assert (await get(client, f"/organisations/{merged}", keeper))["merged_into_id"] == third


async def test_two_opposite_merges_at_once(
    client: httpx.AsyncClient, factory: Factory, database: Database, keeper: Person
) -> None:
    first, second = [(await factory.organisation()).public_id for _ in range(2)]
    replies = await asyncio.gather(merge(client, keeper, first, second), merge(client, keeper, second, first))
    assert sorted(reply.status_code for reply in replies) == [200, 422]
    async with database.read() as connection:
        statement = select(Organisation.id).where(
            Organisation.public_id.in_([first, second]), Organisation.merged_into_id.is_not(None)
        )
        assert len((await connection.execute(statement)).all()) == 1


async def test_same_new_organisation_three_times_at_once(
    client: httpx.AsyncClient, database: Database, keeper: Person
) -> None:
    body = company()
    replies = await asyncio.gather(*(post(client, keeper, body) for _ in range(3)))
    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert len(await sizes(database, body["id"])) == 1
    rivals = await asyncio.gather(*(post(client, keeper, company(business_number=OTHER_NUMBER)) for _ in range(3)))
    assert sorted(reply.status_code for reply in rivals) == [201, 409, 409]


async def test_size_band_of_a_row_without_history(
    client: httpx.AsyncClient, database: Database, keeper: Person
) -> None:
    public_id = client_id()
    async with database.write() as session:
        session.add(
            Organisation(
                public_id=new_public_id(), kind=OrganisationKind.COMPANY, name="㈜옛날", size_band=SizeBand.UNDER_50
            )
        )
    await post(client, keeper, company(id=public_id, size_band=None))
    async with database.read() as connection:
        old = await connection.scalar(select(Organisation.public_id).where(Organisation.name == "㈜옛날"))
    assert (await merge(client, keeper, old, public_id)).json()["size_band"] == "under_50"
