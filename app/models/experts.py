"""Experts (기업 주치의), and the ideas they were invited into."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model

FIELD_LENGTH = 100
_CURRENT = text("ended_at IS NULL")


class Expert(Model):
    """A person is an expert of a field for a time; the row without an end is the present one."""

    __tablename__ = "experts"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_experts_current", "account_id", unique=True, postgresql_where=_CURRENT, sqlite_where=_CURRENT
        ),
    )  # fmt: skip
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    field: Mapped[str] = mapped_column(String(FIELD_LENGTH))
    designated_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]


class IdeaExpert(Model):
    """An expert whom the author invited into an idea, wherever its mini-cluster is.

    Rows of those who are no experts any more do not exist: they go when the designation ends.
    """

    __tablename__ = "idea_experts"
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
    invited_at: Mapped[CreatedAt]
