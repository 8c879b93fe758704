"""Whether a person may be told of some news now."""

from typing import Any

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.queries import VIEWER, VISIBLE, viewer_binds
from app.identity.blocks import not_blocked
from app.identity.queries import load_actor
from app.models import Idea, IdeaFollow
from app.models.notifications import Reason
from app.notifications.news import News

_NEWS: tuple[Any, Any] = bindparam("idea_id", type_=BigInteger), bindparam("actor_id", type_=BigInteger)
_MUTED = select(IdeaFollow.muted).where(IdeaFollow.account_id == VIEWER, IdeaFollow.idea_id == Idea.id)
_SEES = select(_MUTED.scalar_subquery().label("muted")).where(
    Idea.id == _NEWS[0], VISIBLE, not_blocked(_NEWS[1], VIEWER)
)


async def may_be_told(session: AsyncSession, news: News, account_id: int, reason: Reason) -> bool:
    """Whether the account is in use, sees the idea, has nothing to do with a block, and has not muted the idea.

    Being mentioned by name comes through although it is muted.
    """
    actor = await load_actor(session, account_id)
    if actor is None:
        return False
    binds = viewer_binds(actor) | {"idea_id": news.idea_id, "actor_id": news.actor_id}
    row = (await session.execute(_SEES, binds)).one_or_none()
    return row is not None and (reason is Reason.MENTION or not row.muted)
