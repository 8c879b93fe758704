"""Feeds in which most of what lies on the way is not for this viewer."""

import uuid

import pytest
from sqlalchemy import select

from app.core.clock import now, to_micros
from app.core.cursor import CursorCodec
from app.core.database import Database
from app.feeds.floors import FeedFloors
from app.feeds.service import read_feed
from app.feeds.sorts import NEW
from app.ideas.streams import StreamKind, home_streams, stream_id
from app.identity.queries import load_actor
from app.models import FeedEntry, Idea
from app.models.bulk import bulk_insert
from app.models.ideas import IdeaState, IdeaStatus, Visibility
from tests.factories import Factory

_IDEA_COLUMNS = [
    "id", "public_id", "creation_digest", "mini_cluster_id", "consortium_id", "author_id", "title", "body", "excerpt",
    "tags", "visibility", "has_exclusions", "status", "state", "version", "vote_count", "comment_count", "created_at",
    "published_at",
]  # fmt: skip


async def test_a_very_active_blocked_author_does_not_end_the_feed(database: Database, factory: Factory) -> None:
    """3,000 ideas by somebody the viewer blocked lie before the two he may see: pages run short, but lead there."""
    mini_cluster = await factory.mini_cluster()
    viewer, loud, quiet = [await factory.person(mini_cluster) for _ in range(3)]
    await factory.block(viewer, loud)
    moment = now()
    authors = {number: quiet.id if number in (1, 2) else loud.id for number in range(1, 3003)}
    async with database.write() as session:
        connection = await session.connection()
        await bulk_insert(
            connection,
            Idea,
            _IDEA_COLUMNS,
            (
                (n, uuid.UUID(int=n), bytes(32), mini_cluster.id, mini_cluster.consortium_id, author, f"{n}", "b", "b",
                 [], Visibility.MINI_CLUSTER, False, IdeaStatus.PUBLISHED, IdeaState.OPEN, 1, 0, 0, moment, moment)
                for n, author in authors.items()
            ),
        )  # fmt: skip
        inner = stream_id(StreamKind.INNER, mini_cluster.id)
        entries = ((n, inner, author, 0, 0, to_micros(moment), 0, 0, 0, 0, 0) for n, author in authors.items())
        await bulk_insert(connection, FeedEntry, [*FeedEntry.__table__.c.keys()], entries)
    async with database.read() as connection:
        actor = await load_actor(connection, viewer.id)
        assert actor is not None
        found, pages, cursor = [], 0, None
        while pages == 0 or cursor:
            page = await read_feed(
                connection,
                actor,
                CursorCodec(b"k"),
                FeedFloors(),
                feed="home",
                streams=home_streams(actor),
                order=NEW,
                cursor=cursor,
                limit=20,
            )
            found += [item.title for item in page.items]
            cursor = page.next_cursor
            pages += 1
            assert pages < 10
    assert found == ["2", "1"]
    assert pages == 2, "the first page looks at 64 + 2 x 1,024 entries and is empty, the second finds both"


async def test_streams_are_numbers_the_column_can_hold(database: Database) -> None:
    """The id of a stream fits the INTEGER column for every owner in range, and is refused beyond."""
    async with database.read() as connection:
        largest = stream_id(StreamKind.PERSON, 134_217_727)
        assert largest <= 2**31 - 1
        assert await connection.scalar(select(FeedEntry.idea_id).where(FeedEntry.stream_id == largest)) is None
    with pytest.raises(ValueError, match="out of range"):
        stream_id(StreamKind.PERSON, 134_217_728)
