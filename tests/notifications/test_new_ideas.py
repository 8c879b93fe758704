"""Telling those who follow a mini-cluster of new ideas: who sees it, once, in portions; pushed to who asks for it."""

import httpx
import pytest
from sqlalchemy import func, select

from app.models import InboxItem, NotificationSettings, OutboxEvent
from app.models.ideas import IdeaStatus, Visibility
from app.notifications import new_ideas
from app.notifications.metrics import INBOX_ITEMS
from tests.factories import Person
from tests.notifications.story import TITLE, Story, token_of


async def choose(story: Story, person: Person, *channels: str) -> None:
    """Choose the channels for new ideas."""
    choices = {"new_idea": list(channels)}
    await story.add(NotificationSettings(account_id=person.id, without_inbox=[], without_push=[], choices=choices))


async def test_followers_who_see_it_are_told_in_the_inbox_and_pushed_if_they_ask(
    story: Story, client: httpx.AsyncClient
) -> None:
    author, follower, keen = await story.person("박서준"), await story.person(), await story.person()
    member, deaf, stranger = await story.person(), await story.person(), await story.factory.person()
    blocking = await story.person()
    await story.factory.block(blocking, author)
    await story.follow(author, follower, keen, deaf, stranger, blocking)
    await choose(story, keen, "inbox", "push")
    await choose(story, deaf)
    idea = await story.publish(author)
    await story.work()
    assert await story.told() == [(follower.id, "new_idea"), (keen.id, "new_idea")]
    (push,) = story.transport.sent
    assert (push.token, push.title, push.body) == (token_of(keen), "새 아이디어 · 메카트로닉스 미니클러스터", TITLE)
    assert (push.tag, push.channel_id, push.high_priority) == ("new_ideas", "ideas", False)
    assert (push.data["kind"], push.data["idea_id"]) == ("new_idea", str(idea.public_id))
    (item,) = (await client.get("/v1/inbox", headers=follower.headers)).json()["items"]
    assert (item["reason"], item["idea"]["title"], item["actor"]["name"]) == ("new_idea", TITLE, "박서준")
    assert member.id not in {account for account, _ in await story.told()}

    # Within an hour of the last push, what is new waits; then it comes bundled.
    for _ in range(2):
        await story.publish(author)
        await story.work()
    assert len(story.transport.sent) == 1
    story.clock.forward(hours=1)
    await story.work()
    (_, push) = story.transport.sent
    assert (push.title, push.body, push.badge) == ("새 아이디어 3개", TITLE, 3)
    assert "idea_id" not in push.data


async def test_a_confidential_idea_is_told_to_its_readers_and_not_by_its_title(story: Story) -> None:
    author, reader, other = await story.person(), await story.person(), await story.person()
    await story.follow(reader, other)
    for person in (reader, other):
        await choose(story, person, "inbox", "push")
    await story.publish(author, visibility=Visibility.NAMED, readers=[reader])
    await story.work()
    assert await story.told() == [(reader.id, "new_idea")]
    (push,) = story.transport.sent
    assert push.body == "앱에서 내용을 확인해 주세요."


async def test_what_is_hidden_meanwhile_is_told_to_nobody(story: Story) -> None:
    author, follower = await story.person(), await story.person()
    await story.follow(follower)
    idea = await story.publish(author)
    await story.change(type(idea), idea.id, status=IdeaStatus.HIDDEN)
    await story.fan_out()
    assert await story.told() == []


async def test_many_followers_are_told_in_portions_each_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_ideas, "AT_ONCE", 2)
    author = await story.person()
    followers = [await story.person(device=False) for _ in range(5)]
    await story.follow(*followers)
    await story.publish(author)
    before = INBOX_ITEMS.labels("new_idea")._value.get()
    rounds = 0
    while await story.fan_out():
        rounds += 1
    assert rounds == 3
    assert [account for account, _ in await story.told()] == [person.id for person in followers]
    assert INBOX_ITEMS.labels("new_idea")._value.get() == before + 5
    async with story.database.read() as connection:
        assert await connection.scalar(select(func.count(func.distinct(InboxItem.event_id)))) == 1
    async with story.database.write() as session:
        first = (await session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))).first()
        assert first is not None
        first.settled_at = None  # handled again after a crash
    while await story.fan_out():
        pass
    assert len(await story.told()) == 5
