"""Ideas and what hangs on them: revisions, states, tags, audience, follows and read marks."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice

TITLE_LENGTH = 120
BODY_LENGTH = 10_000
EXCERPT_LENGTH = 200
TAG_LENGTH = 30


class Visibility(StrEnum):
    """Who may see an idea, from the narrowest to the widest."""

    NAMED = "named"
    MINI_CLUSTER = "mini_cluster"
    CONSORTIUM = "consortium"
    LINKED = "linked"
    ALL = "all"


class IdeaStatus(StrEnum):
    """Where a text stands: only published ideas are seen by anyone but their author."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class IdeaState(StrEnum):
    """How far an idea has come on the way to a joint project."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    CHOSEN = "chosen"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CLOSED = "closed"


class AudienceAct(StrEnum):
    """By what act an idea would come before other people."""

    EDIT = "edit"
    MOVE = "move"
    MERGE = "merge"
    SHOWCASE = "showcase"


class ProposalState(StrEnum):
    """What became of a change of audience that somebody other than the author wants."""

    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    APPLIED = "applied"
    """The new audience was part of the old one: it held at once, nobody had to be asked."""


class Idea(Model):
    """A business or R&D idea. Its counters equal their rows; no index holds a counter, so that a vote stays cheap."""

    __tablename__ = "ideas"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mini_cluster_id", "consortium_id"],
            ["mini_clusters.id", "mini_clusters.consortium_id"],
            name="fk_ideas_mini_cluster_of_consortium",
        ),
        CheckConstraint("vote_count >= 0", name="vote_count"),
        CheckConstraint("comment_count >= 0", name="comment_count"),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_ideas_author_id_id", "author_id", "id"),
        Index("ix_ideas_mini_cluster_id_consortium_id", "mini_cluster_id", "consortium_id"),
        Index(
            "ix_ideas_pinned",
            "mini_cluster_id",
            "pinned_at",
            postgresql_where=text("pinned_at IS NOT NULL"),
            sqlite_where=text("pinned_at IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": 85}},
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Digest of the request that made it: the same id with the same content is a retry, with another a conflict."""
    mini_cluster_id: Mapped[int] = mapped_column(BigKey)
    consortium_id: Mapped[int] = mapped_column(BigKey)
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    affiliation_id: Mapped[int | None] = mapped_column(ForeignKey("affiliations.id"), index=True)
    """The author's organisation and position on the day of publishing."""
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(String(EXCERPT_LENGTH))
    tags: Mapped[list[Any]] = mapped_column(default=list)
    """The tags in the author's order, as lists show them; ``idea_tags`` holds the same ones for look-up."""
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    has_exclusions: Mapped[bool] = mapped_column(default=False)
    status: Mapped[IdeaStatus] = mapped_column(choice(IdeaStatus), default=IdeaStatus.DRAFT)
    state: Mapped[IdeaState] = mapped_column(choice(IdeaState), default=IdeaState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    vote_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    """Comments that can be read: deleted and hidden ones do not count."""
    created_at: Mapped[CreatedAt]
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    """Since when it takes no new comments."""
    pinned_at: Mapped[datetime | None]
    """Since when it stands on top of its mini-cluster."""


class IdeaRevision(Model):
    """An earlier wording of a published idea."""

    __tablename__ = "idea_revisions"
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    replaced_at: Mapped[CreatedAt]
    """When this wording gave way to the next."""


class IdeaStateChange(Model):
    """The dated history of an idea's state."""

    __tablename__ = "idea_state_changes"
    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"), index=True)
    state: Mapped[IdeaState] = mapped_column(choice(IdeaState))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    note: Mapped[str | None] = mapped_column(String(500))
    changed_at: Mapped[CreatedAt]


class IdeaTag(Model):
    """A tag of an idea, in its normal form (NFKC, lower case)."""

    __tablename__ = "idea_tags"
    __table_args__ = (Index("ix_idea_tags_tag_idea_id", "tag", "idea_id"),)
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(TAG_LENGTH), primary_key=True)


class IdeaReader(Model):
    """A person named to see an idea of visibility ``named``."""

    __tablename__ = "idea_readers"
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
    named_at: Mapped[CreatedAt]


class IdeaExclusion(Model):
    """An organisation whose people do not see an idea, wherever they sit."""

    __tablename__ = "idea_exclusions"
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigKey, ForeignKey("organisations.id"), primary_key=True, index=True)
    excluded_at: Mapped[datetime | None] = mapped_column(default=now)
    """Since when; None where that was before it was kept."""


class NamedIdeaRead(Model):
    """Who opened the body of an idea of visibility ``named``, written before the body is given out.

    Rows are never changed or deleted while the idea lives: the author sees them.
    """

    __tablename__ = "named_idea_reads"
    __table_args__ = (Index("ix_named_idea_reads_idea_id_id", "idea_id", "id"),)
    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was no named reader but staff, through a case."""
    read_at: Mapped[CreatedAt]


class IdeaFollow(Model):
    """A person hears of responses to an idea. ``muted`` stands for a deliberate no."""

    __tablename__ = "idea_follows"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True, index=True)
    muted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]


class IdeaReadMark(Model):
    """How far a person has read the thread of an idea: comments up to this one are not unread."""

    __tablename__ = "idea_read_marks"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True, index=True)
    last_comment_id: Mapped[int] = mapped_column(BigKey, default=0)
    read_at: Mapped[CreatedAt]


class AudienceProposal(Model):
    """A change of an idea's audience that staff wants; a wider one waits for the author."""

    __tablename__ = "audience_proposals"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at"),
        Index(
            "uq_audience_proposals_waiting",
            "idea_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_audience_proposals_idea_id_id", "idea_id", "id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"))
    kind: Mapped[AudienceAct] = mapped_column(choice(AudienceAct))
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    note: Mapped[str] = mapped_column(String(500))
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState), default=ProposalState.WAITING)
    created_at: Mapped[CreatedAt]
    decided_at: Mapped[datetime | None]
