"""Verifying organisations, and finding those that are likely the same."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.consortia.organisations.name_keys import fill_name_keys
from app.core.database import Database
from app.core.organisation_names import name_key
from app.models import AuditEntry, Organisation
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.statement_counter import count_queries

ONE_FIRM = (
    "㈜한성금형",
    "한성금형(주)",
    "(주) 한성금형",
    "주식회사 한성 금형",
    "한성금형",
    "（주）한성금형",
    "한성·금형 ㈜",
)
ENGLISH = ("Hansung Mould Co., Ltd.", "HANSUNG MOULD", "Hansung-Mould Inc", "hansung mould company limited")


def test_ways_of_writing_a_name_have_one_key_and_other_names_others() -> None:
    assert {name_key(name) for name in ONE_FIRM} == {"한성금형"}
    assert {name_key(name) for name in ENGLISH} == {"hansungmould"}
    others = {"한성금형제이차", "한성정공", "주성금형", "유한양행", "(사)한국금형협회", "Companyful", "Inc"}
    assert len({name_key(name) for name in others}) == len(others)
    assert (name_key("유한양행"), name_key("주식회사"), name_key("㈜"), name_key("★")) == (
        "유한양행",
        "주식회사",
        "주",
        "★",
    )


@pytest.fixture
async def keeper(factory: Factory) -> Person:
    return await factory.person(coordinates=await factory.consortium())


async def made(client: httpx.AsyncClient, keeper: Person, name: str, kind: str = "company") -> str:
    body = {"id": client_id(), "kind": kind, "name": name}
    response = await client.post("/v1/organisations", json=body, headers=keeper.headers)
    assert response.status_code == 201, response.text
    return str(body["id"])


def names(group: Json) -> list[str]:
    return [each["organisation"]["name"] for each in group["organisations"]]


async def test_likely_duplicates_are_shown_until_they_are_merged(
    client: httpx.AsyncClient, database: Database, factory: Factory, keeper: Person
) -> None:
    ids = [await made(client, keeper, name) for name in ONE_FIRM[:3]]
    for number in range(3):
        await made(client, keeper, f"㈜쌍둥이{number}")
        await made(client, keeper, f"쌍둥이{number} 주식회사")
    await made(client, keeper, "㈜혼자")
    async with database.read() as connection:
        second = (await connection.execute(select(Organisation).where(Organisation.name == ONE_FIRM[1]))).one()
    for _ in range(2):
        await factory.person(organisation=Organisation(id=second.id))
    groups = await all_items(client, "/organisation-duplicates", keeper, limit=2)
    assert [names(group) for group in groups] == [
        [*ONE_FIRM[:3]],
        *([f"㈜쌍둥이{number}", f"쌍둥이{number} 주식회사"] for number in range(3)),
    ]
    assert [each["member_count"] for each in groups[0]["organisations"]] == [0, 2, 0]
    of_first = await get(client, f"/organisations/{ids[0]}/likely-duplicates", keeper)
    assert names(of_first) == [*ONE_FIRM[1:3]]
    for merged in ids[1:]:
        answer = await client.post(
            f"/v1/organisations/{merged}/merge", json={"into_id": ids[0]}, headers=keeper.headers
        )
        assert answer.status_code == 200, answer.text
    assert names(await get(client, f"/organisations/{ids[0]}/likely-duplicates", keeper)) == []
    assert len(await all_items(client, "/organisation-duplicates", keeper)) == 3


async def test_a_page_of_groups_takes_two_statements_and_a_group_is_cut(
    app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory, keeper: Person
) -> None:
    async with database.write() as session:
        session.add_all(Organisation(kind="company", name=f"{' ' * n}한성{' ' * n}") for n in range(25))
        session.add_all(Organisation(kind="company", name=name) for name in ("가람", "㈜가람", "나래", "㈜나래"))
    member = await factory.person()
    problem(await client.get("/v1/organisation-duplicates", headers=member.headers), 403, "forbidden")
    page = await get(client, "/organisation-duplicates", keeper)
    assert [len(group["organisations"]) for group in page["items"]] == [20, 2, 2]
    with count_queries(app.state.resources.database) as few:
        await get(client, "/organisation-duplicates", keeper, limit=1)
    with count_queries(app.state.resources.database) as many:
        await get(client, "/organisation-duplicates", keeper, limit=3)
    assert few.count == many.count


async def test_whoever_keeps_the_register_verifies_once(
    client: httpx.AsyncClient, database: Database, factory: Factory, keeper: Person
) -> None:
    organisation = await factory.organisation("㈜새벽정밀")
    path = f"/organisations/{organisation.public_id}"
    member = await factory.person()
    shown = await get(client, path, keeper)
    assert (shown["is_verified"], shown["allowed_actions"]) == (False, ["edit", "merge", "verify"])
    assert shown["name"] in [
        each["name"] for each in await all_items(client, "/organisations", keeper, verified="false")
    ]
    problem(await client.put(f"/v1{path}/verification", headers=member.headers), 403, "forbidden")
    for _ in range(2):
        answer = await client.put(f"/v1{path}/verification", headers=keeper.headers)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["is_verified"], answer.json()["allowed_actions"]) == (True, ["edit", "merge"])
    assert [each["name"] for each in await all_items(client, "/organisations", member, verified="true")] == [
        shown["name"]
    ]
    async with database.read() as connection:
        assert (await connection.scalars(select(AuditEntry.action))).all() == ["organisation.verified"]


async def test_names_written_by_an_earlier_release_get_their_keys(database: Database, factory: Factory) -> None:
    organisation = await factory.organisation("㈜한성금형")
    async with database.write() as session:
        await session.execute(update(Organisation).values(name_key=None))
    await fill_name_keys(database)
    async with database.read() as connection:
        key = await connection.scalar(select(Organisation.name_key).where(Organisation.id == organisation.id))
    assert key == name_key(organisation.name)
