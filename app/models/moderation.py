"""Moderation: what members report, and the cases in which coordinators and managers decide about it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

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

REPORT_LENGTH = CLOSING_LENGTH = WORDS_LENGTH = 1_000
RULE_LENGTH = 300
RULES_AT_MOST = 50
WATCHED_WORD_LENGTH = 50
WATCHED_WORDS_AT_MOST = 500


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


class CaseOrigin(StrEnum):
    """How a case came about."""

    REPORT = "report"
    WORDS = "words"
    """A word of the watch list was used."""
    BURST = "burst"
    """A new member posted much in a short time."""


class Watching(StrEnum):
    """What watching does with what it finds."""

    OFF = "off"
    FLAG = "flag"
    """Open a case."""
    HOLD = "hold"
    """Open a case, and hide the text until it is decided."""


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
            ["comment_id", "idea_id"],
            ["comments.id", "comments.idea_id"],
            name="fk_cases_comment_of_idea",
            onupdate="CASCADE",
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
    origin: Mapped[CaseOrigin] = mapped_column(
        choice(CaseOrigin), default=CaseOrigin.REPORT, server_default=CaseOrigin.REPORT.value
    )
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


class ActKind(StrEnum):
    """What those who moderate do to an idea, a comment or a member. Each act can be undone."""

    HIDE = "hide"
    """Nobody but its author reaches an idea; a comment is shown without text and author."""
    LOCK = "lock"
    """An idea takes no new comments."""
    PIN = "pin"
    """An idea stands on top of its mini-cluster."""
    RETAG = "retag"
    """The tags of an idea are replaced."""
    MERGE = "merge"
    """An idea goes into another one that says the same, with its votes and comments."""
    NOTE = "note"
    """Something to remember about a member, for those who moderate only."""
    WARN = "warn"
    """A member is told that something must not happen again."""
    SUSPEND = "suspend"
    """A member takes no part in a consortium, for a time or for good."""


ACTS_ON_MEMBERS = (ActKind.NOTE, ActKind.WARN, ActKind.SUSPEND)


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    GRANTED = "granted"
    """The act was undone."""
    UPHELD = "upheld"
    """The act stands."""


class HouseRules(Model):
    """The rules of the house of a consortium as of a version. Acts cite them by version and number."""

    __tablename__ = "house_rules"
    __table_args__ = (
        UniqueConstraint("consortium_id", "version"),
        CheckConstraint("version >= 1", name="version"),
    )
    id: Mapped[Id]
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"))
    version: Mapped[int]
    rules: Mapped[list[Any]]
    """Each in Korean and English: ``{"ko": …, "en": …}``; the first one is number 1."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[CreatedAt]


class WatchList(Model):
    """What a consortium watches for in new texts."""

    __tablename__ = "watch_lists"
    __table_args__ = (CheckConstraint("burst_limit > 0", name="burst_limit"),)
    consortium_id: Mapped[int] = mapped_column(BigKey, ForeignKey("consortia.id"), primary_key=True)
    words: Mapped[list[Any]]
    """In their normal form: NFKC, lower case, without spaces."""
    on_word: Mapped[Watching] = mapped_column(choice(Watching))
    on_burst: Mapped[Watching] = mapped_column(choice(Watching))
    burst_limit: Mapped[int]
    """Texts that a new member may post within ten minutes."""
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    changed_at: Mapped[CreatedAt]


class ModerationAct(Model):
    """An act on an idea, a comment or a member: ids and codes. Why it was done stands in ``moderation_act_texts``."""

    __tablename__ = "moderation_acts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["comment_id", "idea_id"],
            ["comments.id", "comments.idea_id"],
            name="fk_moderation_acts_comment_of_idea",
            onupdate="CASCADE",
        ),
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone_by_somebody"),
        CheckConstraint("(rules_version IS NULL) = (rule_number IS NULL)", name="rule_of_version"),
        CheckConstraint("(idea_id IS NULL) = (kind IN ('note', 'warn', 'suspend'))", name="on_idea_or_member"),
        CheckConstraint("until IS NULL OR kind = 'suspend'", name="until_of_suspension"),
        Index(
            "ix_moderation_acts_suspensions",
            "subject_id",
            "consortium_id",
            postgresql_where=text("kind = 'suspend' AND undone_at IS NULL"),
            sqlite_where=text("kind = 'suspend' AND undone_at IS NULL"),
        ),
        Index("ix_moderation_acts_consortium_id_id", "consortium_id", "id"),
        Index("ix_moderation_acts_subject_id_id", "subject_id", "id"),
        Index("ix_moderation_acts_comment_id_idea_id", "comment_id", "idea_id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[ActKind] = mapped_column(choice(ActKind))
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"), index=True)
    """None for an act on a member."""
    comment_id: Mapped[int | None] = mapped_column(BigKey)
    subject_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    """The member, or who wrote what is acted on: the person to whom reasons are owed."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    """None for what watching holds by itself."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    rules_version: Mapped[int | None]
    rule_number: Mapped[int | None]
    until: Mapped[datetime | None]
    """When a suspension ends by itself; None for good."""
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)


class ModerationActText(Model):
    """The words of an act, apart from its record, so that they can be erased."""

    __tablename__ = "moderation_act_texts"
    act_id: Mapped[int] = mapped_column(BigKey, ForeignKey("moderation_acts.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    """Why it was done, for the person concerned."""
    tags_before: Mapped[list[Any] | None]
    tags_after: Mapped[list[Any] | None]
    undo_words: Mapped[str | None] = mapped_column(Text)


class Appeal(Model):
    """The person concerned asks that somebody else look at an act, once."""

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        Index("ix_appeals_state_id", "state", "id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    act_id: Mapped[int] = mapped_column(ForeignKey("moderation_acts.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[AppealState] = mapped_column(choice(AppealState), default=AppealState.OPEN)
    created_at: Mapped[CreatedAt]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    decided_at: Mapped[datetime | None]
    decision_words: Mapped[str | None] = mapped_column(Text)
