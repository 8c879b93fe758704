"""Erasing a person: he leaves all places, then every table is gone through by the plan. Doing so twice does no harm."""

from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Table, case, delete, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.ideas.entries import take_out_of_feeds
from app.ideas.events import IdeaWithdrawn, ResponseChanged
from app.identity import throttles
from app.identity.sessions.service import end_other_sessions
from app.models import (
    Account,
    Affiliation,
    Announcement,
    AnnouncementRead,
    AudienceProposal,
    Case,
    Comment,
    CoordinatorRole,
    Erasure,
    Idea,
    Membership,
    Vote,
)
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus, ProposalState, Visibility
from app.models.moderation import CaseState
from app.models.sessions import SessionEnd
from app.outbox import events as outbox
from app.privacy.erasure.plan import STEPS, Step
from app.privacy.erasure.subject import Subject

log = structlog.get_logger(__name__)

_QUIETLY = {"synchronize_session": False}


async def close_account(session: AsyncSession, account_id: int) -> None:
    """Let nobody act for the person any more. In a transaction of its own, before the one that removes his data."""
    await session.execute(update(Account).where(Account.id == account_id).values(status=AccountStatus.ERASED))
    await end_other_sessions(session, account_id, None, SessionEnd.REVOKED)


async def remove_person(session: AsyncSession, account_id: int, signing_key: bytes) -> None:
    """Remove all that names the person, or was kept for him alone; what others have answered stays, without his name.

    Requests under way that refer to the account are waited for.
    """
    columns = (Account.public_id, Account.email)
    locked = select(*columns).where(Account.id == account_id).with_for_update()
    public_id, email = (await session.execute(locked)).one()
    subject, moment = Subject(account_id, str(public_id), email), now()
    await _leave(session, account_id, moment)
    await _withdraw(session, subject, moment)
    await _lower_counters(session, account_id)
    await throttles.forget_person(session, signing_key, account_id, email)
    for step in STEPS:
        await _apply(session, step, subject)
    await _count_comments(session, subject)
    await _note(session, account_id, moment)


async def _leave(session: AsyncSession, account_id: int, moment: datetime) -> None:
    """End his memberships, offices and employment, and give cases he claimed back."""
    for model in (Membership, CoordinatorRole, Affiliation):
        # The clock of another process may have been ahead when the row began.
        ended_at = case((model.started_at > moment, model.started_at), else_=moment)
        ending = update(model).where(model.account_id == account_id, model.ended_at.is_(None)).values(ended_at=ended_at)
        await session.execute(ending, execution_options=_QUIETLY)
    claimed = update(Case).where(Case.claimed_by_id == account_id, Case.state == CaseState.OPEN)
    await session.execute(claimed.values(claimed_by_id=None, claimed_at=None), execution_options=_QUIETLY)


async def _withdraw(session: AsyncSession, subject: Subject, moment: datetime) -> None:
    """Withdraw what was for named people, and what a moderator hid; close what waits for his consent.

    His comments that nobody reads any more are deleted like any other: nothing shows them again.
    """
    going = (
        update(Idea)
        .where(
            Idea.author_id == subject.account_id,
            (Idea.status == IdeaStatus.HIDDEN)
            | ((Idea.status == IdeaStatus.PUBLISHED) & (Idea.visibility == Visibility.NAMED)),
        )
        .values(status=IdeaStatus.WITHDRAWN, withdrawn_at=moment, version=Idea.version + 1)
        .returning(Idea.id)
    )
    for idea_id in (await session.scalars(going, execution_options=_QUIETLY)).all():
        await take_out_of_feeds(session, idea_id)
        await outbox.append(session, IdeaWithdrawn(idea_id=idea_id))
    unread = update(Comment).where(subject.unread_comment, Comment.deleted_at.is_(None))
    await session.execute(unread.values(deleted_at=moment), execution_options=_QUIETLY)
    waiting = update(AudienceProposal).where(
        AudienceProposal.idea_id.in_(subject.ideas), AudienceProposal.state == ProposalState.WAITING
    )
    settled = waiting.values(state=ProposalState.SUPERSEDED, decided_at=moment)
    await session.execute(settled, execution_options=_QUIETLY)


async def _lower_counters(session: AsyncSession, account_id: int) -> None:
    """Counters equal their rows: they fall with the votes and readings that the plan deletes afterwards."""
    voted = select(Vote.idea_id).where(Vote.account_id == account_id)
    fewer = update(Idea).where(Idea.id.in_(voted)).values(vote_count=Idea.vote_count - 1).returning(Idea.id)
    for idea_id in (await session.scalars(fewer, execution_options=_QUIETLY)).all():
        await outbox.append(session, ResponseChanged(idea_id=idea_id))
    opened = select(AnnouncementRead.announcement_id).where(AnnouncementRead.account_id == account_id)
    fewer_readers = update(Announcement).where(Announcement.id.in_(opened))
    await session.execute(fewer_readers.values(reader_count=Announcement.reader_count - 1), execution_options=_QUIETLY)


async def _apply(session: AsyncSession, step: Step, subject: Subject) -> None:
    table, condition = table_of(step), step.where(subject)
    change = delete(table).where(condition) if step.put is None else update(table).where(condition).values(**step.put)
    await session.execute(change, execution_options=_QUIETLY)


def table_of(step: Step) -> Table:
    """The table of a step."""
    table = step.model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{step.model.__name__} is not mapped to a table")
    return table


async def _count_comments(session: AsyncSession, subject: Subject) -> None:
    """Under what is withdrawn his comments are gone: the counters there equal what is left."""
    await session.execute(
        update(Idea)
        .where(Idea.id.in_(subject.unread_ideas))
        .values(comment_count=_readable_comments())
        .execution_options(**_QUIETLY)
    )


def _readable_comments() -> ColumnElement[int]:
    return (
        select(func.count(literal_column("*")))
        .where(Comment.idea_id == Idea.id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
        .scalar_subquery()
    )


async def _note(session: AsyncSession, account_id: int, moment: datetime) -> None:
    """Say that it is done, the first time."""
    done = (
        update(Erasure)
        .where(Erasure.account_id == account_id, Erasure.erased_at.is_(None))
        .values(erased_at=case((Erasure.requested_at > moment, Erasure.requested_at), else_=moment))
        .returning(Erasure.account_id)
    )
    if await session.scalar(done, execution_options=_QUIETLY) is None:
        return
    await record(session, actor_id=None, action="account.erased", target_kind="account", target_id=account_id)
    log.info("account.erased", account_id=account_id)
