"""Regions, complexes, consortia and mini-clusters through the API."""

from datetime import date

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.consortia.loading import load_programme_rows
from app.consortia.programme import load_programme
from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.models import Account, Consortium, Membership, MiniCluster
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.programme import ConsortiumKind
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person
from tests.statement_counter import count_queries

LISTS = ("/regions", "/complexes", "/consortia", "/mini-clusters")


@pytest.fixture
async def visitor(database: Database, factory: Factory) -> Person:
    """Somebody signed in without any membership, in a place where the whole programme is loaded."""
    async with database.write() as session:
        await load_programme_rows(session, load_programme())
    return await factory.person()


async def row_of(database: Database, code: str) -> MiniCluster:
    async with database.write() as session:
        return (await session.scalars(select(MiniCluster).where(MiniCluster.code == code))).one()


async def test_lists_are_paged_to_their_end(client: httpx.AsyncClient, visitor: Person) -> None:
    programme = load_programme()
    expected = {
        "/regions": [region.name_ko for region in programme.regions],
        "/complexes": [site.name_ko for site in programme.complexes],
        "/consortia": [consortium.name_ko for consortium in programme.consortia],
        "/mini-clusters": [mini_cluster.name_ko for mini_cluster in programme.mini_clusters],
    }
    for path in LISTS:
        assert [item["name_ko"] for item in await all_items(client, path, visitor, limit=3)] == expected[path]
        assert [item["name_ko"] for item in await all_items(client, path, visitor, limit=1_000)] == expected[path]


async def test_strangers_are_turned_away(client: httpx.AsyncClient) -> None:
    for path in (*LISTS, "/consortia/{id}", "/mini-clusters/{id}", "/mini-clusters/{id}/members"):
        response = await client.get("/v1" + path.format(id=new_public_id()))
        problem(response, 401, "unauthenticated")
        assert "WWW-Authenticate" in response.headers


async def test_a_page_costs_the_same_whatever_its_length(
    app: FastAPI, client: httpx.AsyncClient, visitor: Person
) -> None:
    for path in LISTS:
        with count_queries(app.state.resources.database) as short:
            assert len((await get(client, path, visitor, limit=1))["items"]) == 1
        with count_queries(app.state.resources.database) as long:
            assert len((await get(client, path, visitor, limit=100))["items"]) > 5
        assert short.count == long.count == 2, f"{path}: who asks, and the page"


async def test_cursor_of_another_list_is_refused(client: httpx.AsyncClient, visitor: Person) -> None:
    for path in LISTS:
        other = LISTS[LISTS.index(path) - 1]
        cursor = (await get(client, other, visitor, limit=1))["next_cursor"]
        response = await client.get(f"/v1{path}", headers=visitor.headers, params={"cursor": cursor})
        problem(response, 422, "invalid_cursor", "/query/cursor")


async def test_regions_and_complexes_bear_both_names(client: httpx.AsyncClient, visitor: Person) -> None:
    region = (await get(client, "/regions", visitor))["items"][1]
    assert region == {"code": "southeast", "name_ko": "동남권", "name_en": "Southeast region"}
    changwon = next(site for site in await all_items(client, "/complexes", visitor) if site["code"] == "changwon")
    assert changwon == {
        "code": "changwon",
        "role": "hub",
        "name_ko": "창원",
        "name_en": "Changwon",
        "industry_ko": "기계",
        "industry_en": "Machinery",
        "region": region,
    }


async def test_consortia_are_filtered_by_kind_and_region(client: httpx.AsyncClient, visitor: Person) -> None:
    programme = load_programme()
    themes = await all_items(client, "/consortia", visitor, kind="theme", limit=1)
    assert [c["name_ko"] for c in themes] == [c.name_ko for c in programme.consortia if c.kind is ConsortiumKind.THEME]
    assert {date.fromisoformat(c["ends_on"]) for c in themes} == {date(2027, 12, 31), date(2028, 6, 30)}
    southeast = await all_items(client, "/consortia", visitor, kind="regional", region="southeast")
    expected = [c for c in programme.consortia if c.region == "southeast" and c.kind is ConsortiumKind.REGIONAL]
    assert [c["name_ko"] for c in southeast] == [c.name_ko for c in expected]
    assert {c["region"]["code"] for c in southeast} == {"southeast"}
    assert [c["mini_cluster_count"] for c in southeast] == [len(c.mini_clusters) for c in expected]


async def test_unknown_filters_say_what_is_wrong(client: httpx.AsyncClient, visitor: Person) -> None:
    async def ask(path: str, **params: str) -> httpx.Response:
        return await client.get(f"/v1{path}", headers=visitor.headers, params=params)

    problem(await ask("/consortia", region="nowhere"), 422, "unknown_region", "/query/region")
    problem(await ask("/consortia", kind="local"), 422, "enum", "/query/kind")
    unknown = str(new_public_id())
    problem(await ask("/mini-clusters", consortium_id=unknown), 422, "unknown_consortium", "/query/consortium_id")
    problem(await ask("/mini-clusters", consortium_id="7"), 422, "uuid_parsing", "/query/consortium_id")
    problem(await ask("/regions", limit="many"), 422, "int_parsing", "/query/limit")
    assert (await ask("/regions", limit="0")).status_code == 200


async def test_nonexistent_places_are_not_found(client: httpx.AsyncClient, visitor: Person) -> None:
    for path in ("/consortia", "/mini-clusters"):
        response = await client.get(f"/v1{path}/{new_public_id()}", headers=visitor.headers)
        problem(response, 404, "not_found")


async def test_visitor_sees_places_and_nothing_private(
    client: httpx.AsyncClient, database: Database, visitor: Person
) -> None:
    bic = await row_of(database, "seoul-digital-bic")
    shown = await get(client, f"/mini-clusters/{bic.public_id}", visitor)
    assert (shown["name_ko"], shown["name_en"]) == (bic.name_ko, bic.name_en)
    assert shown["industry"] == "ict"
    assert shown["complex"]["code"] == "seoul-digital"
    assert shown["region"]["code"] == "capital"
    assert shown["consortium"]["kind"] == "regional"
    assert (shown["my_role"], shown["is_linked"], shown["member_count"]) == (None, False, None)
    assert shown["allowed_actions"] == []
    listed = await all_items(client, "/mini-clusters", visitor, consortium_id=shown["consortium"]["id"])
    assert shown in listed
    assert {item["consortium"]["id"] for item in listed} == {shown["consortium"]["id"]}
    assert len(listed) == shown["consortium"]["mini_cluster_count"]
    consortium = await get(client, f"/consortia/{shown['consortium']['id']}", visitor)
    assert {name: consortium[name] for name in shown["consortium"]} == shown["consortium"]
    assert (consortium["my_role"], consortium["is_linked"], consortium["allowed_actions"]) == (None, False, [])


async def test_members_see_role_count_and_actions(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    home, linked = await factory.consortium(), await factory.consortium()
    mine, sibling, afar = [await factory.mini_cluster(place) for place in (home, home, linked)]
    await factory.link(home, linked)
    member = await factory.person(mine, role=MemberRole.CHAIR)
    gone, suspended = await factory.person(mine), await factory.person(mine)
    async with database.write() as session:
        membership = (await session.scalars(select(Membership).where(Membership.account_id == gone.id))).one()
        membership.ended_at = now()
        (await session.get_one(Account, suspended.id)).status = AccountStatus.SUSPENDED
    manager = await factory.person(mine, role=MemberRole.MANAGER)
    coordinator = await factory.person(coordinates=home)
    operator = await factory.person(is_operator=True)

    async def shown(person: Person, mini_cluster: MiniCluster) -> tuple[object, ...]:
        item = await get(client, f"/mini-clusters/{mini_cluster.public_id}", person)
        listed = await all_items(client, "/mini-clusters", person, limit=1)
        assert item in listed
        return item["my_role"], item["is_linked"], item["member_count"], item["allowed_actions"]

    keeps = ["post_idea", "list_members", "invite", "change_roles", "edit", "merge", "split", "dissolve"]
    assert await shown(member, mine) == ("chair", False, 2, ["post_idea", "list_members"])
    assert await shown(member, sibling) == (None, False, None, [])
    assert await shown(member, afar) == (None, True, None, [])
    assert await shown(manager, mine) == ("manager", False, 2, ["post_idea", "list_members", "invite", "change_roles"])
    assert await shown(coordinator, mine) == ("coordinator", False, 2, keeps)
    assert await shown(coordinator, sibling) == ("coordinator", False, 0, keeps)
    assert await shown(coordinator, afar) == (None, True, None, [])
    assert await shown(operator, mine) == (None, False, None, ["invite"])

    async def consortium(person: Person, place: Consortium) -> tuple[object, ...]:
        item = await get(client, f"/consortia/{place.public_id}", person)
        assert item in await all_items(client, "/consortia", person, limit=1)
        return item["my_role"], item["is_linked"], item["allowed_actions"]

    assert await consortium(member, home) == ("member", False, ["post_idea"])
    assert await consortium(member, linked) == (None, True, [])
    assert await consortium(coordinator, home) == ("coordinator", False, ["post_idea", "found_mini_cluster", "link"])


async def test_ended_places_are_read_but_not_listed(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    home = await factory.consortium()
    living, dissolved = await factory.mini_cluster(home), await factory.mini_cluster(home)
    archived = await factory.consortium()
    member = await factory.person(living, dissolved)
    visitor = await factory.person(is_operator=True)
    async with database.write() as session:
        (await session.get_one(MiniCluster, dissolved.id)).dissolved_at = now()
        (await session.get_one(Consortium, archived.id)).archived_at = now()
    listed = await all_items(client, "/mini-clusters", member)
    assert [(item["id"], item["dissolved_at"]) for item in listed] == [(str(living.public_id), None)]
    assert listed[0]["consortium"]["mini_cluster_count"] == 1
    shown = await get(client, f"/mini-clusters/{dissolved.public_id}", member)
    assert shown["dissolved_at"].endswith("Z")
    assert shown["allowed_actions"] == ["list_members"]
    assert (await get(client, f"/mini-clusters/{dissolved.public_id}", visitor))["allowed_actions"] == []
    assert [item["id"] for item in await all_items(client, "/consortia", member)] == [str(home.public_id)]
    assert (await get(client, f"/consortia/{archived.public_id}", member))["archived_at"].endswith("Z")
