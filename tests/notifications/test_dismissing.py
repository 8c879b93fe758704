"""What is read in one place leaves the screens of all phones: silently, with the new badge."""

import httpx
import pytest

from app.models import Delivery, Idea
from app.push.transport import PushMessage
from tests.factories import Person
from tests.notifications.story import Story, token_of


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person("이하늘")


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    return await story.idea(author)


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person("박바다", device=False)


async def read(client: httpx.AsyncClient, person: Person, idea: Idea) -> None:
    response = await client.put(f"/v1/ideas/{idea.public_id}/read-marker", headers=person.headers)
    assert response.status_code == 200


def silent(story: Story) -> list[PushMessage]:
    return [message for message in story.transport.sent if message.silent]


async def test_reading_an_idea_clears_it_on_every_phone(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await story.device(author, "tablet")
    elsewhere = await story.idea(author)
    await story.comment(idea, other)
    await story.vote(idea, other)
    await story.comment(elsewhere, other)
    await story.work()
    shown = {message.tag for message in story.transport.sent_to("tablet")}
    assert len(shown) == 3
    await read(client, author, idea)
    await story.work()
    assert len(silent(story)) == 4
    for token in ("tablet", token_of(author)):
        cleared = [message for message in story.transport.sent_to(token) if message.silent]
        assert {message.tag for message in cleared} == {
            f"idea-{idea.public_id}-{topic}" for topic in ("responses", "votes")
        }
        assert {(message.badge, message.data["kind"], message.data["badge"]) for message in cleared} == {
            (1, "dismiss", "1")
        }
        assert not any(message.high_priority for message in cleared)
    # Reading again, or a worker that handles the reading again, sends nothing more.
    await read(client, author, idea)
    await story.work()
    assert len(silent(story)) == 4
    page = (await client.get("/v1/me/devices", headers=author.headers)).json()
    log = f"/v1/devices/{page['items'][0]['id']}/deliveries"
    assert len((await client.get(log, headers=author.headers)).json()["items"]) == 3


async def test_what_was_read_before_it_left_needs_no_push_at_all(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    await story.dispatch()
    await read(client, author, idea)
    await story.work()
    assert story.transport.sent == []
    assert await story.codes() == [("dropped", "read")]


async def test_something_new_meanwhile_stays_on_the_screen(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.work()
    await read(client, author, idea)
    await story.fan_out()
    await story.comment(idea, other, mentions=[author])
    await story.work()
    assert silent(story) == []
    assert ("dropped", "superseded") in await story.codes()
    assert len(story.transport.sent) == 2
    (item,) = (await client.get("/v1/inbox", headers=author.headers, params={"unread_only": True})).json()["items"]
    assert (await client.put(f"/v1/inbox/{item['id']}/read", headers=author.headers)).json() == {"count": 0}
    await story.work()
    assert [message.badge for message in silent(story)] == [0]


async def test_a_push_in_flight_while_it_is_read_is_dismissed_once_it_has_landed(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    await story.dispatch()
    sender = story.sender
    claim = await sender._claim()
    assert claim is not None
    prepared = await sender._prepare(claim, story.clock())
    await read(client, author, idea)
    await story.fan_out()
    assert [row.is_dismissal for row in await story.rows(Delivery)] == [False]
    # It was sent just before; its answer is recorded now.
    assert not isinstance(prepared, Exception)
    await story.change(Delivery, claim.id, state="sent", lease_until=None, settled_at=story.clock())
    story.clock.forward(seconds=11)
    await story.work()
    assert len(silent(story)) == 1
