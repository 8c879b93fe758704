"""The append-only record of what staff did. The database itself refuses to change or delete its rows."""

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
