"""A block through the API: what one of two wrote or did the other no longer meets; after unblocking all is back."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Database
from app.models import MiniCluster
from app.models.ideas import Visibility
from app.models.memberships import MemberRole
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas.test_states import told
from tests.ideas_factory import published_idea
from tests.statement_counter import count_queries


async def send(client: httpx.AsyncClient, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
    return await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)


async def comment(client: httpx.AsyncClient, idea: object, person: Person, **more: Any) -> str:
    made = client_id()
    body: Json = {"id": made, "body": f"{person.name}의 댓글"} | more
    response = await send(client, "POST", f"/ideas/{idea}/comments", person, **body)
    assert response.status_code == 201, response.text
    return made


@pytest.fixture
async def place(factory: Factory) -> MiniCluster:
    return await factory.mini_cluster()


@pytest.mark.parametrize("blocker_is_author", [True, False], ids=["author-blocks", "reader-blocks"])
async def test_it_holds_both_ways_everywhere_and_is_undone(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: MiniCluster, blocker_is_author: bool
) -> None:
    author, reader = await factory.person(place, name="가온"), await factory.person(place, name="나래")
    third = await factory.person(place, name="다솜")
    idea = await published_idea(database, author, place, visibility=Visibility.ALL)
    others = await published_idea(database, third, place)
    said = await comment(client, others.public_id, author)
    answer = await comment(client, others.public_id, reader, reply_to=said)
    await comment(client, idea.public_id, reader)
    await told(database)

    async def meets(one: Person, other: Person) -> set[str]:
        """Where ``one`` meets what ``other`` wrote or did."""
        met = set()
        for feed in ("/feeds/home", "/feeds/open", f"/mini-clusters/{place.public_id}/ideas"):
            if other.name in {item["author"]["name"] for item in await all_items(client, feed, one)}:
                met.add(feed)
        thread = (await client.get(f"/v1/ideas/{others.public_id}/comments", headers=dict(one.headers))).text
        met |= {"comments"} if f"{other.name}의 댓글" in thread else set()
        tellers = {item["actor"]["name"] for item in await all_items(client, "/inbox", one)}
        met |= {"inbox"} if other.name in tellers else set()
        assert (await get(client, "/me", one))["unread_count"] == len(await all_items(client, "/inbox", one))
        members = await all_items(client, f"/mini-clusters/{place.public_id}/members", one)
        met |= {"members"} if other.name in {member["name"] for member in members} else set()
        return met

    before = (await meets(reader, author), await meets(author, reader))
    assert before[0] == {
        "/feeds/home", "/feeds/open", f"/mini-clusters/{place.public_id}/ideas", "comments", "members",
    }  # fmt: skip
    assert before[1] == {"comments", "inbox", "members"}

    blocker, blocked = (author, reader) if blocker_is_author else (reader, author)
    block = f"/me/blocks/{blocked.public_id}"
    for _ in range(2):
        assert (await send(client, "PUT", block, blocker)).status_code == 204
    assert [item["name"] for item in await all_items(client, "/me/blocks", blocker, limit=1)] == [blocked.name]
    assert await all_items(client, "/me/blocks", blocked) == []
    assert (await meets(reader, author), await meets(author, reader)) == (set(), set())

    address = f"/ideas/{idea.public_id}"
    new_words: list[Callable[[], Awaitable[httpx.Response]]] = [
        lambda: send(client, "GET", address, reader),
        lambda: send(client, "PUT", f"{address}/vote", reader),
        lambda: send(client, "PUT", f"{address}/follow", reader),
        lambda: send(client, "POST", f"{address}/comments", reader, id=client_id(), body="댓글"),
    ]
    for call in new_words:
        problem(await call(), 404, "not_found")
    replying = await send(
        client, "POST", f"/ideas/{others.public_id}/comments", author, id=client_id(), body="답글", reply_to=answer
    )
    problem(replying, 422, "cannot_reply", "/body/reply_to")
    naming = await send(
        client, "POST", f"/ideas/{others.public_id}/comments", author,
        id=client_id(), body="언급", mention_ids=[str(reader.public_id)],
    )  # fmt: skip
    problem(naming, 422, "cannot_see_idea", "/body/mention_ids/0")
    audience = await get(client, f"/mini-clusters/{place.public_id}/audience", author, visibility="mini_cluster")
    assert audience["people_count"] == 1

    for _ in range(2):
        assert (await send(client, "DELETE", block, blocker)).status_code == 204
    assert (await meets(reader, author), await meets(author, reader)) == before


async def test_what_happened_before_a_block_tells_nobody_afterwards(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: MiniCluster
) -> None:
    author, reader = await factory.person(place), await factory.person(place)
    idea = await published_idea(database, author, place)
    await comment(client, idea.public_id, reader)
    assert (await send(client, "PUT", f"/ideas/{idea.public_id}/vote", reader)).status_code == 200
    assert (await send(client, "PUT", f"/me/blocks/{reader.public_id}", author)).status_code == 204
    assert await told(database) == []


async def test_wrong_blocks_are_refused(client: httpx.AsyncClient, factory: Factory) -> None:
    person, unknown = await factory.person(), await factory.person()
    oneself = await send(client, "PUT", f"/me/blocks/{person.public_id}", person)
    problem(oneself, 422, "cannot_block_oneself", "/path/account_id")
    problem(await send(client, "PUT", f"/me/blocks/{client_id()}", person), 404, "not_found")
    problem(await send(client, "PUT", f"/me/blocks/{unknown.public_id}", person), 404, "not_found")


async def test_who_wrote_or_was_named_where_one_reads_can_be_blocked(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: MiniCluster
) -> None:
    """And only he; the blocked person can block in turn, as if nothing had happened."""
    # Members of any mini-cluster see what is open to all; these four share none.
    first, second, third, fourth = [await factory.mini_cluster() for _ in range(4)]
    author, guest = await factory.person(place, name="가온"), await factory.person(first, name="나래")
    reader, named = await factory.person(second, name="다솜"), await factory.person(third, name="라온")
    silent, competitor = await factory.person(place), await factory.person(fourth)
    idea = await published_idea(
        database, author, place, visibility=Visibility.ALL, excluded_organisation_ids=[competitor.organisation_id]
    )
    await comment(client, idea.public_id, guest, mention_ids=[str(named.public_id)])

    async def can_block(one: Person, other: Person) -> bool:
        status = (await send(client, "PUT", f"/me/blocks/{other.public_id}", one)).status_code
        assert status in {204, 404}
        return status == 204

    assert [await can_block(competitor, person) for person in (author, guest, named)] == [False] * 3
    assert not await can_block(reader, silent)
    assert [await can_block(reader, person) for person in (author, guest, named)] == [True] * 3
    assert await can_block(guest, named)
    assert await can_block(author, guest)  # the author reads his own thread
    assert await can_block(guest, author)  # whose idea he does not see any more
    assert await can_block(author, named)


async def test_a_block_takes_names_out_of_what_others_write(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: MiniCluster
) -> None:
    author, reader, third = [await factory.person(place, name=name) for name in ("가온", "나래", "다솜")]
    idea = await published_idea(database, third, place)
    address = f"/ideas/{idea.public_id}"
    naming = await comment(client, idea.public_id, author, mention_ids=[str(reader.public_id)])
    about = await comment(client, idea.public_id, third, mention_ids=[str(reader.public_id), str(third.public_id)])
    assert (await send(client, "PUT", f"{address}/read-marker", reader)).status_code == 200
    assert (await send(client, "PUT", f"{address}/read-marker", author)).status_code == 200
    await comment(client, idea.public_id, author)

    async def shown(one: Person) -> tuple[list[str], int, int]:
        """Who is named in the comment of the third, how many comments there are, how many are unread."""
        named = [mention["name"] for mention in (await get(client, f"/comments/{about}", one))["mentions"]]
        (item,) = await all_items(client, "/feeds/home", one)
        return named, item["comment_count"], item["unread_comment_count"]

    assert await shown(reader) == (["나래", "다솜"], 3, 1)
    assert (await send(client, "PUT", f"/me/blocks/{author.public_id}", reader)).status_code == 204
    assert await shown(reader) == (["나래", "다솜"], 3, 0)
    assert await shown(author) == (["다솜"], 3, 0)
    assert await shown(third) == (["나래", "다솜"], 3, 1)
    # The author of a comment that names somebody who blocked him meanwhile can edit it, and learns nothing.
    edit = {"body": "고친 글", "mention_ids": [str(reader.public_id)]}
    assert (await send(client, "PATCH", f"/comments/{naming}", author, **edit)).status_code == 200
    assert (await send(client, "DELETE", f"/me/blocks/{author.public_id}", reader)).status_code == 204
    assert await shown(reader) == (["나래", "다솜"], 3, 1)
    assert await shown(author) == (["나래", "다솜"], 3, 0)


async def test_a_block_does_not_hold_against_an_office(
    client: httpx.AsyncClient, factory: Factory, place: MiniCluster
) -> None:
    manager = await factory.person(place, name="가온", role=MemberRole.MANAGER)
    member = await factory.person(place, name="나래")
    assert (await send(client, "PUT", f"/me/blocks/{manager.public_id}", member)).status_code == 204
    members = f"/mini-clusters/{place.public_id}/members"
    assert [person["name"] for person in await all_items(client, members, manager)] == ["가온", "나래"]
    assert [person["name"] for person in await all_items(client, members, member)] == ["나래"]
    role = await send(client, "PUT", f"{members}/{member.public_id}/role", manager, role="chair")
    assert role.status_code in {200, 204}, role.text


async def test_the_list_of_blocks_costs_the_same_for_every_page(
    client: httpx.AsyncClient, app: FastAPI, factory: Factory, place: MiniCluster
) -> None:
    blocker = await factory.person(place)
    for number in range(4):
        await factory.block(blocker, await factory.person(place, name=f"회원 {number}"))
    counts = set()
    for limit in (1, 3):
        with count_queries(app.state.resources.database) as statements:
            await get(client, "/me/blocks", blocker, limit=limit)
        counts.add(statements.count)
    assert len(counts) == 1
