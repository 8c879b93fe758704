"""Whether a person may be told of some news now."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.queries import visible_to
from app.identity.blocks import not_blocked
from app.identity.queries import load_actor
from app.models import Idea, IdeaFollow
from app.models.notifications import Reason
from app.notifications.news import News


async def may_be_told(session: AsyncSession, news: News, account_id: int, reason: Reason) -> bool:
    """Whether the account is in use, sees the idea, has nothing to do with a block, and has not muted the idea.

    Being mentioned by name comes through although it is muted.
    """
    actor = await load_actor(session, account_id)
    if actor is None:
        return False
    muted = select(IdeaFollow.muted).where(IdeaFollow.account_id == account_id, IdeaFollow.idea_id == Idea.id)
    statement = select(muted.scalar_subquery().label("muted")).where(
        Idea.id == news.idea_id, visible_to(actor), not_blocked(news.actor_id, account_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return row is not None and (reason is Reason.MENTION or not row.muted)
