"""Following an idea: by wish, or by taking part in it."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import IdeaFollow
from app.models.upsert import insert_for


async def follow(session: AsyncSession, account_id: int, idea_id: int) -> None:
    """Follow an idea by wish: also one that was muted before."""
    statement = insert_for(session, IdeaFollow).values(
        account_id=account_id, idea_id=idea_id, muted=False, created_at=now()
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "idea_id"], set_={"muted": False})
    )


async def follow_by_taking_part(session: AsyncSession, account_id: int, idea_id: int) -> None:
    """Follow an idea one wrote or commented on, unless it was muted before."""
    statement = insert_for(session, IdeaFollow).values(
        account_id=account_id, idea_id=idea_id, muted=False, created_at=now()
    )
    await session.execute(statement.on_conflict_do_nothing())


async def mute(session: AsyncSession, account_id: int, idea_id: int) -> None:
    """Hear nothing of an idea any more, even after commenting on it, but of being mentioned."""
    statement = insert_for(session, IdeaFollow).values(
        account_id=account_id, idea_id=idea_id, muted=True, created_at=now()
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "idea_id"], set_={"muted": True})
    )


async def unfollow(session: AsyncSession, account_id: int, idea_id: int) -> None:
    """Stop following; a later comment of one's own follows again."""
    await session.execute(delete(IdeaFollow).where(IdeaFollow.account_id == account_id, IdeaFollow.idea_id == idea_id))
