"""Writing the rows by which an idea stands in feeds: with its publishing, its hiding, its first and last comment."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import to_micros
from app.ideas.ranking import calendar_keys, hot_key
from app.ideas.streams import StreamKind, stream_id, streams_of_idea
from app.models import FeedEntry, Idea, IdeaExpert, IdeaReader


def move_idea(idea: Idea, mini_cluster_id: int, consortium_id: int) -> None:
    """Let an idea belong to a mini-cluster; on top of another one than before it is not, until it is pinned there."""
    if mini_cluster_id != idea.mini_cluster_id:
        idea.pinned_at = None
    idea.mini_cluster_id, idea.consortium_id = mini_cluster_id, consortium_id


async def put_into_feeds(session: AsyncSession, idea: Idea) -> None:
    """Write the entries of a published idea anew, after its publishing or a change of its audience.

    :raises ValueError: the idea was never published.
    """
    if idea.published_at is None:
        raise ValueError("a draft stands in no feed")
    # Before any entry is touched: who takes an expert away locks these rows first, too.
    experts = await _expert_ids(session, idea.id)
    await take_out_of_feeds(session, idea.id)
    day, week, month = calendar_keys(idea.published_at)
    keys = {
        "idea_id": idea.id,
        "author_id": idea.author_id,
        "has_exclusions": int(idea.has_exclusions),
        "answered": int(idea.comment_count > 0),
        "published_at": to_micros(idea.published_at),
        "hot": hot_key(idea.published_at, idea.vote_count, idea.comment_count),
        "day": day,
        "week": week,
        "month": month,
        "vote_count": idea.vote_count,
    }
    readers = await _reader_ids(session, idea.id)
    streams = streams_of_idea(
        idea.visibility, idea.mini_cluster_id, idea.consortium_id, idea.author_id, readers, experts
    )
    await session.execute(insert(FeedEntry), [keys | {"stream_id": stream} for stream in streams])


async def take_out_of_feeds(session: AsyncSession, idea_id: int) -> None:
    """Delete the entries of an idea: from now on nobody but its author sees it."""
    await session.execute(delete(FeedEntry).where(FeedEntry.idea_id == idea_id))


async def set_answered(session: AsyncSession, idea_id: int, *, answered: bool) -> None:
    """Move an idea out of, or back into, the unanswered ones. Call it only when that changed."""
    await session.execute(update(FeedEntry).where(FeedEntry.idea_id == idea_id).values(answered=int(answered)))


async def take_from_expert(session: AsyncSession, account_id: int, *idea_ids: int) -> None:
    """Delete the entries by which an expert sees ideas: these, or all he was invited into where none are named."""
    stream = stream_id(StreamKind.INVITED, account_id)
    statement = delete(FeedEntry).where(FeedEntry.stream_id == stream)
    await session.execute(statement.where(FeedEntry.idea_id.in_(idea_ids)) if idea_ids else statement)


async def _expert_ids(session: AsyncSession, idea_id: int) -> Iterable[int]:
    """The invited experts, locked: until the end of the transaction none of them is taken away."""
    statement = select(IdeaExpert.account_id).where(IdeaExpert.idea_id == idea_id).order_by(IdeaExpert.account_id)
    return (await session.scalars(statement.with_for_update(read=True, key_share=True))).all()


async def _reader_ids(session: AsyncSession, idea_id: int) -> Iterable[int]:
    return (await session.scalars(select(IdeaReader.account_id).where(IdeaReader.idea_id == idea_id))).all()
