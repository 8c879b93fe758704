"""Telling a whole place of an announcement: everybody once, in portions, pushed, and not once it is over."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.announcements.events import AnnouncementMade
from app.core.clock import now
from app.core.database import Database
from app.models import Announcement, InboxItem, NotificationSettings, OutboxEvent, PushJob
from app.models.notifications import PushTopic
from app.notifications import announcing
from app.outbox.events import append
from tests.factories import Person
from tests.notifications.story import Story, token_of


async def announce(story: Story, author: Person, **changes: Any) -> Announcement:
    """An announcement to the mini-cluster of the story, with its event."""
    values: dict[str, Any] = {
        "creation_digest": b"a" * 32,
        "consortium_id": story.mini_cluster.consortium_id,
        "mini_cluster_id": story.mini_cluster.id,
        "author_id": author.id,
        "title": "12월 정기 교류회",
        "body": "12월 10일 **오후 3시**에 모입니다.",
        "valid_until": now() + timedelta(days=1),
    }
    async with story.database.write() as session:
        announcement = Announcement(**(values | changes))
        session.add(announcement)
        await session.flush()
        await append(session, AnnouncementMade(announcement_id=announcement.id))
    return announcement


async def test_everybody_is_told_once_and_pushed_in_his_language(story: Story, client: httpx.AsyncClient) -> None:
    author = await story.person("총무")
    korean, english = await story.person("김하늘"), await story.person("Kim", locale="en")
    announcement = await announce(story, author)
    await story.work()
    assert await story.told() == [(korean.id, "announcement"), (english.id, "announcement")]
    (push,) = story.transport.sent_to(token_of(korean))
    assert (push.title, push.body) == ("[공지] 12월 정기 교류회", "12월 10일 오후 3시에 모입니다.")
    assert push.tag == push.thread_id == f"announcement-{announcement.public_id}"
    assert (push.channel_id, push.badge) == ("announcements", 1)
    assert push.data["kind"] == "announcement"
    assert push.data["announcement_id"] == str(announcement.public_id)
    assert push.data["mini_cluster_id"] == str(story.mini_cluster.public_id)
    assert story.transport.sent_to(token_of(english))[0].title == "Announcement: 12월 정기 교류회"
    assert story.transport.sent_to(token_of(author)) == []

    (item,) = (await client.get("/v1/inbox", headers=korean.headers)).json()["items"]
    assert item["announcement"] == {"id": str(announcement.public_id), "title": "12월 정기 교류회"}
    assert (item["reason"], item["idea"], item["actor"]["name"]) == ("announcement", None, "총무")
    opened = await client.put(f"/v1/announcements/{announcement.public_id}/read", headers=korean.headers)
    assert opened.json() == {"count": 0}


async def test_a_whole_consortium_is_told_without_its_name_labelled(story: Story) -> None:
    author, member = await story.person("코디네이터"), await story.person()
    await story.add(NotificationSettings(account_id=member.id, hides_content=True, without_inbox=[], without_push=[]))
    await announce(story, author, mini_cluster_id=None)
    await story.work()
    (push,) = story.transport.sent_to(token_of(member))
    assert (push.title, push.body) == ("새 공지 · 동남권 클러스터", "앱에서 내용을 확인해 주세요.")
    assert "mini_cluster_id" not in push.data


async def test_those_who_do_not_want_it_are_spared(story: Story) -> None:
    author, quiet, deaf = await story.person(), await story.person(), await story.person()
    await story.add(
        NotificationSettings(account_id=quiet.id, without_inbox=[], without_push=["announcement"]),
        NotificationSettings(account_id=deaf.id, without_inbox=["announcement"], without_push=["announcement"]),
    )
    await announce(story, author)
    await story.work()
    assert await story.told() == [(quiet.id, "announcement")]
    assert story.transport.sent == []


@pytest.mark.parametrize(
    ("change", "hours", "code"), [({"withdrawn_at": now()}, 0, "not_visible"), ({}, 25, "expired")]
)
async def test_what_is_over_before_it_leaves_is_not_pushed(
    story: Story, change: dict[str, Any], hours: int, code: str
) -> None:
    author = await story.person()
    await story.person()
    announcement = await announce(story, author)
    await story.fan_out()
    await story.dispatch()
    await story.change(Announcement, announcement.id, title="바뀐 제목", **change)
    story.clock.forward(hours=hours)
    await story.send()
    assert await story.codes() == [("dropped", code)]
    assert story.transport.sent == []


async def test_what_was_read_or_withdrawn_before_telling_is_told_to_nobody(story: Story) -> None:
    author, _ = await story.person(), await story.person()
    await announce(story, author, withdrawn_at=now())
    await story.work()
    assert await story.told() == []


async def test_many_are_told_in_portions_each_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 2)
    author = await story.person()
    members = [await story.person(device=False) for _ in range(4)]
    await announce(story, author)
    rounds = 0
    while await story.fan_out():
        rounds += 1
    assert rounds == 3
    assert [account for account, _ in await story.told()] == [member.id for member in members]
    async with story.database.read() as connection:
        assert await connection.scalar(select(func.count(func.distinct(InboxItem.event_id)))) == 1
        jobs = (await connection.scalars(select(PushJob.topic))).all()
    assert jobs == [PushTopic.ANNOUNCEMENTS] * 4
    # A portion that is told again, after a crash, tells nobody twice.
    async with story.database.write() as session:
        first = (await session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))).first()
        assert first is not None
        first.settled_at = None
    await story.fan_out()
    assert len(await story.told()) == 4


async def test_reading_lets_a_waiting_push_go(story: Story, client: httpx.AsyncClient, database: Database) -> None:
    author, member = await story.person(), await story.person()
    announcement = await announce(story, author)
    await story.fan_out()
    await story.dispatch()
    await client.put(f"/v1/announcements/{announcement.public_id}/read", headers=member.headers)
    await story.send()
    assert await story.codes() == [("dropped", "read")]
