"""What a phone is told of changes, step by step."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.core.clock import now, to_micros
from app.core.database import Database
from app.models import Affiliation, Block, Comment, FeedEntry, Idea, IdeaExclusion, Membership
from app.models.ideas import IdeaStatus
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import idea_among_members, published_idea, set_status
from tests.sync.store import Store, ask, differences, server_view

Json = dict[str, Any]


async def act(client: httpx.AsyncClient, person: Person, method: str, path: str, **body: Any) -> httpx.Response:
    response = await client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)
    assert response.status_code < 300, response.text
    return response


async def test_what_happens_to_an_idea_is_told(client: httpx.AsyncClient, database: Database, factory: Factory) -> None:
    place = await idea_among_members(database, factory)
    idea = str(place.idea.public_id)
    store = Store(place.member)
    await store.sync(client)
    assert differences(store, await server_view(client, place.member, [idea])) == []
    assert store.rows["ideas"].keys() == {idea}

    before = len(store.pages)
    await store.sync(client)
    assert told(store, before) == set()

    await act(client, place.author, "POST", f"/ideas/{idea}/comments", id=client_id(), body="좋습니다.")
    await act(client, place.member, "PUT", f"/ideas/{idea}/vote")
    await store.sync(client)
    assert told(store, before + 1) == {"idea_counters", "idea_marks", "comments"}
    assert differences(store, await server_view(client, place.member, [idea])) == []

    await set_status(database, place.idea, IdeaStatus.HIDDEN)
    await store.sync(client)
    assert store.pages[-1]["deleted"] == [{"kind": "ideas", "id": idea}]
    assert differences(store, await server_view(client, place.member, [idea])) == []


def told(store: Store, since: int) -> set[str]:
    """The kinds of which the pages since then held anything."""
    return {name for page in store.pages[since:] for name, rows in page.items() if isinstance(rows, list) and rows}


async def test_what_is_lost_is_told_at_once_and_what_was_never_seen_is_not(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    shy = await factory.person(place.mini_cluster)
    secret = await published_idea(
        database, place.author, place.mini_cluster, excluded_organisation_ids=[place.member.organisation_id]
    )
    of_the_blocked = await published_idea(database, shy, place.mini_cluster)
    await factory.block(shy, place.member)
    before = now() - timedelta(hours=1)
    async with database.write() as session:  # all of it some time ago
        await session.execute(update(Idea).values(published_at=before))
        await session.execute(update(IdeaExclusion).values(excluded_at=before))
        await session.execute(update(Block).values(created_at=before))
    store = Store(place.member)
    await store.sync(client)
    assert store.rows["ideas"].keys() == {str(place.idea.public_id)}

    async with database.write() as session:
        await session.execute(update(Membership).where(Membership.account_id == place.member.id).values(ended_at=now()))
    await set_status(database, place.idea, IdeaStatus.HIDDEN)  # it left the stream that was lost
    later = await published_idea(database, place.author, place.mini_cluster)
    async with database.write() as session:  # so much later that no difference of clocks explains it
        moment = now() + timedelta(minutes=5)
        await session.execute(update(Idea).where(Idea.id == later.id).values(published_at=moment))
    await store.sync(client)
    gone = {each["id"] for page in store.pages for each in page["deleted"] if each["kind"] == "ideas"}
    assert gone == {str(place.idea.public_id)}
    assert gone.isdisjoint({str(each.public_id) for each in (secret, of_the_blocked, later)})
    assert store.rows["ideas"] == store.rows["idea_counters"] == store.rows["memberships"] == {}


async def test_a_change_of_employer_opens_and_closes(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    other = await factory.person(place.mini_cluster)
    closed = await published_idea(
        database, place.author, place.mini_cluster, excluded_organisation_ids=[other.organisation_id]
    )
    stores = [Store(place.member), Store(other)]
    for store in stores:
        await store.sync(client)
    both = {str(place.idea.public_id), str(closed.public_id)}
    assert [store.rows["ideas"].keys() == both for store in stores] == [True, False]
    async with database.write() as session:  # they change places
        for person, employer in ((place.member, other), (other, place.member)):
            await session.execute(
                update(Affiliation)
                .where(Affiliation.account_id == person.id)
                .values(organisation_id=employer.organisation_id)
            )
    for store in stores:
        await store.sync(client)
        assert differences(store, await server_view(client, store.person, both)) == []
    assert [store.rows["ideas"].keys() == both for store in stores] == [False, True]


async def test_cursors_are_for_one_member_and_whole(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    store = Store(place.member)
    await store.sync(client)
    cursor = store.cursor or ""
    assert (await ask(client, place.author, cursor)).json()["errors"][0]["code"] == "invalid_cursor"
    home = await client.get("/v1/feeds/home?limit=1", headers=dict(place.member.headers))
    for bad in (
        cursor[:-1],
        cursor[:40] + "A" + cursor[41:],
        "",
        "%",
        "가",
        "x" * 4_096,
        home.json()["next_cursor"] or "a",
    ):
        refused = await ask(client, place.member, bad)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request"), bad
    assert (await ask(client, place.member, "x" * 4_097)).status_code == 422
    assert (await ask(client, place.member, cursor)).status_code == 200


async def test_the_window_is_as_stated(
    client: httpx.AsyncClient, database: Database, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await idea_among_members(database, factory)
    ideas = [place.idea, *[await published_idea(database, place.author, place.mini_cluster) for _ in range(3)]]
    async with database.write() as session:
        for days, idea in zip((100, 3, 2, 1), ideas, strict=True):
            moment = now() - timedelta(days=days)
            await session.execute(update(Idea).where(Idea.id == idea.id).values(published_at=moment))
            await session.execute(
                update(FeedEntry).where(FeedEntry.idea_id == idea.id).values(published_at=to_micros(moment))
            )
    ids = [str(idea.public_id) for idea in ideas]
    whole, own = Store(place.member), Store(place.author)
    await whole.sync(client)
    await own.sync(client)
    assert whole.rows["ideas"].keys() == set(ids[1:])
    assert own.rows["ideas"].keys() == set(ids), "one's own are always there"

    monkeypatch.setattr("app.sync.ideas.WINDOW_IDEAS", 2)
    newest = Store(place.member)
    await newest.sync(client)
    assert newest.rows["ideas"].keys() == set(ids[2:])
    await act(client, place.author, "PATCH", f"/ideas/{ids[1]}", title="바뀐 제목")
    await newest.sync(client)
    await whole.sync(client)
    assert newest.rows["ideas"].keys() == set(ids[2:]), "of what is not in the window nothing is told"
    assert whole.rows["ideas"][ids[1]]["title"] == "바뀐 제목"


async def test_a_comment_that_moves_to_another_idea_goes_and_comes(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    """As a merge of ideas, or its undoing, does it."""
    place = await idea_among_members(database, factory)
    elsewhere = await factory.mini_cluster()
    stranger = await factory.person(elsewhere)
    other = await published_idea(database, stranger, elsewhere)
    idea, comment = str(place.idea.public_id), client_id()
    await act(client, place.author, "POST", f"/ideas/{idea}/comments", id=comment, body="옮겨질 댓글")
    stores = [Store(person) for person in (place.member, place.author, stranger)]
    for target, holders in (
        (None, [True, True, False]),
        (other, [False, False, True]),
        (place.idea, [True, True, False]),
    ):
        if target is not None:
            async with database.write() as session:
                await session.execute(update(Comment).values(idea_id=target.id))
        for store in stores:
            await store.sync(client)
            assert differences(store, await server_view(client, store.person, [idea, str(other.public_id)])) == []
        assert [comment in store.rows["comments"] for store in stores] == holders
    told_of = {each["id"] for page in stores[2].pages[:1] for each in page["deleted"]}
    assert comment not in told_of, "who does not read the idea it left is told nothing"
