"""Hiding a comment and showing it again. Who may, and the record of it, is their callers' matter."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.ideas.entries import set_answered
from app.ideas.events import ResponseChanged
from app.models import Comment, Idea
from app.outbox import events as outbox


async def hide_comment(session: AsyncSession, comment_id: int) -> bool:
    """From now on a comment is shown without text and author; False when it was hidden or deleted."""
    statement = (
        update(Comment)
        .where(Comment.id == comment_id, Comment.hidden_at.is_(None), Comment.deleted_at.is_(None))
        .values(hidden_at=now())
        .returning(Comment.idea_id)
        .execution_options(synchronize_session=False)
    )
    idea_id = await session.scalar(statement)
    if idea_id is None:
        return False
    await _count(session, idea_id, -1)
    return True


async def unhide_comment(session: AsyncSession, comment_id: int) -> bool:
    """A comment is shown again; one that its author deleted meanwhile stays deleted."""
    statement = (
        update(Comment)
        .where(Comment.id == comment_id, Comment.hidden_at.is_not(None))
        .values(hidden_at=None)
        .returning(Comment.idea_id, Comment.deleted_at)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return False
    if row.deleted_at is None:
        await _count(session, row.idea_id, 1)
    return True


async def _count(session: AsyncSession, idea_id: int, difference: int) -> None:
    """Move the counter of the idea, whatever its status: it equals the readable comments also while nobody reads."""
    await outbox.append(session, ResponseChanged(idea_id=idea_id))
    await session.flush()
    statement = (
        update(Idea)
        .where(Idea.id == idea_id)
        .values(comment_count=Idea.comment_count + difference)
        .returning(Idea.comment_count)
        .execution_options(synchronize_session=False)
    )
    count = await session.scalar(statement)
    if count == max(difference, 0):  # the first comment came, or the last one went
        await set_answered(session, idea_id, answered=difference > 0)
