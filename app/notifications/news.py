"""What an event tells, as of its handling: a comment that is gone, or a vote taken back, tells nothing any more."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.ideas.events import AudienceProposed, CommentAdded, CommentEdited, IdeaStateChanged, VoteCast
from app.models import AudienceProposal, Comment, Idea, IdeaStateChange, Vote
from app.models.ideas import IdeaStatus, ProposalState
from app.models.notifications import PushTopic, Reason
from app.outbox.events import Event

TOPIC_OF = {
    Reason.MENTION: PushTopic.RESPONSES,
    Reason.REPLY: PushTopic.RESPONSES,
    Reason.COMMENT: PushTopic.RESPONSES,
    Reason.FOLLOWED: PushTopic.RESPONSES,
    Reason.CONSENT_ASKED: PushTopic.PROGRESS,
    Reason.STATE_CHANGED: PushTopic.PROGRESS,
    Reason.APPLICATION_DECIDED: PushTopic.APPLICATIONS,
    Reason.WAITING: PushTopic.QUEUE,
    Reason.ANNOUNCEMENT: PushTopic.ANNOUNCEMENTS,
    Reason.VOTE: PushTopic.VOTES,
    Reason.NEW_IDEA: PushTopic.NEW_IDEAS,
}
"""Which push a reason belongs to; one without is told in the inbox only."""

OF_PERSON = frozenset({PushTopic.APPLICATIONS, PushTopic.QUEUE, PushTopic.NEW_IDEAS})
"""Topics of which all that is new goes into one push, whatever it is about."""


def reasons_of(topic: PushTopic) -> list[Reason]:
    """The reasons told of by pushes of a topic, the strongest first."""
    return [reason for reason in Reason if TOPIC_OF.get(reason) is topic]


@dataclass(frozen=True, slots=True)
class News:
    """Something people are to be told of."""

    event_id: int
    event: Event
    actor_id: int
    """Whose act it is: he is never told of it."""
    idea_id: int
    idea_author_id: int
    mini_cluster_id: int
    """The one of the idea."""
    comment_id: int | None = None
    answered_ids: tuple[int, ...] = ()
    """The comments this one answers: the one it names, and the top comment of its thread."""


async def news_of_comment(session: AsyncSession, event_id: int, event: CommentAdded | CommentEdited) -> News | None:
    """The news of a comment; None once it, or its idea, can no longer be read."""
    statement = (
        select(Idea.id, Idea.author_id, Idea.mini_cluster_id, Comment.parent_id, Comment.reply_to_id)
        .join(Comment, Comment.idea_id == Idea.id)
        .where(
            Comment.id == event.comment_id,
            Comment.deleted_at.is_(None),
            Comment.hidden_at.is_(None),
            Idea.status == IdeaStatus.PUBLISHED,
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    answered = tuple(sorted({comment for comment in (row.parent_id, row.reply_to_id) if comment is not None}))
    return News(
        event_id, event, event.author_id, row.id, row.author_id, row.mini_cluster_id, event.comment_id, answered
    )


async def news_of_vote(session: AsyncSession, event_id: int, event: VoteCast) -> News | None:
    """The news of a vote; None once it was taken back, or the idea can no longer be read."""
    statement = (
        select(Idea.id, Idea.author_id, Idea.mini_cluster_id)
        .join(Vote, Vote.idea_id == Idea.id)
        .where(Idea.id == event.idea_id, Vote.account_id == event.voter_id, Idea.status == IdeaStatus.PUBLISHED)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _news(event_id, event, event.voter_id, row)


async def news_of_state(session: AsyncSession, event_id: int, event: IdeaStateChanged) -> News | None:
    """The news of a state; None once another one has followed, or the idea can no longer be read."""
    later = aliased(IdeaStateChange)
    overtaken = select(later.id).where(later.idea_id == event.idea_id, later.id > event.change_id)
    statement = select(Idea.id, Idea.author_id, Idea.mini_cluster_id).where(
        Idea.id == event.idea_id, Idea.status == IdeaStatus.PUBLISHED, ~overtaken.exists()
    )
    row = (await session.execute(statement)).one_or_none()
    return (
        None if row is None else News(event_id, event, event.changed_by_id, row.id, row.author_id, row.mini_cluster_id)
    )


async def news_of_proposal(session: AsyncSession, event_id: int, event: AudienceProposed) -> News | None:
    """The news of a proposal; None once it is decided or overtaken."""
    statement = (
        select(Idea.id, Idea.author_id, Idea.mini_cluster_id)
        .join(AudienceProposal, AudienceProposal.idea_id == Idea.id)
        .where(
            AudienceProposal.id == event.proposal_id,
            AudienceProposal.state == ProposalState.WAITING,
            Idea.status == IdeaStatus.PUBLISHED,
        )
    )
    row = (await session.execute(statement)).one_or_none()
    return (
        None if row is None else News(event_id, event, event.proposed_by_id, row.id, row.author_id, row.mini_cluster_id)
    )


def _news(event_id: int, event: Event, actor_id: int, idea: Any, **more: Any) -> News:
    return News(event_id, event, actor_id, idea.id, idea.author_id, idea.mini_cluster_id, **more)
