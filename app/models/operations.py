"""The outbox, idempotency keys and the heartbeat of workers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model


class OutboxEvent(Model):
    """Something that happened, written in the transaction in which it happened, handled by the worker."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        Index(
            "ix_outbox_events_due",
            "not_before",
            "id",
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
        Index("ix_outbox_events_settled_at", "settled_at"),
    )
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[CreatedAt]
    not_before: Mapped[CreatedAt]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    """When every subscriber had handled it, or it was given up."""
    failure: Mapped[str | None] = mapped_column(String(200))
    """The class of the last error; set together with ``settled_at`` on a dead letter."""


class IdempotencyKey(Model):
    """The reply to a POST, stored in the transaction of its effect, so that a retry gets it again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[CreatedAt]


class WorkerHeartbeat(Model):
    """A worker process says that it lives."""

    __tablename__ = "worker_heartbeats"
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[CreatedAt]
    beat_at: Mapped[CreatedAt]
