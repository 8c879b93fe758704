"""Showing again what watching held, once somebody has looked and found no ground for it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.models import ModerationAct
from app.moderation.acts.service import undo


async def release_held(session: AsyncSession, actor: Actor, case_id: int, words: str) -> None:
    """Undo what was held for a case; what people did for it stands."""
    held = select(ModerationAct.id).where(
        ModerationAct.case_id == case_id, ModerationAct.actor_id.is_(None), ModerationAct.undone_at.is_(None)
    )
    for act_id in (await session.scalars(held)).all():
        await undo(session, actor, act_id, words)
