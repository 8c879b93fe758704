"""Mini-clusters are founded, renamed, merged, split and dissolved without losing an idea, a reader or a member."""

import asyncio
from typing import Any

import httpx
import pytest

from app.models import Consortium, MiniCluster
from app.models.memberships import MemberRole
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id


@pytest.fixture
async def consortium(factory: Factory) -> Consortium:
    return await factory.consortium()


@pytest.fixture
async def coordinator(factory: Factory, consortium: Consortium) -> Person:
    return await factory.person(coordinates=consortium, name="이바다")


@pytest.fixture
async def old(factory: Factory, consortium: Consortium) -> MiniCluster:
    return await factory.mini_cluster(consortium, "금형")


@pytest.fixture
async def other(factory: Factory, consortium: Consortium) -> MiniCluster:
    return await factory.mini_cluster(consortium, "금속소재")


async def send(client: httpx.AsyncClient, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
    return await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)


async def post_idea(client: httpx.AsyncClient, author: Person, place: MiniCluster, **more: Any) -> str:
    body: Json = {"id": client_id(), "mini_cluster_id": str(place.public_id), "title": "제목", "body": "본문"}
    response = await send(client, "POST", "/ideas", author, **body | more)
    assert response.status_code == 201, response.text
    return str(body["id"])


async def feed(client: httpx.AsyncClient, path: str, person: Person) -> list[str]:
    return [item["id"] for item in await all_items(client, path, person)]


def place_of(mini_cluster: MiniCluster) -> str:
    return f"/mini-clusters/{mini_cluster.public_id}"


def part(name: str, *members: Person) -> Json:
    ids = [str(member.public_id) for member in members]
    return {"id": client_id(), "name_ko": name, "name_en": name, "industry": "moulds", "member_ids": ids}


async def test_found_and_rename(client: httpx.AsyncClient, consortium: Consortium, coordinator: Person) -> None:
    wish: Json = {"id": client_id(), "name_ko": "운송장비", "name_en": "Transport", "industry": "automotive"}
    address = f"/consortia/{consortium.public_id}/mini-clusters"
    made = await send(client, "POST", address, coordinator, **wish)
    assert made.status_code == 201, made.text
    assert made.json()["consortium"]["id"] == str(consortium.public_id)
    assert (await send(client, "POST", address, coordinator, **wish)).json() == made.json()
    problem(await send(client, "POST", address, coordinator, **wish | {"industry": "ict"}), 409, "id_taken")
    bad = wish | {"id": client_id(), "complex": "nowhere"}
    problem(await send(client, "POST", address, coordinator, **bad), 422, "unknown_complex", "/body/complex")
    for _ in range(2):
        renamed = await send(client, "PATCH", f"/mini-clusters/{wish['id']}", coordinator, name_ko="수송기계")
        assert renamed.json()["name_ko"] == "수송기계"
    names = await all_items(client, f"/mini-clusters/{wish['id']}/names", coordinator, limit=1)
    assert [(name["name_ko"], name["ended_at"] is None) for name in names] == [("수송기계", True), ("운송장비", False)]


async def test_a_merge_keeps_the_old_audience_and_shows_the_past_in_the_new_place(
    client: httpx.AsyncClient, factory: Factory, coordinator: Person, old: MiniCluster, other: MiniCluster
) -> None:
    author = await factory.person(old, name="가")
    both = await factory.person(old, other, name="나", role=MemberRole.MANAGER)
    newcomer = await factory.person(other, name="다")
    inner = await post_idea(client, author, old)
    shared = await post_idea(client, author, old, visibility="consortium")
    draft = await post_idea(client, author, old, draft=True)
    for _ in range(2):
        merged = await send(client, "POST", f"{place_of(old)}/merge", coordinator, into_id=str(other.public_id))
        assert (merged.status_code, merged.json()["id"]) == (200, str(other.public_id)), merged.text

    assert await feed(client, f"{place_of(other)}/ideas", author) == [shared, inner]
    assert await feed(client, f"{place_of(other)}/ideas", both) == [shared, inner]
    assert await feed(client, f"{place_of(other)}/ideas", coordinator) == [shared, inner]
    assert await feed(client, f"{place_of(other)}/ideas", newcomer) == [shared]
    assert await feed(client, "/feeds/home", author) == [shared, inner]
    problem(await send(client, "GET", f"/ideas/{inner}", newcomer), 404, "not_found")

    gone = await get(client, place_of(old), author)
    assert (gone["merged_into_id"], gone["dissolved_at"] is None) == (str(other.public_id), False)
    assert "post_idea" not in gone["allowed_actions"]
    assert [m["mini_cluster"]["name_ko"] for m in (await get(client, "/me", author))["memberships"]] == ["금속소재"]
    roles = {m["name"]: m["role"] for m in await all_items(client, f"{place_of(other)}/members", newcomer)}
    assert roles == {"가": "member", "나": "manager", "다": "member"}
    problem(await send(client, "POST", f"/ideas/{draft}/publish", author), 409, "mini_cluster_dissolved")
    moved = await send(client, "PATCH", f"/ideas/{draft}", author, mini_cluster_id=str(other.public_id))
    assert moved.json()["mini_cluster_id"] == str(other.public_id)
    assert (await send(client, "POST", f"/ideas/{draft}/publish", author)).status_code == 200
    later = await post_idea(client, author, other)
    assert await feed(client, f"{place_of(other)}/ideas", newcomer) == [later, draft, shared]


async def test_whoever_leaves_all_successors_leaves_the_past_too(
    client: httpx.AsyncClient, factory: Factory, coordinator: Person, old: MiniCluster, other: MiniCluster
) -> None:
    third = await factory.mini_cluster(await factory.consortium())
    member = await factory.person(old, third)
    author = await factory.person(old)
    idea = await post_idea(client, author, old)
    first, second = part("금형 가", member, author), part("금형 나", member)
    split = await send(client, "POST", f"{place_of(old)}/split", coordinator, parts=[first, second])
    assert split.status_code == 200, split.text
    assert (await send(client, "POST", f"{place_of(old)}/split", coordinator, parts=[first, second])).status_code == 200
    into = str(other.public_id)
    assert (
        await send(client, "POST", f"/mini-clusters/{first['id']}/merge", coordinator, into_id=into)
    ).status_code == 200

    assert await feed(client, f"/mini-clusters/{second['id']}/ideas", member) == [idea]
    assert await feed(client, f"{place_of(other)}/ideas", member) == [idea]
    assert (await get(client, f"/mini-clusters/{second['id']}", member))["split_from_id"] == str(old.public_id)
    removal = f"members/{member.public_id}"
    assert (await send(client, "DELETE", f"/mini-clusters/{second['id']}/{removal}", coordinator)).status_code == 204
    assert (await get(client, f"/ideas/{idea}", member))["id"] == idea
    assert (await send(client, "DELETE", f"{place_of(other)}/{removal}", coordinator)).status_code == 204
    problem(await send(client, "GET", f"/ideas/{idea}", member), 404, "not_found")
    assert await feed(client, "/feeds/home", member) == []
    assert (await get(client, f"/ideas/{idea}", author))["id"] == idea


async def test_a_split_leaves_nobody_out_and_nothing_half_done(
    client: httpx.AsyncClient, factory: Factory, coordinator: Person, old: MiniCluster, consortium: Consortium
) -> None:
    first, second, stranger = await factory.person(old), await factory.person(old), await factory.person()
    address = f"{place_of(old)}/split"
    left_out = await send(client, "POST", address, coordinator, parts=[part("가", first), part("나", first)])
    problem(left_out, 422, "members_left_out", "/body/parts")
    wrong = await send(client, "POST", address, coordinator, parts=[part("가", first, stranger), part("나", second)])
    problem(wrong, 422, "not_a_member", "/body/parts/0/member_ids/1")
    twin = part("가", first)
    problem(
        await send(client, "POST", address, coordinator, parts=[twin, twin | {"member_ids": [str(second.public_id)]}]),
        422, "repeated_id", "/body/parts/1/id",
    )  # fmt: skip
    taken = part("나", second) | {"id": str(old.public_id)}
    problem(await send(client, "POST", address, coordinator, parts=[part("가", first), taken]), 409, "id_taken")
    problem(await send(client, "POST", address, first, parts=[part("가", first), part("나", second)]), 403, "forbidden")
    listed = await all_items(client, "/mini-clusters", coordinator, consortium_id=str(consortium.public_id))
    assert [item["name_ko"] for item in listed] == ["금형"]


async def test_wrong_merges_are_refused(
    client: httpx.AsyncClient, factory: Factory, coordinator: Person, old: MiniCluster, other: MiniCluster
) -> None:
    elsewhere = await factory.mini_cluster()
    address = f"{place_of(old)}/merge"
    for into, code in ((old, "same_mini_cluster"), (elsewhere, "unknown_mini_cluster")):
        refused = await send(client, "POST", address, coordinator, into_id=str(into.public_id))
        problem(refused, 422, code, "/body/into_id")
    problem(
        await send(client, "POST", address, await factory.person(old), into_id=str(other.public_id)), 403, "forbidden"
    )
    assert (await send(client, "POST", f"{place_of(other)}/dissolve", coordinator)).status_code == 200
    refused = await send(client, "POST", address, coordinator, into_id=str(other.public_id))
    problem(refused, 422, "unknown_mini_cluster", "/body/into_id")
    problem(await send(client, "PATCH", place_of(other), coordinator, name_ko="가"), 409, "mini_cluster_dissolved")


async def test_two_that_merge_into_each_other_at_once_leave_one(
    client: httpx.AsyncClient, coordinator: Person, old: MiniCluster, other: MiniCluster
) -> None:
    merges = [
        send(client, "POST", f"{place_of(one)}/merge", coordinator, into_id=str(into.public_id))
        for one, into in ((old, other), (other, old))
    ]
    statuses = sorted(response.status_code for response in await asyncio.gather(*merges))
    assert statuses == [200, 422]
    ended = [(await get(client, place_of(one), coordinator))["dissolved_at"] is not None for one in (old, other)]
    assert sorted(ended) == [False, True]
