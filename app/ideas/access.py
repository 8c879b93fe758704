"""Loading one idea for an act on it: through visibility, and nothing else."""

import uuid

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.models import Idea


async def visible_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Idea:
    """A published idea the actor may see.

    :raises NotFound: it does not exist, or not for this actor.
    """
    idea = await session.scalar(select(Idea).where(Idea.public_id == public_id, visible_to(actor)))
    if idea is None:
        raise NotFound
    return idea


async def own_or_visible_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Idea:
    """An idea the actor may see, or one of his own, whatever its status.

    :raises NotFound: it does not exist, or not for this actor.
    """
    mine_or_visible = or_(Idea.author_id == actor.account_id, visible_to(actor))
    idea = await session.scalar(select(Idea).where(Idea.public_id == public_id, mine_or_visible))
    if idea is None:
        raise NotFound
    return idea
