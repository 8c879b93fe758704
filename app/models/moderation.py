"""Moderation: what members report, and the cases in which coordinators and managers decide about it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice

REPORT_LENGTH = 1_000
CLOSING_LENGTH = 1_000


class ReportReason(StrEnum):
    """Why a member reports something."""

    SECRET = "secret"
    """It gives away somebody's business secret."""
    PERSONAL_DATA = "personal_data"
    ABUSE = "abuse"
    RIGHTS = "rights"
    """It infringes a patent, a copyright or another right."""
    FALSE_INFORMATION = "false_information"
    SPAM = "spam"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


class CaseState(StrEnum):
    """Whether a case is still to be decided."""

    OPEN = "open"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """How a case ended."""

    ACTED = "acted"
    """Something was done to the target, or to its author."""
    SETTLED = "settled"
    """It was settled without an act: by a talk, or by the author himself."""
    DISMISSED = "dismissed"
    """There was no ground for it."""


class Case(Model):
    """All that is reported of one idea or one comment until it is decided; a later report opens a new case.

    Whose case it is follows from the idea: the coordinators of its consortium, the manager of its mini-cluster.
    """

    __tablename__ = "cases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["comment_id", "idea_id"], ["comments.id", "comments.idea_id"], name="fk_cases_comment_of_idea"
        ),
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("report_count >= 0", name="report_count"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="outcome_of_closed"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claimed_by_somebody"),
        # One open case for each target, whoever reports it at the same moment.
        Index(
            "uq_cases_open_of_idea",
            "idea_id",
            unique=True,
            postgresql_where=text("state = 'open' AND comment_id IS NULL"),
            sqlite_where=text("state = 'open' AND comment_id IS NULL"),
        ),
        Index(
            "uq_cases_open_of_comment",
            "comment_id",
            unique=True,
            postgresql_where=text("state = 'open' AND comment_id IS NOT NULL"),
            sqlite_where=text("state = 'open' AND comment_id IS NOT NULL"),
        ),
        Index("ix_cases_comment_id_idea_id", "comment_id", "idea_id"),
        Index("ix_cases_state_id", "state", "id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(BigKey)
    """The comment the case is about; None when it is about the idea itself."""
    state: Mapped[CaseState] = mapped_column(choice(CaseState), default=CaseState.OPEN)
    weight: Mapped[int] = mapped_column(default=0)
    """The weights of its reports together."""
    report_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[CreatedAt]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    claimed_at: Mapped[datetime | None]
    outcome: Mapped[CaseOutcome | None] = mapped_column(choice(CaseOutcome))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    closed_at: Mapped[datetime | None]
    closing_words: Mapped[str | None] = mapped_column(Text)
    """Why it was decided so, for those who handle cases."""


class Report(Model):
    """A member says that something should not stand where it stands."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("case_id", "reporter_id"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    reason: Mapped[ReportReason] = mapped_column(choice(ReportReason))
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
