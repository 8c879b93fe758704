"""Merged ideas: which idea went into which, and what is needed to part them again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, Id, Model


class IdeaMerge(Model):
    """An idea that is, or is to be, merged into another one; its author is a co-author of that one while it stands."""

    __tablename__ = "idea_merges"
    __table_args__ = (
        CheckConstraint("source_id <> target_id", name="two_ideas"),
        CheckConstraint("(act_id IS NULL) = (merged_at IS NULL)", name="merged_by_act"),
        CheckConstraint("undone_at IS NULL OR merged_at IS NOT NULL", name="undone_after_merging"),
        Index(
            "uq_idea_merges_standing",
            "source_id",
            unique=True,
            postgresql_where=text("merged_at IS NOT NULL AND undone_at IS NULL"),
            sqlite_where=text("merged_at IS NOT NULL AND undone_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("audience_proposals.id"), unique=True)
    """Where the author of the source had to be asked."""
    act_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_acts.id"), unique=True)
    """None while the author is asked."""
    merged_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class MergedVote(Model):
    """A vote that the source had when it was merged. Forgotten once the merge can't be undone any more."""

    __tablename__ = "merged_votes"
    merge_id: Mapped[int] = mapped_column(BigKey, ForeignKey("idea_merges.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
    moved: Mapped[bool]
    """Whether the vote of the target is this one; else the member had recommended the target, too."""
    voted_at: Mapped[datetime]


class MergedComment(Model):
    """A top comment that stood under the source when it was merged; its replies go where it goes."""

    __tablename__ = "merged_comments"
    merge_id: Mapped[int] = mapped_column(BigKey, ForeignKey("idea_merges.id", ondelete="CASCADE"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, index=True
    )
