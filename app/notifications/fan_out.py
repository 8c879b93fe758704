"""From an event to inbox items and push jobs, in the transaction that completes the event. Repeatable."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.events import AnnouncementMade
from app.consortia.applications.events import ApplicationDecided, ApplicationWaiting
from app.core.clock import now
from app.ideas.events import (
    AudienceProposed,
    CaseOpened,
    CommentAdded,
    CommentEdited,
    IdeaPublished,
    IdeaStateChanged,
    ReasonsStated,
    VoteCast,
)
from app.identity.queries import load_actor
from app.models import InboxItem, PushJob
from app.models.notifications import PushTopic, Reason
from app.models.upsert import insert_for
from app.notifications.announcing import tell_next
from app.notifications.channels import NO_CHOICE, Choices, choices_of
from app.notifications.coalescing import WINDOW, direct_reasons, due_at, is_milestone
from app.notifications.dismissing import dismiss_what_was_read
from app.notifications.eligibility import may_be_told
from app.notifications.events import FollowersToTell, ItemsRead
from app.notifications.matters import tell_applicant, tell_of_application, tell_of_case
from app.notifications.new_ideas import tell_followers
from app.notifications.news import TOPIC_OF, News, news_of_comment, news_of_proposal, news_of_state, news_of_vote
from app.notifications.recipients import Recipients, default_recipients
from app.notifications.telling import put_into_inboxes
from app.outbox.subscriptions import Occurrence, Subscriptions


class FanOut:
    """Tells everyone concerned of events."""

    def __init__(self, recipients: Recipients | None = None, clock: Callable[[], datetime] = now) -> None:
        self._recipients = recipients or default_recipients()
        self._clock = clock

    async def comment(
        self, session: AsyncSession, occurrence: Occurrence[CommentAdded] | Occurrence[CommentEdited]
    ) -> None:
        """Tell of a comment, or of those newly named in it."""
        await self._tell(session, await news_of_comment(session, occurrence.id, occurrence.event))

    async def vote(self, session: AsyncSession, occurrence: Occurrence[VoteCast]) -> None:
        """Tell of a recommendation."""
        await self._tell(session, await news_of_vote(session, occurrence.id, occurrence.event))

    async def state(self, session: AsyncSession, occurrence: Occurrence[IdeaStateChanged]) -> None:
        """Tell of a new state of an idea."""
        await self._tell(session, await news_of_state(session, occurrence.id, occurrence.event))

    async def proposal(self, session: AsyncSession, occurrence: Occurrence[AudienceProposed]) -> None:
        """Ask an author for consent."""
        await self._tell(session, await news_of_proposal(session, occurrence.id, occurrence.event))

    async def reasons(self, session: AsyncSession, occurrence: Occurrence[ReasonsStated]) -> None:
        """Tell a member of what was done to what he wrote, whoever did it and whether he still sees it."""
        event = occurrence.event
        # Who moderates is not named: to the member it is an entry of his own.
        subject = {"idea_id": event.idea_id, "comment_id": event.comment_id}
        if await load_actor(session, event.account_id) is not None:
            told = {event.account_id: NO_CHOICE}
            await put_into_inboxes(session, told, occurrence.id, Reason.MODERATED, self._clock(), **subject)

    async def announcement(self, session: AsyncSession, occurrence: Occurrence[AnnouncementMade]) -> None:
        """Tell the next people of an announcement."""
        await tell_next(session, occurrence, self._clock())

    async def new_idea(self, session: AsyncSession, occurrence: Occurrence[IdeaPublished]) -> None:
        """Tell those who follow the mini-cluster of an idea."""
        await tell_followers(session, occurrence.event.idea_id, occurrence.id, 0, self._clock())

    async def more_followers(self, session: AsyncSession, occurrence: Occurrence[FollowersToTell]) -> None:
        """Go on with it."""
        event = occurrence.event
        await tell_followers(session, event.idea_id, event.first_event_id, event.after_account_id, self._clock())

    async def applicant(self, session: AsyncSession, occurrence: Occurrence[ApplicationDecided]) -> None:
        """Tell of a decision."""
        await tell_applicant(session, occurrence, self._clock())

    async def application(self, session: AsyncSession, occurrence: Occurrence[ApplicationWaiting]) -> None:
        """Tell of an application."""
        await tell_of_application(session, occurrence, self._clock())

    async def case(self, session: AsyncSession, occurrence: Occurrence[CaseOpened]) -> None:
        """Tell of a case."""
        await tell_of_case(session, occurrence, self._clock())

    async def reading(self, session: AsyncSession, occurrence: Occurrence[ItemsRead]) -> None:
        """Take off the screens what was read."""
        await dismiss_what_was_read(session, occurrence, self._clock())

    async def _tell(self, session: AsyncSession, news: News | None) -> None:
        if news is None:
            return
        at = self._clock()
        named = await self._recipients.of(session, news)
        choices = await choices_of(session, [account_id for account_id, _ in named], news.mini_cluster_id)
        for account_id, reason in named:
            chosen = choices[account_id]
            if chosen.inbox(reason) and await may_be_told(session, news, account_id, reason):
                await tell(session, news, account_id, reason, chosen, at)


def subscribe(subscriptions: Subscriptions, fan_out: FanOut | None = None) -> None:
    """Let the relay tell people of what happens."""
    fan_out = fan_out or FanOut()
    subscriptions.in_transaction(CommentAdded, fan_out.comment)
    subscriptions.in_transaction(CommentEdited, fan_out.comment)
    subscriptions.in_transaction(VoteCast, fan_out.vote)
    subscriptions.in_transaction(IdeaStateChanged, fan_out.state)
    subscriptions.in_transaction(AudienceProposed, fan_out.proposal)
    subscriptions.in_transaction(ReasonsStated, fan_out.reasons)
    subscriptions.in_transaction(AnnouncementMade, fan_out.announcement)
    subscriptions.in_transaction(IdeaPublished, fan_out.new_idea)
    subscriptions.in_transaction(FollowersToTell, fan_out.more_followers)
    subscriptions.in_transaction(ApplicationDecided, fan_out.applicant)
    subscriptions.in_transaction(ApplicationWaiting, fan_out.application)
    subscriptions.in_transaction(CaseOpened, fan_out.case)
    subscriptions.in_transaction(ItemsRead, fan_out.reading)


async def tell(
    session: AsyncSession, news: News, account_id: int, reason: Reason, chosen: Choices, at: datetime
) -> bool:
    """Put the news into a person's inbox and have it pushed; False when he was told of this event before."""
    subject = {"actor_id": news.actor_id, "idea_id": news.idea_id, "comment_id": news.comment_id}
    told = await put_into_inboxes(session, {account_id: chosen}, news.event_id, reason, at, **subject)
    if told and chosen.push(reason):
        await _have_pushed(session, news, account_id, reason, at)
    return bool(told)


async def _have_pushed(session: AsyncSession, news: News, account_id: int, reason: Reason, at: datetime) -> None:
    """Add the news to the person's push job of this idea and topic, locking its row, and set when it is due."""
    topic = TOPIC_OF[reason]
    values = {"account_id": account_id, "idea_id": news.idea_id, "topic": topic}
    statement = (
        insert_for(session, PushJob)
        .values(**values, revision=1, dispatched_revision=0, due_at=at, last_item_id=0)
        .on_conflict_do_update(
            index_elements=["account_id", "idea_id", "topic"], set_={"revision": PushJob.revision + 1}
        )
        .returning(PushJob.id, PushJob.due_at, PushJob.dispatched_at, PushJob.revision)
    )
    job = (await session.execute(statement)).one()
    # The revision counts the votes told of, one worker after the other, for each locks the row.
    if topic is PushTopic.VOTES and not is_milestone(job.revision):
        return
    due = due_at(
        topic,
        at,
        dispatched_at=job.dispatched_at,
        waiting_until=job.due_at,
        at_once=await _comes_at_once(session, news, account_id, reason, at),
    )
    if due != job.due_at:
        await session.execute(
            update(PushJob).where(PushJob.id == job.id).values(due_at=due),
            execution_options={"synchronize_session": False},
        )


async def _comes_at_once(session: AsyncSession, news: News, account_id: int, reason: Reason, at: datetime) -> bool:
    """Whether this speaks to the person directly, and nothing as direct about this idea did so a moment ago."""
    direct = direct_reasons(reason)
    if not direct:
        return False
    recent = select(InboxItem.id).where(
        InboxItem.account_id == account_id,
        InboxItem.idea_id == news.idea_id,
        InboxItem.reason.in_(direct),
        InboxItem.created_at > at - WINDOW[TOPIC_OF[reason]],
        InboxItem.event_id != news.event_id,
    )
    return not await session.scalar(select(recent.exists()))
