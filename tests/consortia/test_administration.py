"""Consortia made by operators, their coordinators, and the roles of members, through the API on both engines."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.consortia.lifetime import archive_ended, today_in_seoul
from app.core.database import Database
from app.models import AuditEntry, Consortium, CoordinatorRole, Membership, MiniCluster, Region
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.models.programme import ConsortiumKind
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id


@pytest.fixture
async def operator(factory: Factory) -> Person:
    return await factory.person(is_operator=True, name="운영자")


@pytest.fixture
async def consortium(factory: Factory) -> Consortium:
    return await factory.consortium()


@pytest.fixture
async def mini_cluster(factory: Factory, consortium: Consortium) -> MiniCluster:
    return await factory.mini_cluster(consortium)


@pytest.fixture
async def coordinator(factory: Factory, consortium: Consortium) -> Person:
    return await factory.person(coordinates=consortium, name="이바다")


async def send(client: httpx.AsyncClient, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
    return await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)


async def actions(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(AuditEntry.action).order_by(AuditEntry.id))).scalars())


async def test_operator_makes_changes_and_archives_a_consortium(
    client: httpx.AsyncClient, database: Database, factory: Factory, operator: Person
) -> None:
    async with database.write() as session:
        session.add(Region(code="southeast", name_ko="동남권", name_en="Southeast"))
    first = await factory.person()
    wish: Json = {
        "id": client_id(),
        "kind": "theme",
        "name_ko": "친환경 절삭 테마클러스터",
        "name_en": "Green cutting",
        "region": "southeast",
        "ends_on": str(today_in_seoul() + timedelta(days=30)),
        "coordinator_ids": [str(first.public_id)],
    }
    made = await send(client, "POST", "/consortia", operator, **wish)
    assert made.status_code == 201, made.text
    again = await send(client, "POST", "/consortia", operator, **wish)
    assert (again.status_code, again.json()) == (201, made.json())
    problem(await send(client, "POST", "/consortia", operator, **wish | {"name_ko": "다른 이름"}), 409, "id_taken")
    address = f"/consortia/{wish['id']}"
    assert (await get(client, address, first))["my_role"] == "coordinator"

    renamed = await send(client, "PATCH", address, operator, name_ko="저탄소 절삭 테마클러스터")
    assert (renamed.json()["name_ko"], renamed.json()["ends_on"]) == ("저탄소 절삭 테마클러스터", wish["ends_on"])
    after_edit = await send(client, "POST", "/consortia", operator, **wish)
    assert after_edit.json() == renamed.json()
    problem(await send(client, "POST", f"{address}/archive", operator, confirm=3), 409, "has_mini_clusters")
    archived = await send(client, "POST", f"{address}/archive", operator, confirm=0)
    assert archived.json()["archived_at"] is not None
    assert (await send(client, "POST", f"{address}/archive", operator, confirm=0)).json() == archived.json()
    new = {"id": client_id(), "name_ko": "절삭", "name_en": "Cutting", "industry": "machinery"}
    problem(await send(client, "POST", f"{address}/mini-clusters", first, **new), 409, "consortium_closed")
    assert await actions(database) == ["consortium.created", "consortium.changed", "consortium.archived"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"ends_on": None}, "/body/ends_on", "ends_on_missing"),
        ({"ends_on": "2020-01-01"}, "/body/ends_on", "ends_on_is_over"),
        ({"kind": "regional"}, "/body/region", "region_missing"),
        ({"region": "nowhere"}, "/body/region", "unknown_region"),
        ({"coordinator_ids": [client_id()]}, "/body/coordinator_ids/0", "unknown_account"),
        ({"coordinator_ids": []}, "/body/coordinator_ids", "too_short"),
    ],
)
async def test_a_wrong_consortium_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, database: Database, operator: Person, change: Json, pointer: str, code: str
) -> None:
    wish: Json = {
        "id": client_id(),
        "kind": "theme",
        "name_ko": "테마",
        "name_en": "Theme",
        "ends_on": str(today_in_seoul()),
        "coordinator_ids": [str(operator.public_id)],
    }
    body = {name: value for name, value in (wish | change).items() if value is not None}
    problem(await send(client, "POST", "/consortia", operator, **body), 422, code, pointer)
    async with database.read() as connection:
        assert (await connection.execute(select(Consortium.id))).all() == []
    assert await actions(database) == []


async def test_a_consortium_never_loses_its_last_coordinator(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    operator: Person,
    consortium: Consortium,
    coordinator: Person,
) -> None:
    second = await factory.person()
    address = f"/consortia/{consortium.public_id}/coordinators"
    problem(await send(client, "DELETE", f"{address}/{coordinator.public_id}", operator), 409, "last_coordinator")
    problem(await send(client, "DELETE", f"{address}/{coordinator.public_id}", coordinator), 409, "last_coordinator")
    for _ in range(2):
        assert (await send(client, "PUT", f"{address}/{second.public_id}", operator)).status_code == 204
    assert [item["name"] for item in await all_items(client, address, second, limit=1)] == ["이바다", "김하늘"]

    leaving = [send(client, "DELETE", f"{address}/{person.public_id}", person) for person in (coordinator, second)]
    statuses = sorted(response.status_code for response in await asyncio.gather(*leaving))
    assert statuses == [204, 409]
    async with database.read() as connection:
        left = select(CoordinatorRole.account_id).where(CoordinatorRole.ended_at.is_(None))
        assert len((await connection.execute(left)).all()) == 1
    assert await actions(database) == ["coordinator.appointed", "coordinator.ended"]


async def test_only_operators_keep_consortia(
    client: httpx.AsyncClient, factory: Factory, consortium: Consortium, coordinator: Person
) -> None:
    stranger = await factory.person()
    address = f"/consortia/{consortium.public_id}"
    body: Json = {
        "id": client_id(), "kind": "international", "name_ko": "가", "name_en": "A",
        "coordinator_ids": [str(coordinator.public_id)],
    }  # fmt: skip
    calls: list[tuple[str, str, Json]] = [
        ("POST", "/consortia", body),
        ("PATCH", address, {"name_ko": "나"}),
        ("POST", f"{address}/archive", {"confirm": 0}),
        ("PUT", f"{address}/coordinators/{stranger.public_id}", {}),
    ]
    for method, path, json in calls:
        problem(await send(client, method, path, coordinator, **json), 403, "forbidden")
    problem(await send(client, "GET", f"{address}/coordinators", stranger), 403, "forbidden")
    problem(await send(client, "DELETE", f"{address}/coordinators/{coordinator.public_id}", stranger), 403, "forbidden")


async def test_roles_are_given_from_above_and_hold_from_the_next_request(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    mini_cluster: MiniCluster,
    coordinator: Person,
) -> None:
    member, other = await factory.person(mini_cluster, name="가"), await factory.person(mini_cluster, name="나")
    members = f"/mini-clusters/{mini_cluster.public_id}/members"
    change = f"{members}/{other.public_id}/role"
    problem(await send(client, "PUT", change, member, role="secretary"), 403, "forbidden")
    promoted = await send(client, "PUT", f"{members}/{member.public_id}/role", coordinator, role="manager")
    assert promoted.status_code == 204, promoted.text
    assert (await send(client, "PUT", change, member, role="secretary")).status_code == 204
    problem(await send(client, "PUT", change, member, role="manager"), 403, "forbidden")
    problem(await send(client, "PUT", f"{members}/{member.public_id}/role", member, role="member"), 403, "forbidden")
    problem(await send(client, "DELETE", f"{members}/{member.public_id}", other), 403, "forbidden")
    assert (await send(client, "DELETE", f"{members}/{other.public_id}", member)).status_code == 204
    problem(await send(client, "GET", members, other), 403, "forbidden")
    problem(await send(client, "PUT", change, member, role="chair"), 404, "not_found")
    assert (await send(client, "DELETE", f"{members}/{member.public_id}", member)).status_code == 204
    async with database.read() as connection:
        history = select(Membership.role, Membership.ended_at.is_not(None)).order_by(Membership.id)
        roles = [MemberRole.MEMBER, MemberRole.MEMBER, MemberRole.MANAGER, MemberRole.SECRETARY]
        assert [tuple(row) for row in await connection.execute(history)] == [(role, True) for role in roles]


async def test_theme_rules_count_organisations_once(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    theme = await factory.consortium(kind=ConsortiumKind.THEME)
    mini_cluster = await factory.mini_cluster(theme)
    companies = [await factory.organisation() for _ in range(10)]
    people = [await factory.person(mini_cluster, organisation=company) for company in companies]
    await factory.person(mini_cluster, organisation=companies[0])
    address = f"/consortia/{theme.public_id}/theme-rules"
    before = await get(client, address, people[0])
    assert (before["company_count"], before["academic_count"], before["is_met"]) == (10, 0, False)
    await factory.person(
        mini_cluster, organisation=await factory.organisation("부산대학교", OrganisationKind.UNIVERSITY)
    )
    assert (await get(client, address, people[0]))["is_met"]
    regional = await factory.consortium()
    problem(await send(client, "GET", f"/consortia/{regional.public_id}/theme-rules", people[0]), 404, "not_found")
    problem(await send(client, "GET", address, await factory.person()), 403, "forbidden")


async def test_after_its_last_day_nothing_new_begins_and_upkeep_archives_it(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    theme = await factory.consortium(kind=ConsortiumKind.THEME)
    mini_cluster = await factory.mini_cluster(theme)
    member = await factory.person(mini_cluster)
    idea: Json = {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id), "title": "제목", "body": "본문"}
    assert (await send(client, "POST", "/ideas", member, **idea)).status_code == 201
    draft = idea | {"id": client_id(), "draft": True}
    assert (await send(client, "POST", "/ideas", member, **draft)).status_code == 201
    async with database.write() as session:
        (await session.get_one(Consortium, theme.id)).ends_on = today_in_seoul() - timedelta(days=1)
    problem(await send(client, "POST", "/ideas", member, **idea | {"id": client_id()}), 409, "consortium_closed")
    problem(await send(client, "POST", f"/ideas/{draft['id']}/publish", member), 409, "consortium_closed")
    assert "post_idea" not in (await get(client, f"/mini-clusters/{mini_cluster.public_id}", member))["allowed_actions"]
    assert len((await get(client, "/feeds/home", member))["items"]) == 1
    for expected in (1, 0):
        async with database.write() as session:
            assert await archive_ended(session) == expected
    assert (await get(client, f"/consortia/{theme.public_id}", member))["archived_at"] is not None
    assert await actions(database) == ["consortium.ended"]
