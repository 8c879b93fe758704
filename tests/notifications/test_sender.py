"""What leaves for a phone, and what does not leave any more."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import delete, select, update

from app.core.clock import now
from app.core.errors import DatabaseBusy
from app.models import (
    Account,
    Comment,
    Delivery,
    Device,
    Idea,
    InboxItem,
    Membership,
    OutboxEvent,
    Session,
)
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus, Visibility
from app.models.notifications import DeliveryState, DeviceEnd
from app.notifications import deliveries
from app.notifications.metrics import COMMIT_TO_SEND_SECONDS
from app.notifications.sender import LEASE, Sender
from app.push.transport import PushMessage, PushOutcome
from tests.factories import Person
from tests.notifications.story import TITLE, Story, token_of


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person("이하늘")


@pytest.fixture
async def other(story: Story) -> Person:
    return await story.person("박바다")


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    return await story.idea(author)


async def test_a_comment_reaches_the_author_s_phone_and_no_other(
    story: Story, author: Person, other: Person, idea: Idea
) -> None:
    await story.person("구경꾼")
    comment = await story.comment(idea, other, "센서를 **달면** 어떨까요?")
    await story.work()
    (message,) = story.transport.sent
    (item,) = await story.rows(InboxItem)
    tag = f"idea-{idea.public_id}-responses"
    assert message == PushMessage(
        token_kind="token",
        token=token_of(author),
        title=TITLE,
        body="박바다님의 댓글: 센서를 달면 어떨까요?",
        data={
            "schema_version": "1",
            "kind": "comment",
            "idea_id": str(idea.public_id),
            "comment_id": str(comment.public_id),
            "mini_cluster_id": str(story.mini_cluster.public_id),
            "inbox_item_id": str(item.public_id),
            "notification_tag": tag,
            "badge": "1",
            "deep_link": f"ideastorage://ideas/{idea.public_id}?comment={comment.public_id}",
        },
        channel_id="responses",
        tag=tag,
        thread_id=f"idea-{idea.public_id}",
        badge=1,
        ttl_seconds=48 * 3600,
        high_priority=True,
    )
    (delivery,) = await story.rows(Delivery)
    assert (delivery.state, delivery.last_code, delivery.attempts, delivery.lease_until, delivery.settled_at) == (
        DeliveryState.SENT, "sent", 1, None, story.clock()
    )  # fmt: skip
    assert await story.send() == 0


async def test_a_vote_is_quiet(story: Story, author: Person, other: Person, idea: Idea) -> None:
    await story.vote(idea, other)
    await story.work()
    (message,) = story.transport.sent
    assert (message.token, message.body) == (token_of(author), "박바다님이 추천했습니다")
    assert (message.channel_id, message.high_priority, message.tag) == (
        "votes", False, f"idea-{idea.public_id}-votes"
    )  # fmt: skip
    assert message.data["kind"] == "vote"
    assert "comment_id" not in message.data


async def test_several_comments_make_one_push_about_all_that_is_unread(
    story: Story, author: Person, other: Person, idea: Idea
) -> None:
    third = await story.person("최산")
    await story.comment(idea, other)
    await story.work()
    newest = None
    for person in (third, other, third):
        newest = await story.comment(idea, person)
        await story.work()
    assert len(story.transport.sent_to(token_of(author))) == 1
    story.clock.forward(seconds=60)
    await story.work()
    _, message = story.transport.sent_to(token_of(author))
    assert newest is not None
    assert (message.title, message.body, message.badge) == (TITLE, "새 댓글 4개 · 최산님 외 1명", 4)
    assert message.data["comment_id"] == str(newest.public_id)


async def test_each_device_is_spoken_to_in_its_language(
    story: Story, author: Person, other: Person, idea: Idea
) -> None:
    await story.device(author, "english-phone", locale="en")
    await story.comment(idea, other, "센서")
    await story.work()
    bodies = {message.token: message.body for message in story.transport.sent}
    assert bodies == {token_of(author): "박바다님의 댓글: 센서", "english-phone": "박바다 commented: 센서"}


async def test_an_idea_for_named_people_shows_nothing_on_the_screen(
    story: Story, author: Person, other: Person
) -> None:
    idea = await story.idea(author, visibility=Visibility.NAMED, readers=[other])
    comment = await story.comment(idea, other, "비밀 치수 0.02mm")
    await story.work()
    (message,) = story.transport.sent
    assert (message.title, message.body) == ("새 댓글 · 메카트로닉스 미니클러스터", "앱에서 내용을 확인해 주세요.")
    assert message.data["comment_id"] == str(comment.public_id)
    everything = repr([message.title, message.body, dict(message.data)])
    for secret in (TITLE, "박바다", "비밀", "0.02"):
        assert secret not in everything


async def test_the_badge_counts_what_the_inbox_shows(story: Story, author: Person, other: Person, idea: Idea) -> None:
    blocked = await story.person()
    gone = await story.comment(idea, other)
    await story.comment(idea, blocked)
    await story.comment(await story.idea(author), other)
    await story.vote(idea, other)
    await story.fan_out()
    await story.change(Comment, gone.id, deleted_at=now())
    await story.factory.block(author, blocked)
    await story.dispatch()
    await story.send()
    assert {message.badge for message in story.transport.sent} == {2}


class TestRecheck:
    """What changed since the delivery was made is seen just before sending."""

    @pytest.fixture
    async def pending(self, story: Story, author: Person, other: Person, idea: Idea) -> Comment:
        """A delivery to the author that nobody has sent yet."""
        comment = await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        return comment

    async def expect_dropped(self, story: Story, code: str) -> None:
        await story.send()
        assert await story.codes() == [("dropped", code)]
        assert story.transport.sent == []
        (delivery,) = await story.rows(Delivery)
        assert (delivery.settled_at, delivery.attempts) == (story.clock(), 0)

    async def test_read(self, story: Story, pending: Comment) -> None:
        async with story.database.write() as session:
            await session.execute(update(InboxItem).values(read_at=now()))
        await self.expect_dropped(story, "read")

    @pytest.mark.parametrize("fate", ["deleted_at", "hidden_at"])
    async def test_comment_gone(self, story: Story, pending: Comment, fate: str) -> None:
        await story.change(Comment, pending.id, **{fate: now()})
        await self.expect_dropped(story, "not_visible")

    async def test_idea_hidden(self, story: Story, pending: Comment) -> None:
        await story.change(Idea, pending.idea_id, status=IdeaStatus.HIDDEN)
        await self.expect_dropped(story, "not_visible")

    async def test_blocked(self, story: Story, pending: Comment, author: Person, other: Person) -> None:
        await story.factory.block(other, author)
        await self.expect_dropped(story, "not_visible")

    async def test_muted(self, story: Story, pending: Comment, author: Person, idea: Idea) -> None:
        await story.mute(author, idea)
        await self.expect_dropped(story, "muted")

    async def test_suspended(self, story: Story, pending: Comment, author: Person) -> None:
        await story.change(Account, author.id, status=AccountStatus.SUSPENDED)
        await self.expect_dropped(story, "not_visible")

    async def test_session_ended(self, story: Story, pending: Comment, author: Person) -> None:
        await story.change(Session, author.session_id, ended_at=now())
        await self.expect_dropped(story, "session_ended")

    async def test_session_expired(self, story: Story, pending: Comment, author: Person) -> None:
        await story.change(Session, author.session_id, expires_at=story.clock() - timedelta(seconds=1))
        await self.expect_dropped(story, "session_ended")

    async def test_device_disabled(self, story: Story, pending: Comment, author: Person) -> None:
        await self.change_device(story, author, disabled_at=now(), disabled_reason=DeviceEnd.REMOVED)
        await self.expect_dropped(story, "device_disabled")

    async def test_device_moved_to_another_person(
        self, story: Story, pending: Comment, author: Person, other: Person
    ) -> None:
        await self.change_device(story, author, account_id=other.id, session_id=other.session_id)
        await self.expect_dropped(story, "device_moved")

    async def test_expired(self, story: Story, pending: Comment) -> None:
        story.clock.forward(hours=48)
        await self.expect_dropped(story, "expired")

    async def test_former_member(self, story: Story, author: Person, other: Person) -> None:
        """A mentioned member lost his place in the mini-cluster since."""
        idea = await story.idea(other)
        await story.comment(idea, other, mentions=[author])
        await story.fan_out()
        await story.dispatch()
        async with story.database.write() as session:
            await session.execute(delete(Membership).where(Membership.account_id == author.id))
        await self.expect_dropped(story, "not_visible")

    async def test_a_mention_comes_through_a_mute(
        self, story: Story, author: Person, other: Person, idea: Idea
    ) -> None:
        await story.comment(idea, other, "첫째")
        await story.comment(idea, other, "둘째", mentions=[author])
        await story.fan_out()
        await story.dispatch()
        await story.mute(author, idea)
        await story.send()
        assert [message.body for message in story.transport.sent] == ["박바다님이 회원님을 언급했습니다: 둘째"]

    async def test_what_is_left_is_told(self, story: Story, author: Person, other: Person, idea: Idea) -> None:
        comments = [await story.comment(idea, other, body) for body in ("첫째", "둘째", "셋째")]
        await story.fan_out()
        await story.dispatch()
        await story.change(Comment, comments[2].id, deleted_at=now())
        await story.change(Comment, comments[0].id, hidden_at=now())
        await story.send()
        assert [message.body for message in story.transport.sent] == ["박바다님의 댓글: 둘째"]

    @staticmethod
    async def change_device(story: Story, author: Person, **values: object) -> None:
        async with story.database.write() as session:
            await session.execute(update(Device).where(Device.account_id == author.id).values(**values))


class TestLeases:
    """A delivery is sent by one worker at a time, and by another one after a crash."""

    async def test_a_crashed_worker_s_delivery_is_sent_when_its_lease_ends(
        self, story: Story, author: Person, other: Person, idea: Idea
    ) -> None:
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        async with story.database.write() as session:
            assert await deliveries.claim_one(session, story.clock(), LEASE)
        assert await story.send() == 0
        story.clock.forward(seconds=61)
        assert await story.send() == 1
        assert await story.codes() == [("sent", "sent")]

    async def test_a_late_answer_changes_nothing(self, story: Story, author: Person, other: Person, idea: Idea) -> None:
        """The first sender is so slow that its lease ends; the push goes out twice under one tag, settled once."""
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        transport = Interrupting(story)
        assert await Sender(story.database, transport, clock=story.clock).send_one()
        assert [message.tag for message in story.transport.sent] == [f"idea-{idea.public_id}-responses"] * 2
        (delivery,) = await story.rows(Delivery)
        assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 1)

    async def test_senders_at_once_send_each_push_once(self, story: Story, author: Person, other: Person) -> None:
        for _ in range(30):
            await story.comment(await story.idea(author), other)
        await story.fan_out()
        await story.dispatch()

        async def work() -> None:
            sender = story.sender
            while await sender.send_one():
                pass

        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(work)
        tags = [message.tag for message in story.transport.sent]
        assert len(tags) == len(set(tags)) == 30
        assert await story.codes() == [("sent", "sent")] * 30

    async def test_no_transaction_is_open_while_sending(
        self, story: Story, author: Person, other: Person, idea: Idea
    ) -> None:
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()

        async def look() -> None:
            async with story.database.write() as session:  # on SQLite this waits for any open transaction
                (delivery,) = (await session.execute(select(Delivery.state, Delivery.lease_until))).all()
                assert delivery == (DeliveryState.PENDING, story.clock() + LEASE)

        transport = Interrupting(story, look)
        with anyio.fail_after(3):
            assert await Sender(story.database, transport, clock=story.clock).send_one()
        assert transport.looked


class TestLostDatabase:
    """A database that is lost at a bad moment costs no push, and no push is sent twice for it."""

    @pytest.fixture
    async def sender(self, story: Story, author: Person, other: Person, idea: Idea) -> Sender:
        """A sender with one delivery to send."""
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        return story.sender

    @staticmethod
    def lose(monkeypatch: pytest.MonkeyPatch, story: Story, way: str, calls: int) -> None:
        """From the given call on the database is lost."""
        original, made = getattr(story.database, way), 0

        def lost() -> object:
            nonlocal made
            made += 1
            if made >= calls:
                raise DatabaseBusy
            return original()

        monkeypatch.setattr(story.database, way, lost)

    async def test_between_sending_and_recording(
        self, story: Story, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as outage:
            self.lose(outage, story, "write", 2)
            for _ in range(3):
                with pytest.raises(DatabaseBusy):
                    await sender.send_one()
        assert await story.codes() == [("pending", None)]
        assert not await sender.send_one()
        assert await story.codes() == [("sent", "sent")]
        assert len(story.transport.sent) == 1

    async def test_between_claiming_and_sending(
        self, story: Story, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as outage:
            self.lose(outage, story, "read", 1)
            with pytest.raises(DatabaseBusy):
                await sender.send_one()
        assert story.transport.sent == []
        assert await sender.send_one()
        assert await story.codes() == [("sent", "sent")]

    async def test_before_an_obsolete_push_is_settled(
        self, story: Story, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story.clock.forward(hours=49)
        with monkeypatch.context() as outage:
            self.lose(outage, story, "write", 2)
            with pytest.raises(DatabaseBusy):
                await sender.send_one()
        assert await sender.send_one()
        assert await story.codes() == [("dropped", "expired")]


class Interrupting:
    """A transport during whose first send something happens: by default, a minute passes and another worker works."""

    def __init__(self, story: Story, happening: Callable[[], Awaitable[None]] | None = None) -> None:
        self._story = story
        self._happening = happening or self._overtake
        self.looked = False

    async def send(self, message: PushMessage) -> PushOutcome:
        outcome = await self._story.transport.send(message)
        await self._happening()
        self.looked = True
        return outcome

    async def aclose(self) -> None:
        await self._story.transport.aclose()

    async def _overtake(self) -> None:
        self._story.clock.forward(seconds=61)
        assert await self._story.send() == 1


async def test_a_push_that_cannot_be_made_is_a_dead_letter(
    story: Story, author: Person, other: Person, idea: Idea, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.comment(idea, other)
    await story.fan_out()
    await story.dispatch()

    def refuse(*_arguments: object, **_options: object) -> None:
        raise UnicodeError("told to fail")

    monkeypatch.setattr("app.notifications.preparation.compose", refuse)
    await story.send()
    assert await story.codes() == [("dead", "UnicodeError")]


async def test_the_age_of_a_push_begins_with_its_event(story: Story, author: Person, other: Person, idea: Idea) -> None:
    before = observed()
    await story.comment(idea, other)
    async with story.database.write() as session:
        await session.execute(update(OutboxEvent).values(created_at=story.clock() - timedelta(seconds=20)))
    await story.work()
    after = observed()
    assert (after["10.0"] - before["10.0"], after["30.0"] - before["30.0"]) == (0, 1)


def observed() -> dict[str, float]:
    """The buckets of the time from commit to send."""
    (metric,) = COMMIT_TO_SEND_SECONDS.collect()
    return {sample.labels["le"]: sample.value for sample in metric.samples if "le" in sample.labels}
