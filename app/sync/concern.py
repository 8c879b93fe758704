"""Whom a stretch of the log concerns, roughly: rather one too many than one too few."""

from typing import NamedTuple

from sqlalchemy import literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import Change, Comment, FeedEntry, Idea
from app.models.changes import SHARED
from app.sync.log import Place
from app.sync.watches import AUDIENCE, COMMENT, COUNTERS, IDEA

MOST = 500
"""Where more has changed at once, all are told."""
_OF_IDEAS = {AUDIENCE, IDEA, COUNTERS}


class Concern(NamedTuple):
    """Whom something concerns."""

    account_ids: frozenset[int] = frozenset()
    streams: frozenset[int] = frozenset()
    """Those who read one of these."""
    is_for_all: bool = False


async def concern_of(connection: AsyncConnection, after: Place, until: Place) -> Concern:
    """Whom the changes between two places concern."""
    position = tuple_(Change.xid, Change.id)
    statement = (
        select(Change.account_id, Change.entity, Change.object_id, Change.stream_id)
        .where(position > tuple_(after.xid, after.id), position <= tuple_(until.xid, until.id))
        .limit(literal_column(str(MOST)))
    )
    rows = (await connection.execute(statement)).all()
    shared = [row for row in rows if row.account_id == SHARED]
    others = [row for row in shared if row.entity not in {*_OF_IDEAS, COMMENT}]
    if others or len(rows) == MOST:
        return Concern(is_for_all=True)
    accounts = frozenset(row.account_id for row in rows) - {SHARED}
    ideas = {row.object_id for row in shared if row.entity in _OF_IDEAS and row.stream_id is None}
    comments = {row.object_id for row in shared if row.entity == COMMENT}
    streams, authors = await _of_ideas(connection, ideas, comments)
    return Concern(accounts | authors, streams | {row.stream_id for row in shared if row.stream_id is not None})


async def _of_ideas(
    connection: AsyncConnection, ideas: set[int], comments: set[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """The streams in which ideas, and those of comments, stand; and their authors."""
    if not (ideas or comments):
        return frozenset(), frozenset()
    below = select(Comment.idea_id).where(Comment.id.in_(sorted(comments)))
    statement = (
        select(Idea.author_id, FeedEntry.stream_id)
        .outerjoin(FeedEntry, FeedEntry.idea_id == Idea.id)
        .where(Idea.id.in_(sorted(ideas)) | Idea.id.in_(below))
    )
    rows = (await connection.execute(statement)).all()
    streams = frozenset(row.stream_id for row in rows if row.stream_id is not None)
    return streams, frozenset(row.author_id for row in rows)
