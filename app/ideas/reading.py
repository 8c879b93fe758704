"""How far a person has read: the mark on an idea's thread, and who else wants to hear of it."""

from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import Comment, IdeaReadMark, NamedIdeaRead
from app.models.upsert import insert_for


class IdeaReadListener(Protocol):
    """Told in the same transaction that a person read an idea up to now. Higher features register theirs."""

    async def __call__(self, session: AsyncSession, account_id: int, idea_id: int) -> object:
        """React to the reading."""
        ...


async def mark_read(session: AsyncSession, account_id: int, idea_id: int) -> None:
    """Everything in the thread of an idea is read now. A mark never moves back."""
    newest = await session.scalar(select(func.max(Comment.id)).where(Comment.idea_id == idea_id)) or 0
    statement = insert_for(session, IdeaReadMark).values(
        account_id=account_id, idea_id=idea_id, last_comment_id=newest, read_at=now()
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "idea_id"],
            set_={"last_comment_id": statement.excluded.last_comment_id, "read_at": statement.excluded.read_at},
            where=IdeaReadMark.last_comment_id <= statement.excluded.last_comment_id,
        )
    )


async def log_named_read(session: AsyncSession, account_id: int, idea_id: int, *, by_staff: bool = False) -> None:
    """Record that a person opens the body of an idea for named people: committed before the body is given out."""
    session.add(NamedIdeaRead(idea_id=idea_id, account_id=account_id, by_staff=by_staff))
    await session.flush()
