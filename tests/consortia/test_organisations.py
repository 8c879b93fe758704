"""The register of organisations through the API."""

import uuid
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.consortia.memberships import end_coordinator
from app.core.database import Database
from app.core.ids import new_public_id
from app.models import AuditEntry, Organisation, OrganisationSizeBand
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.statement_counter import count_queries

# Valid by their check digit, and given to nobody here.
NUMBER, OTHER_NUMBER = "1248100998", "2208162517"


@pytest.fixture(params=["operator", "coordinator"])
async def keeper(request: pytest.FixtureRequest, factory: Factory) -> Person:
    """Who keeps the register: an operator, and a coordinator."""
    if request.param == "operator":
        return await factory.person(is_operator=True)
    return await factory.person(coordinates=await factory.consortium())


@pytest.fixture
async def operator(factory: Factory) -> Person:
    """Who keeps the register, where it does not matter which of the two."""
    return await factory.person(is_operator=True)


@pytest.fixture
async def member(factory: Factory) -> Person:
    """Somebody who reads it."""
    return await factory.person(await factory.mini_cluster())


def company(**changes: Any) -> Json:
    """A request for a new company."""
    return {
        "id": client_id(),
        "kind": "company",
        "name": "㈜대한정밀",
        "name_en": "Daehan Precision",
        "business_number": "124-81-00998",
        "size_band": "under_50",
    } | changes


async def post(client: httpx.AsyncClient, person: Person, body: Json, **headers: str) -> httpx.Response:
    return await client.post("/v1/organisations", headers={**person.headers, **headers}, json=body)


async def patch(client: httpx.AsyncClient, person: Person, organisation_id: object, **body: Any) -> httpx.Response:
    return await client.patch(f"/v1/organisations/{organisation_id}", headers=person.headers, json=body)


async def sizes(database: Database, organisation_id: str) -> list[tuple[Any, ...]]:
    """(band, start, end) of an organisation, in the order of time."""
    async with database.read() as connection:
        rows = await connection.execute(
            select(OrganisationSizeBand.size_band, OrganisationSizeBand.started_at, OrganisationSizeBand.ended_at)
            .join(Organisation, Organisation.id == OrganisationSizeBand.organisation_id)
            .where(Organisation.public_id == uuid.UUID(organisation_id))
            .order_by(OrganisationSizeBand.id)
        )
        return [tuple(row) for row in rows]


async def acts(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        rows = await connection.execute(
            select(AuditEntry.actor_id, AuditEntry.action, AuditEntry.target_kind, AuditEntry.details).order_by(
                AuditEntry.id
            )
        )
        return [tuple(row) for row in rows]


async def test_new_company(client: httpx.AsyncClient, database: Database, keeper: Person, member: Person) -> None:
    body = company()
    response = await post(client, keeper, body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/v1/organisations/{body['id']}"
    expected = body | {
        "business_number": NUMBER,
        "merged_into_id": None,
        "is_verified": True,
        "allowed_actions": ["edit", "merge"],
    }
    assert response.json() == expected
    assert await get(client, f"/organisations/{body['id']}", keeper) == expected
    shown = await get(client, f"/organisations/{body['id']}", member)
    assert shown == expected | {"business_number": None, "allowed_actions": []}
    ((band, _, ended_at),) = await sizes(database, body["id"])
    assert (band, ended_at) == ("under_50", None)
    assert await acts(database) == [(keeper.id, "organisation.created", "organisation", {})]


async def test_least_of_a_university(client: httpx.AsyncClient, database: Database, operator: Person) -> None:
    body = {"id": client_id(), "kind": "university", "name": "국립창원대학교"}
    shown = (await post(client, operator, body)).json()
    assert shown == body | {
        "name_en": None,
        "business_number": None,
        "size_band": None,
        "merged_into_id": None,
        "is_verified": True,
        "allowed_actions": ["edit", "merge"],
    }
    assert await sizes(database, body["id"]) == []


async def test_retry_has_one_effect(client: httpx.AsyncClient, database: Database, operator: Person) -> None:
    body = company()
    first = await post(client, operator, body, **{"Idempotency-Key": "k1"})
    replayed = await post(client, operator, body, **{"Idempotency-Key": "k1"})
    without_key = await post(client, operator, body)
    assert first.status_code == replayed.status_code == without_key.status_code == 201
    assert first.json() == replayed.json() == without_key.json()
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert len(await acts(database)) == len(await sizes(database, body["id"])) == 1
    problem(await post(client, operator, body | {"name": "다른 이름"}), 409, "id_taken")
    problem(await post(client, operator, body | {"size_band": None}), 409, "id_taken")
    address = f"/v1/organisations/{body['id']}"
    edited = await client.patch(address, json={"name": "㈜한성정밀금형"}, headers=dict(operator.headers))
    assert edited.status_code == 200, edited.text
    after_an_edit = await post(client, operator, body)
    assert (after_an_edit.status_code, after_an_edit.json()["name"]) == (201, "㈜한성정밀금형")


async def test_reply_is_not_replayed_to_one_who_lost_his_role(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    consortium = await factory.consortium()
    person = await factory.person(coordinates=consortium)
    body = company()
    assert (await post(client, person, body, **{"Idempotency-Key": "k1"})).status_code == 201
    async with database.write() as session:
        await end_coordinator(session, person.id, consortium.id)
    problem(await post(client, person, body, **{"Idempotency-Key": "k1"}), 403, "forbidden")


async def test_members_only_read(
    client: httpx.AsyncClient, factory: Factory, database: Database, member: Person
) -> None:
    organisation = await factory.organisation()
    problem(await post(client, member, company()), 403, "forbidden")
    problem(await patch(client, member, organisation.public_id, name="바뀐 이름"), 403, "forbidden")
    merge = f"/v1/organisations/{organisation.public_id}/merge"
    other = str((await factory.organisation()).public_id)
    problem(await client.post(merge, headers=member.headers, json={"into_id": other}), 403, "forbidden")
    shown = await get(client, f"/organisations/{organisation.public_id}", member)
    assert (shown["name"], shown["merged_into_id"]) == (organisation.name, None)
    assert await acts(database) == []


async def test_strangers_and_nowhere(client: httpx.AsyncClient, operator: Person) -> None:
    nowhere = f"/v1/organisations/{new_public_id()}"
    problem(await client.get("/v1/organisations"), 401, "unauthenticated")
    problem(await client.get(nowhere), 401, "unauthenticated")
    problem(await client.post("/v1/organisations", json=company()), 401, "unauthenticated")
    problem(await client.get(nowhere, headers=operator.headers), 404, "not_found")
    problem(await patch(client, operator, new_public_id(), name="이름"), 404, "not_found")
    into = {"into_id": str(new_public_id())}
    problem(await client.post(f"{nowhere}/merge", headers=operator.headers, json=into), 404, "not_found")


async def test_bad_fields_are_pointed_to(client: httpx.AsyncClient, database: Database, operator: Person) -> None:
    cases: list[tuple[Json, str, str]] = [
        ({"business_number": "124-81-00997"}, "invalid_business_number", "/body/business_number"),
        ({"business_number": "124-810-0998"}, "invalid_business_number", "/body/business_number"),
        ({"business_number": "열자리숫자"}, "invalid_business_number", "/body/business_number"),
        ({"kind": "university"}, "size_band_of_companies", "/body/size_band"),
        ({"kind": "club"}, "enum", "/body/kind"),
        ({"size_band": "huge"}, "enum", "/body/size_band"),
        ({"id": "5f0c6f0e-93a5-4b0e-8a55-0d7a3c1b2e4f"}, "uuid_version", "/body/id"),
        ({"name": "한성\0금형"}, "forbidden_character", "/body/name"),
        ({"verified_at": "2026-01-01"}, "extra_forbidden", "/body/verified_at"),
    ]
    for changes, code, pointer in cases:
        problem(await post(client, operator, company(**changes)), 422, code, pointer)
    assert await acts(database) == []


async def test_number_belongs_to_one(client: httpx.AsyncClient, database: Database, operator: Person) -> None:
    first, second = company(), company(business_number=OTHER_NUMBER, name="㈜둘째")
    assert (await post(client, operator, first)).status_code == 201
    problem(await post(client, operator, company()), 409, "business_number_taken")
    assert (await post(client, operator, second)).status_code == 201
    problem(await patch(client, operator, second["id"], business_number=NUMBER), 409, "business_number_taken")
    assert (await get(client, f"/organisations/{second['id']}", operator))["business_number"] == OTHER_NUMBER
    assert (await patch(client, operator, first["id"], business_number="")).json()["business_number"] is None
    changed = await patch(client, operator, second["id"], business_number=" 124-81-00998 ")
    assert changed.json()["business_number"] == NUMBER


async def test_changes_and_their_record(client: httpx.AsyncClient, database: Database, keeper: Person) -> None:
    body = company()
    before = (await post(client, keeper, body)).json()
    changed = await patch(client, keeper, body["id"], name="㈜대한정밀공업", name_en="", size_band="from_50_to_299")
    assert changed.status_code == 200, changed.text
    expected = before | {"name": "㈜대한정밀공업", "name_en": None, "size_band": "from_50_to_299"}
    assert changed.json() == expected
    assert (await patch(client, keeper, body["id"])).json() == expected
    assert (await patch(client, keeper, body["id"], name=None, size_band=None)).json() == expected
    assert [act[1:] for act in await acts(database)][1:] == [
        ("organisation.changed", "organisation", {"fields": ["name", "name_en", "size_band"]})
    ]


async def test_sizes_are_kept_with_their_dates(client: httpx.AsyncClient, database: Database, operator: Person) -> None:
    body = company(size_band=None)
    await post(client, operator, body)
    for band in ("under_50", "under_50", "from_50_to_299", "from_300"):
        assert (await patch(client, operator, body["id"], size_band=band)).json()["size_band"] == band
    first, second, third = await sizes(database, body["id"])
    assert [row[0] for row in (first, second, third)] == ["under_50", "from_50_to_299", "from_300"]
    assert (first[2], second[2], third[2]) == (second[1], third[1], None)


async def test_bad_changes_leave_everything(
    client: httpx.AsyncClient, factory: Factory, database: Database, operator: Person
) -> None:
    body = {"id": client_id(), "kind": "institute", "name": "한국전기연구원"}
    before = (await post(client, operator, body)).json()
    response = await patch(client, operator, body["id"], name="바뀐 이름", size_band="from_300")
    problem(response, 422, "size_band_of_companies", "/body/size_band")
    response = await patch(client, operator, body["id"], name="바뀐 이름", business_number="1")
    problem(response, 422, "invalid_business_number", "/body/business_number")
    problem(await patch(client, operator, body["id"], kind="company"), 422, "extra_forbidden", "/body/kind")
    assert await get(client, f"/organisations/{body['id']}", operator) == before
    assert len(await acts(database)) == 1


async def test_picker(app: FastAPI, client: httpx.AsyncClient, factory: Factory, database: Database) -> None:
    employer = await factory.organisation("하나")
    member = await factory.person(organisation=employer)
    merged = await factory.organisation("가나다 정밀")
    async with database.write() as session:
        session.add_all(
            Organisation(kind="company", name=name, name_en=name_en)
            for name, name_en in (("㈜나라 정밀", "Nara 100%"), ("㈜가람", "Garam_Precision"), ("㈜나라 정밀", None))
        )
        await session.flush()
        (await session.get_one(Organisation, merged.id)).merged_into_id = employer.id

    async def found(**params: Any) -> list[str]:
        return [item["name"] for item in await all_items(client, "/organisations", member, **params)]

    everything = await found()
    assert everything == sorted(everything)
    assert len(everything) == 4
    assert await found(limit=1) == everything
    assert await found(q="정밀", limit=1) == ["㈜나라 정밀", "㈜나라 정밀"]
    assert await found(q="garam") == ["㈜가람"]
    assert await found(q="%") == ["㈜나라 정밀"]
    assert await found(q="_") == ["㈜가람"]
    with count_queries(app.state.resources.database) as one:
        await get(client, "/organisations", member, limit=1)
    with count_queries(app.state.resources.database) as many:
        await get(client, "/organisations", member, limit=100)
    assert one.count == many.count == 2, "who asks, and the page"


async def test_long_names_fit_a_cursor(client: httpx.AsyncClient, database: Database, member: Person) -> None:
    async with database.write() as session:
        session.add_all(Organisation(kind="support", name="가" * 199 + last) for last in "나다")
    names = [item["name"][-1] for item in await all_items(client, "/organisations", member, q="가가", limit=1)]
    assert names == ["나", "다"]
