"""The narrow table that every feed is read from (docs/decisions/0003-visibility-streams.md)."""

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, Model

_UNANSWERED = text("answered = 0")


def _order(name: str, *columns: str, only_unanswered: bool = False) -> Index:
    """An index along which a feed is merged.

    On PostgreSQL it carries what the filter asks, so that scanned entries are not fetched from all over the table.
    """
    where = _UNANSWERED if only_unanswered else None
    return Index(
        f"ix_feed_entries_{name}",
        "stream_id",
        *columns,
        "idea_id",
        postgresql_include=["author_id", "has_exclusions"],
        postgresql_where=where,
        sqlite_where=where,
    )


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
        _order("new", "published_at"),
        _order("hot", "hot"),
        _order("top_day", "day", "vote_count"),
        _order("top_week", "week", "vote_count"),
        _order("top_month", "month", "vote_count"),
        _order("unanswered", "published_at", only_unanswered=True),
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
