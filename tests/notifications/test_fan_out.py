"""Who is told of what, for which reason, and who is not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.ideas.events import CommentAdded
from app.models import Account, Comment, CommentMention, Idea, InboxItem, Membership, OutboxEvent, PushJob, Vote
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus, Visibility
from app.models.notifications import Reason
from app.notifications.fan_out import FanOut
from app.notifications.news import News
from app.notifications.recipients import Recipients, default_recipients
from tests.notifications.story import Story, occurrence


async def test_the_author_hears_of_a_comment(story: Story) -> None:
    author, other = await story.person(), await story.person()
    idea = await story.idea(author)
    comment = await story.comment(idea, other)
    assert await story.fan_out() == 1
    (item,) = await story.rows(InboxItem)
    assert (item.account_id, item.reason, item.actor_id, item.idea_id, item.comment_id, item.read_at) == (
        author.id, Reason.COMMENT, other.id, idea.id, comment.id, None
    )  # fmt: skip


async def test_nobody_hears_of_his_own_act(story: Story) -> None:
    author = await story.person()
    idea = await story.idea(author)
    comment = await story.comment(idea, author, mentions=[author])
    await story.comment(idea, author, reply_to=comment)
    assert await story.fan_out() == 2
    assert await story.told() == []


async def test_a_reply_reaches_the_answered_one_and_the_top_of_the_thread(story: Story) -> None:
    author, top, middle, last = [await story.person() for _ in range(4)]
    idea = await story.idea(author)
    first = await story.comment(idea, top)
    second = await story.comment(idea, middle, reply_to=first)
    await story.fan_out()
    told_before = len(await story.told())
    await story.comment(idea, last, reply_to=second)
    await story.fan_out()
    assert sorted((await story.told())[told_before:]) == sorted(
        [(author.id, "comment"), (top.id, "reply"), (middle.id, "reply")]
    )


async def test_each_is_told_once_by_the_strongest_reason(story: Story) -> None:
    author, other = await story.person(), await story.person()
    idea = await story.idea(author)
    comment = await story.comment(idea, author)
    await story.comment(idea, other, reply_to=comment, mentions=[author])
    await story.fan_out()
    assert await story.told() == [(author.id, "mention")]


async def test_a_reply_to_the_author_is_a_reply(story: Story) -> None:
    author, other = await story.person(), await story.person()
    idea = await story.idea(author)
    comment = await story.comment(idea, author)
    await story.comment(idea, other, reply_to=comment)
    await story.fan_out()
    assert await story.told() == [(author.id, "reply")]


async def test_an_edit_tells_only_those_newly_named(story: Story) -> None:
    author, other, third, fourth = [await story.person() for _ in range(4)]
    idea = await story.idea(author)
    comment = await story.comment(idea, other, mentions=[third])
    await story.fan_out()
    assert sorted(await story.told()) == sorted([(author.id, "comment"), (third.id, "mention")])
    await story.mention_by_edit(comment, fourth)
    await story.fan_out()
    assert (await story.told())[2:] == [(fourth.id, "mention")]


async def test_an_edit_seen_before_the_comment_names_nobody_twice(story: Story) -> None:
    """No order is guaranteed: the comment may be handled when it already names those whom an edit named."""
    author, other, third = [await story.person() for _ in range(3)]
    idea = await story.idea(author)
    comment = await story.comment(idea, other)
    async with story.database.write() as session:
        await session.execute(delete(OutboxEvent))
    await story.mention_by_edit(comment, third)
    await story.fan_out()
    async with story.database.write() as session:
        await FanOut().comment(
            session, occurrence(CommentAdded(idea_id=idea.id, comment_id=comment.id, author_id=other.id), 999)
        )
    assert await story.told() == [(third.id, "mention"), (author.id, "comment")]


async def test_somebody_no_longer_named_is_not_told(story: Story) -> None:
    author, other, third = [await story.person() for _ in range(3)]
    idea = await story.idea(author)
    comment = await story.comment(idea, other)
    await story.fan_out()
    await story.mention_by_edit(comment, third)
    async with story.database.write() as session:
        await session.execute(delete(CommentMention))
    await story.fan_out()
    assert await story.told() == [(author.id, "comment")]


async def test_the_author_hears_of_a_recommendation_once_for_each_member(story: Story) -> None:
    author, first, second = [await story.person() for _ in range(3)]
    idea = await story.idea(author)
    await story.vote(idea, first)
    await story.vote(idea, second)
    await story.fan_out()
    async with story.database.write() as session:
        await session.execute(delete(Vote).where(Vote.account_id == first.id))
    await story.vote(idea, first)
    await story.fan_out()
    assert await story.told() == [(author.id, "vote")] * 2


async def test_a_vote_taken_back_tells_nothing(story: Story) -> None:
    author, voter = await story.person(), await story.person()
    idea = await story.idea(author)
    await story.vote(idea, voter)
    async with story.database.write() as session:
        await session.execute(delete(Vote))
    assert await story.fan_out() == 1
    assert await story.told() == []


@pytest.mark.parametrize("fate", ["deleted_at", "hidden_at"])
async def test_a_comment_that_is_gone_tells_nothing(story: Story, fate: str) -> None:
    author, other = await story.person(), await story.person()
    idea = await story.idea(author)
    comment = await story.comment(idea, other)
    await story.change(Comment, comment.id, **{fate: now()})
    assert await story.fan_out() == 1
    assert await story.told() == []


@pytest.mark.parametrize("status", [IdeaStatus.HIDDEN, IdeaStatus.WITHDRAWN])
async def test_an_idea_that_is_gone_tells_nothing(story: Story, status: IdeaStatus) -> None:
    author, other, voter = [await story.person() for _ in range(3)]
    idea = await story.idea(author)
    await story.comment(idea, other)
    await story.vote(idea, voter)
    withdrawn_at = now() if status is IdeaStatus.WITHDRAWN else None
    await story.change(Idea, idea.id, status=status, withdrawn_at=withdrawn_at)
    assert await story.fan_out() == 2
    assert await story.told() == []


class TestWhoIsNotTold:
    """A reason alone is not enough."""

    async def test_somebody_without_the_idea(self, story: Story) -> None:
        author, other, stranger = await story.person(), await story.person(), await story.factory.person()
        idea = await story.idea(author)
        await story.comment(idea, other, mentions=[stranger])
        await story.fan_out()
        assert await story.told() == [(author.id, "comment")]

    async def test_a_former_member(self, story: Story) -> None:
        author, former, other = [await story.person() for _ in range(3)]
        idea = await story.idea(author)
        comment = await story.comment(idea, former)
        await story.fan_out()
        async with story.database.write() as session:
            await session.execute(delete(Membership).where(Membership.account_id == former.id))
        await story.comment(idea, other, reply_to=comment)
        await story.fan_out()
        assert await story.told() == [(author.id, "comment")] * 2

    async def test_one_not_named_among_the_readers(self, story: Story) -> None:
        author, reader, outsider = [await story.person() for _ in range(3)]
        idea = await story.idea(author, visibility=Visibility.NAMED, readers=[reader])
        await story.comment(idea, author, mentions=[reader, outsider])
        await story.fan_out()
        assert await story.told() == [(reader.id, "mention")]

    @pytest.mark.parametrize("blocks_the_actor", [True, False])
    async def test_either_side_of_a_block(self, story: Story, blocks_the_actor: bool) -> None:
        author, other, voter = [await story.person() for _ in range(3)]
        idea = await story.idea(author)
        for actor in (other, voter):
            pair = (author, actor) if blocks_the_actor else (actor, author)
            await story.factory.block(*pair)
        await story.comment(idea, other, mentions=[author])
        await story.vote(idea, voter)
        await story.fan_out()
        assert await story.told() == []

    async def test_a_suspended_person(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        await story.change(Account, author.id, status=AccountStatus.SUSPENDED)
        await story.comment(idea, other)
        await story.fan_out()
        assert await story.told() == []

    async def test_one_who_muted_the_idea_unless_named(self, story: Story) -> None:
        author, top, other, voter = [await story.person() for _ in range(4)]
        idea = await story.idea(author)
        for person in (author, top):
            await story.mute(person, idea)
        comment = await story.comment(idea, top)
        await story.comment(idea, other, reply_to=comment)
        await story.vote(idea, voter)
        await story.fan_out()
        assert await story.told() == []
        await story.comment(idea, other, reply_to=comment, mentions=[top])
        await story.fan_out()
        assert await story.told() == [(top.id, "mention")]


async def test_handling_an_event_again_changes_nothing(story: Story) -> None:
    author, other = await story.person(), await story.person()
    idea = await story.idea(author)
    await story.comment(idea, other)
    await story.fan_out()
    (event,) = await story.rows(OutboxEvent)
    for _ in range(2):
        async with story.database.write() as session:
            await FanOut().comment(session, occurrence(CommentAdded.model_validate(event.payload), event.id))
    assert await story.told() == [(author.id, "comment")]
    assert (await story.job(author)).revision == 1


async def test_a_reason_can_be_added_by_registration(story: Story) -> None:
    author, other, follower = [await story.person() for _ in range(3)]
    idea = await story.idea(author)
    await story.comment(idea, other)

    async def followers(_session: AsyncSession, news: News) -> list[tuple[int, Reason]]:
        return [(follower.id, Reason.COMMENT), (author.id, Reason.VOTE), (news.actor_id, Reason.MENTION)]

    recipients = default_recipients()
    recipients.register(CommentAdded, followers)
    (event,) = await story.rows(OutboxEvent)
    async with story.database.write() as session:
        await FanOut(recipients).comment(session, occurrence(CommentAdded.model_validate(event.payload), event.id))
    assert await story.told() == [(author.id, "comment"), (follower.id, "comment")]


async def test_without_sources_nobody_is_told(story: Story) -> None:
    author, other = await story.person(), await story.person()
    await story.comment(await story.idea(author), other)
    (event,) = await story.rows(OutboxEvent)
    async with story.database.write() as session:
        await FanOut(Recipients()).comment(session, occurrence(CommentAdded.model_validate(event.payload), event.id))
    assert await story.rows(PushJob) == []


class TestWhenAPushIsDue:
    """The windows of coalescing, seen at the push jobs."""

    async def test_the_first_comment_at_once_the_next_together(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        await story.comment(idea, other)
        await story.fan_out()
        first_at = story.clock()
        assert (await story.job(author)).due_at == first_at
        assert await story.dispatch() == 1
        for _ in range(3):
            story.clock.forward(seconds=10)
            await story.comment(idea, other)
            await story.fan_out()
        job = await story.job(author)
        assert (job.due_at, job.revision) == (first_at + timedelta(seconds=60), 4)
        story.clock.forward(seconds=29.9)
        assert await story.dispatch() == 0
        story.clock.forward(seconds=0.1)
        assert await story.dispatch() == 1

    async def test_a_comment_after_a_quiet_minute_at_once(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        story.clock.forward(seconds=61)
        await story.comment(idea, other)
        await story.fan_out()
        assert (await story.job(author)).due_at == story.clock()

    async def test_a_reply_and_a_mention_break_the_window_once_each(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        own = await story.comment(idea, author)
        await story.comment(idea, other)
        await story.fan_out()
        await story.dispatch()
        dispatched_at = story.clock()
        for what, breaks in [
            ("reply", True),
            ("reply", False),
            ("mention", True),
            ("mention", False),
            ("reply", False),
        ]:
            story.clock.forward(seconds=1)
            mentions = [author] if what == "mention" else []
            await story.comment(idea, other, reply_to=own, mentions=mentions)
            await story.fan_out()
            wanted = story.clock() if breaks else dispatched_at + timedelta(seconds=60)
            assert (await story.job(author)).due_at == wanted, what
            if breaks:
                assert await story.dispatch() == 1
                dispatched_at = story.clock()

    async def test_votes_at_most_once_an_hour(self, story: Story) -> None:
        author = await story.person()
        voters = [await story.person(device=False) for _ in range(10)]
        idea = await story.idea(author)
        await story.vote(idea, voters[0])
        await story.fan_out()
        first_at = story.clock()
        assert await story.dispatch() == 1
        story.clock.forward(minutes=59)
        for voter in voters[1:5]:
            await story.vote(idea, voter)
        await story.fan_out()
        (job,) = await story.rows(PushJob)
        assert job.due_at == first_at + timedelta(hours=1)
        story.clock.forward(minutes=2)
        assert await story.dispatch() == 1
        story.clock.forward(minutes=61)
        for voter in voters[5:]:
            await story.vote(idea, voter)
        await story.fan_out()
        (job,) = await story.rows(PushJob)
        assert job.due_at == story.clock()

    async def test_votes_and_comments_wait_apart(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        await story.vote(idea, other)
        await story.comment(idea, other)
        await story.fan_out()
        assert {(row.topic.value, row.due_at) for row in await story.rows(PushJob)} == {
            ("responses", story.clock()),
            ("votes", story.clock()),
        }

    async def test_what_is_due_is_never_put_off(self, story: Story) -> None:
        author, other = await story.person(), await story.person()
        idea = await story.idea(author)
        await story.comment(idea, other)
        await story.fan_out()
        due_at = story.clock()
        story.clock.forward(seconds=5)
        await story.comment(idea, other)
        await story.fan_out()
        assert (await story.job(author)).due_at == due_at
