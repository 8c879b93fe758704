"""Bringing the ranked keys of feeds up to date with the counters of ideas, in the worker, many ideas at once.

A vote changes only its idea: four indexes of each of the idea's few entries would cost more than the vote itself.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.ranking import hot_key
from app.models import FeedEntry, Idea
from app.models.ideas import IdeaStatus

_UPDATE = (
    update(FeedEntry.__table__)  # type: ignore[arg-type]
    .where(FeedEntry.__table__.c.idea_id == bindparam("entry_idea_id", type_=BigInteger))
    .values(hot=bindparam("new_hot", type_=BigInteger), vote_count=bindparam("new_votes", type_=Integer))
)


async def refresh_ranks(session: AsyncSession, idea_ids: Sequence[int]) -> None:
    """Write the present ``hot`` and ``vote_count`` of published ideas into their feed entries. Repeatable."""
    statement = select(Idea.id, Idea.published_at, Idea.vote_count, Idea.comment_count).where(
        Idea.id.in_(sorted(set(idea_ids))), Idea.status == IdeaStatus.PUBLISHED
    )
    changed = [
        {
            "entry_idea_id": row.id,
            "new_hot": hot_key(row.published_at, row.vote_count, row.comment_count),
            "new_votes": row.vote_count,
        }
        for row in await session.execute(statement)
    ]
    if changed:
        connection = await session.connection()
        await connection.execute(_UPDATE, changed)
