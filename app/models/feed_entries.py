"""The narrow table that every feed is read from (docs/decisions/0003-visibility-streams.md)."""

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, Model

_UNANSWERED = text("answered = 0")


class FeedEntry(Model):
    """One idea in one stream, with a copy of what feeds sort and filter by.

    There is no foreign key to ``ideas``: rows are written and deleted with the idea by ``app/ideas/entries.py``
    only, and a key would cost a look-up for each of the few rows of every idea. Flags are small integers, so that
    the condition of the partial index reads the same on both engines.
    """

    __tablename__ = "feed_entries"
    __table_args__ = (
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
        {"sqlite_with_rowid": False},
    )
    idea_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    stream_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Computed from its kind and owner, see ``app/ideas/streams.py``."""
    author_id: Mapped[int] = mapped_column(BigInteger)
    has_exclusions: Mapped[int] = mapped_column(SmallInteger)
    answered: Mapped[int] = mapped_column(SmallInteger)
    """1 while the idea has a comment that can be read."""
    published_at: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since 1970."""
    hot: Mapped[int] = mapped_column(BigInteger)
    """See ``app/ideas/ranking.py``; refreshed by the worker, as is ``vote_count``."""
    day: Mapped[int]
    """Number of the calendar day in Seoul on which it was published; likewise the week and the month."""
    week: Mapped[int]
    month: Mapped[int]
    vote_count: Mapped[int]
