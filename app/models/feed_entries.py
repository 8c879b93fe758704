"""The narrow table that every feed is read from (docs/decisions/0003-visibility-streams.md)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, SmallInteger, Table, text

from app.models.declarative import BigKey, Model

_UNANSWERED = text("answered = 0")

feed_entries = Table(
    "feed_entries",
    Model.metadata,
    Column("idea_id", BigKey, primary_key=True, autoincrement=False),
    Column("stream_id", Integer, primary_key=True, autoincrement=False),
    Column("author_id", BigInteger, nullable=False),
    Column("has_exclusions", SmallInteger, nullable=False),
    Column("answered", SmallInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("hot", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("vote_count", Integer, nullable=False),
    CheckConstraint("answered IN (0, 1)", name="answered_flag"),
    CheckConstraint("has_exclusions IN (0, 1)", name="has_exclusions_flag"),
    Index("ix_feed_entries_new", "stream_id", "published_at", "idea_id"),
    Index("ix_feed_entries_hot", "stream_id", "hot", "idea_id"),
    Index("ix_feed_entries_top_day", "stream_id", "day", "vote_count", "idea_id"),
    Index("ix_feed_entries_top_week", "stream_id", "week", "vote_count", "idea_id"),
    Index("ix_feed_entries_top_month", "stream_id", "month", "vote_count", "idea_id"),
    Index(
        "ix_feed_entries_unanswered",
        "stream_id",
        "published_at",
        "idea_id",
        postgresql_where=_UNANSWERED,
        sqlite_where=_UNANSWERED,
    ),
    sqlite_with_rowid=False,
)


class FeedEntry(Model):
    """One idea in one stream, with a copy of what feeds sort and filter by.

    Keys: ``published_at`` in microseconds, ``hot`` see ``app/feeds/ranking.py``, ``day``, ``week``, ``month`` the
    number of the calendar period of publishing in Seoul. The copies of counters are refreshed by the worker.
    There is no foreign key to ``ideas``: rows are written and deleted with the idea by ``app/ideas/streams.py``
    only, and a key would cost a look-up for each of the few rows of every idea.
    """

    __table__ = feed_entries
