"""The log of changes that phones follow. Its rows are written by triggers (``app/sync/triggers.py``)."""

import uuid

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model

OF_ONE_DATABASE = {"of_one_database": True}
"""Marks tables that a database fills by itself: a copy of it takes them over last of all, in place of its own."""
SHARED = 0
"""Stands for an account where a change may concern anybody."""


class Change(Model):
    """Something that clients may show has changed: what, not how, for the present row is read when somebody asks.

    On PostgreSQL ``xid`` is the transaction that wrote it, on SQLite 0: see ``app/sync/log.py`` for the order.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_xid_id", "xid", "id"),
        Index("ix_changes_account_id_xid_id", "account_id", "xid", "id"),
        Index("ix_changes_at", "at"),
        # A number is never given twice, even when all rows were pruned: a cursor must not mistake a row for another.
        {"sqlite_autoincrement": True, "info": OF_ONE_DATABASE},
    )
    id: Mapped[Id]
    xid: Mapped[int] = mapped_column(BigInteger, default=0)
    account_id: Mapped[int] = mapped_column(BigKey, default=SHARED)
    """Whom alone it concerns, or SHARED."""
    entity: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(BigKey)
    stream_id: Mapped[int | None]
    """The stream an idea came into or left."""
    public_id: Mapped[uuid.UUID | None]
    """Of a row that was deleted."""
    at: Mapped[CreatedAt]


class ChangeEpoch(Model):
    """The one life of this database in which its log of changes is whole: a restore elsewhere begins another."""

    __tablename__ = "change_epochs"
    __table_args__ = (CheckConstraint("id = 1", name="single"), {"info": OF_ONE_DATABASE})
    id: Mapped[Id]
    epoch: Mapped[str] = mapped_column(String(32))
    """Part of every cursor."""
    identity: Mapped[str] = mapped_column(String(80))
    """What tells this database from a copy of it."""
    began_at: Mapped[CreatedAt]
