"""How a person is told by his own choice, and what his choice does."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.core.clock import now
from app.models import Delivery, Idea, IdeaFollow, InboxItem, PushJob
from app.models.notifications import PushTopic, Reason
from app.notifications.jobs import dispatch_due
from app.notifications.quiet_hours import QuietHours
from tests.factories import Person
from tests.notifications.story import TITLE, Story

PATH = "/v1/me/notification-settings"
USUAL = QuietHours.parse("21:00-07:30")
SEOUL = timedelta(hours=9)


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person("이하늘")


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    return await story.idea(author)


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person("박바다", device=False)


async def choose(
    client: httpx.AsyncClient, person: Person, *choices: dict[str, Any], status: int = 200, **more: Any
) -> dict[str, Any]:
    request = {"quiet_hours": None, "hides_content": False, "choices": choices} | more
    response = await client.put(PATH, headers=person.headers, json=request)
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_the_defaults(client: httpx.AsyncClient, author: Person) -> None:
    shown = (await client.get(PATH, headers=author.headers)).json()
    assert shown == {
        "quiet_hours": {"begins_at": "21:00", "ends_at": "07:30"},
        "time_zone": "Asia/Seoul",
        "hides_content": False,
        "choices": [
            {
                "reason": reason.value,
                "inbox": True,
                "push": reason is not Reason.NEW_IDEA,
                "email_digest": reason not in (Reason.APPLICATION_DECIDED, Reason.WAITING),
            }
            for reason in Reason
            if reason is not Reason.MODERATED
        ],
        "digest_rhythm": "weekly",
        "mini_cluster_ids": [],
    }


async def test_a_choice_is_kept_until_the_next(client: httpx.AsyncClient, author: Person, other: Person) -> None:
    chosen = {"begins_at": "23:15", "ends_at": "06:00"}
    shown = await choose(client, author, {"reason": "vote", "inbox": True, "push": False}, quiet_hours=chosen)
    assert shown["quiet_hours"] == chosen
    assert [choice["reason"] for choice in shown["choices"] if not choice["push"]] == ["vote", "new_idea"]
    assert (await client.get(PATH, headers=author.headers)).json() == shown
    assert (await client.get(PATH, headers=other.headers)).json()["quiet_hours"] != chosen
    shown = await choose(client, author, quiet_hours={"begins_at": "08:00", "ends_at": "08:00"})
    assert shown["quiet_hours"] is None
    assert [choice["reason"] for choice in shown["choices"] if not choice["push"]] == ["new_idea"]
    assert all(choice["inbox"] for choice in shown["choices"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"quiet_hours": {"begins_at": "24:00", "ends_at": "07:00"}}, "/body/quiet_hours/begins_at"),
        ({"quiet_hours": {"begins_at": "21:00"}}, "/body/quiet_hours/ends_at"),
        ({"choices": [{"reason": "gossip", "inbox": True, "push": True}]}, "/body/choices/0/reason"),
        ({"choices": [{"reason": "vote", "inbox": True, "push": True}] * 2}, "/body/choices/1/reason"),
        ({"choices": [{"reason": "vote", "inbox": False, "push": True}]}, "/body/choices/0/push"),
        (
            {"choices": [{"reason": "vote", "inbox": False, "push": False, "email_digest": True}]},
            "/body/choices/0/email_digest",
        ),
        ({"choices": [{"reason": "moderated", "inbox": False, "push": False}]}, "/body/choices/0/reason"),
    ],
)
async def test_bad_choices(client: httpx.AsyncClient, author: Person, changes: dict[str, Any], pointer: str) -> None:
    problem = await choose(client, author, status=422, **changes)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def seoul(clock: str) -> datetime:
    """The next time it is so late in Seoul, at least a day from now."""
    hours, minutes = map(int, clock.split(":"))
    midnight = (now() + SEOUL + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0) - SEOUL
    return midnight + timedelta(hours=hours, minutes=minutes)


async def test_what_falls_into_quiet_hours_is_pushed_when_they_end(
    story: Story, author: Person, idea: Idea, other: Person
) -> None:
    story.clock.at = seoul("23:00")
    await story.comment(idea, other, mentions=[author])
    await story.fan_out()
    assert await dispatch_due(story.database, story.clock(), USUAL) == 1
    assert await story.rows(Delivery) == []
    assert (await story.job(author)).due_at == seoul("07:30") + timedelta(days=1)
    story.clock.forward(hours=2)
    await story.comment(idea, other)  # is due at once, and waits with the first
    await story.fan_out()
    await dispatch_due(story.database, story.clock(), USUAL)
    assert await dispatch_due(story.database, story.clock(), USUAL) == 0
    story.clock.at = seoul("07:30") + timedelta(days=1)
    assert await dispatch_due(story.database, story.clock(), USUAL) == 1
    await story.send()
    (message,) = story.transport.sent
    assert message.body == "박바다님이 회원님을 언급했습니다 · 새 댓글 2개"


async def test_ones_own_hours_go_before_the_usual_ones(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await choose(client, author, quiet_hours={"begins_at": "12:00", "ends_at": "13:00"})
    for clock, deliveries in (("12:30", 0), ("21:30", 1)):
        story.clock.at = seoul(clock)
        await story.comment(idea, other)
        await story.fan_out()
        await dispatch_due(story.database, story.clock(), USUAL)
        assert len(await story.rows(Delivery)) == deliveries


async def test_a_reason_without_push_stays_in_the_inbox(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await choose(client, author, {"reason": "comment", "inbox": True, "push": False})
    await story.comment(idea, other)
    await story.work()
    assert await story.told() == [(author.id, "comment")]
    assert await story.rows(PushJob) == []
    await story.comment(idea, other, mentions=[author])
    await story.work()
    assert len(story.transport.sent) == 1
    assert "새 댓글" not in (story.transport.sent[0].body or "")  # the one without push is not told of


async def test_a_reason_without_inbox_is_not_told(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await choose(client, author, {"reason": "comment", "inbox": False, "push": False})
    await story.comment(idea, other)
    await story.work()
    assert await story.rows(InboxItem) == []


async def test_turned_off_on_its_way(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    await story.dispatch()
    await choose(client, author, {"reason": "comment", "inbox": True, "push": False})
    await story.send()
    assert await story.codes() == [("dropped", "muted")]


async def test_pushes_that_hide_their_content(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    await choose(client, author, hides_content=True)
    await story.comment(idea, other, "비밀 센서")
    await story.work()
    (message,) = story.transport.sent
    assert message.title == "새 댓글 · 메카트로닉스 미니클러스터"
    whole = f"{message.title}{message.body}{message.data}"
    assert not any(word in whole for word in (TITLE, "박바다", "센서"))


async def test_followers_hear_of_comments(story: Story, author: Person, idea: Idea, other: Person) -> None:
    follower, muting = await story.person(), await story.person()
    await story.add(IdeaFollow(account_id=follower.id, idea_id=idea.id, muted=False))
    await story.add(IdeaFollow(account_id=other.id, idea_id=idea.id, muted=False))
    await story.mute(muting, idea)
    await story.comment(idea, other)
    await story.work()
    assert await story.told() == [(author.id, "comment"), (follower.id, "followed")]
    assert {message.data["kind"] for message in story.transport.sent} == {"comment"}


async def test_votes_are_pushed_at_milestones(story: Story, author: Person, idea: Idea) -> None:
    due = []
    for _ in range(5):
        await story.vote(idea, await story.person(device=False))
        await story.fan_out()
        due.append((await story.job(author, PushTopic.VOTES)).due_at is not None)
        await story.dispatch()
        await story.send()
        story.clock.forward(hours=2)
    assert due == [True, False, False, False, True]
    assert [message.body for message in story.transport.sent][1:] == ["추천 5개를 받았습니다"]


async def test_an_idea_is_muted_until_followed_again(
    story: Story, client: httpx.AsyncClient, author: Person, idea: Idea, other: Person
) -> None:
    path = f"/v1/ideas/{idea.public_id}"
    for _ in range(2):
        response = await client.put(f"{path}/mute", headers=author.headers)
        assert response.json() == {"idea_id": str(idea.public_id), "following": False}
    await story.comment(idea, other)
    await story.fan_out()
    assert await story.told() == []
    await client.put(f"{path}/follow", headers=author.headers)
    await story.comment(idea, other)
    await story.fan_out()
    assert await story.told() == [(author.id, "comment")]
