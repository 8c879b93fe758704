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


async def own_or_visible_idea(session: AsyncSession, actor: Actor, public_id: uuid.UUID, *, lock: bool = False) -> Idea:
    """An idea the actor may see, or one of his own, whatever its status.

    With ``lock`` the row is locked until the end of the transaction, so that of two changes made from one version the
    second finds the version of the first.

    :raises NotFound: it does not exist, or not for this actor.
    """
    mine_or_visible = or_(Idea.author_id == actor.account_id, visible_to(actor))
    statement = select(Idea).where(Idea.public_id == public_id, mine_or_visible)
    if lock:
        statement = statement.with_for_update(of=Idea, key_share=True)
    idea = await session.scalar(statement)
    if idea is None:
        raise NotFound
    return idea
