"""The append-only records of what staff did and of what they read. The database itself refuses to change their rows."""

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model


class AuditEntry(Model):
    """Who did what to what: ids only, no texts and no personal data, so that it never needs to be erased."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_consortium_id_id", "consortium_id", "id"),
        Index("ix_audit_entries_actor_id_id", "actor_id", "id"),
        Index("ix_audit_entries_target_kind_target_id_id", "target_kind", "target_id", "id"),
    )
    id: Mapped[Id]
    at: Mapped[CreatedAt]
    actor_id: Mapped[int | None] = mapped_column(BigKey)
    """The account that acted; None for the command line. No foreign key: the record outlives accounts."""
    action: Mapped[str] = mapped_column(String(60))
    target_kind: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int | None] = mapped_column(BigKey)
    consortium_id: Mapped[int | None] = mapped_column(BigKey)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AccessEntry(Model):
    """Staff are about to be shown data of members, or an idea kept from others: written before the data is given.

    Ids only. The database refuses to change a row, and to delete it before its time of retention has passed.
    """

    __tablename__ = "access_entries"
    __table_args__ = (
        Index("ix_access_entries_at", "at"),
        Index("ix_access_entries_consortium_id_id", "consortium_id", "id"),
        Index("ix_access_entries_subject_id_id", "subject_id", "id"),
    )
    id: Mapped[Id]
    at: Mapped[CreatedAt]
    account_id: Mapped[int] = mapped_column(BigKey)
    """Who reads. No foreign key here and below: the record outlives what it names."""
    action: Mapped[str] = mapped_column(String(60))
    target_kind: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int | None] = mapped_column(BigKey)
    """None for a list of all there are."""
    subject_id: Mapped[int | None] = mapped_column(BigKey)
    """The member whose data it is; None for a list of several."""
    consortium_id: Mapped[int | None] = mapped_column(BigKey)
    case_id: Mapped[int | None] = mapped_column(BigKey)
    """The case for which it is read."""
