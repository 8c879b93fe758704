"""A block through the API: what one of two wrote or did the other no longer meets; after unblocking all is back."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.models import MiniCluster
from app.models.ideas import Visibility
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas.test_states import told
from tests.ideas_factory import published_idea


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
    person = await factory.person()
    oneself = await send(client, "PUT", f"/me/blocks/{person.public_id}", person)
    problem(oneself, 422, "cannot_block_oneself", "/path/account_id")
    problem(await send(client, "PUT", f"/me/blocks/{client_id()}", person), 404, "not_found")
