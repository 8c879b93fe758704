"""The inbox over the API: what it shows, what it hides, and what is read."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, event

from app.core.clock import now
from app.core.database import Database
from app.models import Account, Comment, Idea, InboxItem, Membership
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus, Visibility
from app.notifications.inbox import read_items_of_idea
from tests.factories import Person
from tests.notifications.story import TITLE, Story


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person("이하늘", device=False)


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person("박바다", device=False)


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    return await story.idea(author)


async def read(client: httpx.AsyncClient, person: Person, **parameters: Any) -> dict[str, Any]:
    response = await client.get("/v1/inbox", headers=person.headers, params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def unread(client: httpx.AsyncClient, person: Person) -> int:
    response = await client.get("/v1/inbox/unread-count", headers=person.headers)
    assert response.status_code == 200, response.text
    count: int = response.json()["count"]
    return count


async def test_an_entry_tells_who_did_what_where(
    story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea
) -> None:
    comment = await story.comment(idea, other)
    await story.fan_out()
    await story.vote(idea, other)
    await story.fan_out()
    vote, answer = (await read(client, author))["items"]
    assert (vote["reason"], vote["comment_id"]) == ("vote", None)
    assert uuid.UUID(answer.pop("id")).version == 7
    assert answer.pop("created_at").endswith("Z")
    organisation = answer["actor"].pop("organisation")
    assert organisation.startswith("㈜한성금형")
    assert answer == {
        "reason": "comment",
        "actor": {
            "id": str(other.public_id),
            "name": "박바다",
            "position": "책임연구원",
            "organisation_kind": "company",
        },
        "idea": {"id": str(idea.public_id), "title": TITLE},
        "comment_id": str(comment.public_id),
        "announcement": None,
        "application_id": None,
        "case_id": None,
        "read_at": None,
    }


async def test_everyone_reads_only_his_own(
    story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    assert (await read(client, other))["items"] == []
    assert await unread(client, other) == 0


async def test_an_erased_actor_has_no_name(
    story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    await story.change(Account, other.id, status=AccountStatus.ERASED)
    (item,) = (await read(client, author))["items"]
    assert item["actor"]["name"] == ""


class TestHidden:
    """What a person may no longer see leaves his inbox, its count and his badge."""

    @pytest.fixture(autouse=True)
    async def _told(self, story: Story, author: Person, other: Person, idea: Idea) -> None:
        await story.comment(idea, other, mentions=[])
        await story.comment(await story.idea(author), other)
        await story.fan_out()

    async def expect_one(self, client: httpx.AsyncClient, person: Person) -> None:
        assert len((await read(client, person))["items"]) == 1
        assert await unread(client, person) == 1

    async def test_nothing_is_hidden_at_first(self, client: httpx.AsyncClient, author: Person) -> None:
        assert len((await read(client, author))["items"]) == await unread(client, author) == 2

    @pytest.mark.parametrize("fate", ["deleted_at", "hidden_at"])
    async def test_comment(
        self, story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, fate: str
    ) -> None:
        (comment, _) = await story.rows(Comment)
        await story.change(Comment, comment.id, **{fate: now()})
        await self.expect_one(client, author)

    async def test_idea(self, story: Story, client: httpx.AsyncClient, author: Person, idea: Idea) -> None:
        await story.change(Idea, idea.id, status=IdeaStatus.WITHDRAWN, withdrawn_at=now())
        await self.expect_one(client, author)

    async def test_blocked_actor(self, story: Story, client: httpx.AsyncClient, author: Person, other: Person) -> None:
        await story.factory.block(author, other)
        assert (await read(client, author))["items"] == []
        assert await unread(client, author) == 0

    async def test_lost_membership(
        self, story: Story, client: httpx.AsyncClient, author: Person, other: Person
    ) -> None:
        named = await story.idea(other, visibility=Visibility.NAMED, readers=[author])
        inner = await story.idea(other)
        for idea in (named, inner):
            await story.comment(idea, other, mentions=[author])
        await story.fan_out()
        assert await unread(client, author) == 4
        async with story.database.write() as session:
            await session.execute(delete(Membership).where(Membership.account_id == author.id))
        items = (await read(client, author))["items"]
        assert {item["idea"]["id"] for item in items}.isdisjoint({str(inner.public_id)})
        assert len(items) == await unread(client, author) == 3


async def test_pages_meet_without_gaps(
    story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea
) -> None:
    for _ in range(5):
        await story.comment(idea, other)
    await story.fan_out()
    whole = [item["id"] for item in (await read(client, author))["items"]]
    assert len(whole) == 5
    paged: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await read(client, author, limit=2, **cursor)
        paged += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == whole
    for wrong in (cursor | {"unread_only": "true"}, {"cursor": cursor["cursor"] + "x"}):
        response = await client.get("/v1/inbox", headers=author.headers, params=wrong)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/query/cursor"


class TestReading:
    """Marking entries as read."""

    @pytest.fixture
    async def entries(
        self, story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea
    ) -> list[str]:
        """Three unread entries, the oldest first."""
        for _ in range(3):
            await story.comment(idea, other)
            await story.fan_out()
        return [item["id"] for item in (await read(client, author))["items"]][::-1]

    async def test_one(self, client: httpx.AsyncClient, author: Person, entries: list[str]) -> None:
        for _ in range(2):
            response = await client.put(f"/v1/inbox/{entries[1]}/read", headers=author.headers)
            assert (response.status_code, response.json()) == (200, {"count": 2})
        shown = (await read(client, author, unread_only=True))["items"]
        assert [item["id"] for item in shown] == [entries[2], entries[0]]
        assert [item["read_at"] is None for item in (await read(client, author))["items"]] == [True, False, True]

    async def test_a_second_reading_keeps_the_first_time(
        self, story: Story, client: httpx.AsyncClient, author: Person, entries: list[str]
    ) -> None:
        await client.put(f"/v1/inbox/{entries[0]}/read", headers=author.headers)
        first = (await story.rows(InboxItem))[0].read_at
        await client.put(f"/v1/inbox/{entries[0]}/read", headers=author.headers)
        assert (await story.rows(InboxItem))[0].read_at == first

    async def test_all_up_to_one(self, client: httpx.AsyncClient, author: Person, entries: list[str]) -> None:
        response = await client.put("/v1/inbox/read", headers=author.headers, json={"up_to": entries[1]})
        assert (response.status_code, response.json()) == (200, {"count": 1})
        shown = (await read(client, author, unread_only=True))["items"]
        assert [item["id"] for item in shown] == [entries[2]]

    async def test_somebody_else_s_entry_does_not_exist(
        self, client: httpx.AsyncClient, author: Person, other: Person, entries: list[str]
    ) -> None:
        answers = []
        for entry in (entries[0], str(uuid.uuid4())):
            answers.append(await client.put(f"/v1/inbox/{entry}/read", headers=other.headers))
            answers.append(await client.put("/v1/inbox/read", headers=other.headers, json={"up_to": entry}))
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.json()["code"] for answer in answers}) == 1
        assert await unread(client, author) == 3

    async def test_the_idea(
        self, story: Story, client: httpx.AsyncClient, author: Person, other: Person, idea: Idea, entries: list[str]
    ) -> None:
        await story.comment(await story.idea(author), other)
        await story.fan_out()
        async with story.database.write() as session:
            assert await read_items_of_idea(session, author.id, idea.id) == 3
            assert await read_items_of_idea(session, author.id, idea.id) == 0
        assert await unread(client, author) == 1

    @pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("body", [{}, {"up_to": "x"}, {"up_to": None}, {"up_to": str(uuid.uuid4()), "all": True}])
    async def test_a_bad_body(self, client: httpx.AsyncClient, author: Person, body: dict[str, object]) -> None:
        response = await client.put("/v1/inbox/read", headers=author.headers, json=body)
        assert response.status_code == 422


async def test_strangers_get_nothing(client: httpx.AsyncClient) -> None:
    for path in ("/v1/inbox", "/v1/inbox/unread-count", "/v1/me/devices"):
        response = await client.get(path)
        assert response.status_code == 401, path
        assert response.headers["www-authenticate"].startswith("Bearer")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = database._reader.sync_engine
    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)


async def test_a_longer_page_takes_no_more_queries(
    story: Story, client: httpx.AsyncClient, author: Person, other: Person
) -> None:
    database: Database = client._transport.app.state.resources.database  # type: ignore[attr-defined]  # in process
    for _ in range(6):
        await story.comment(await story.idea(author), other)
    await story.fan_out()
    numbers = []
    for limit in (1, 6):
        with counted(database) as seen:
            assert len((await read(client, author, limit=limit))["items"]) == limit
        numbers.append(len(seen))
    assert numbers == [2, 2]
