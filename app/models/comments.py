"""Comments: threads of two levels, replies flat under each top comment."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId

COMMENT_LENGTH = 2_000
MENTIONS_PER_COMMENT = 20


class Comment(Model):
    """A comment on an idea, or a reply to a top comment of the same idea."""

    __tablename__ = "comments"
    __table_args__ = (
        # A reply's parent is a comment of the same idea.
        UniqueConstraint("id", "idea_id"),
        ForeignKeyConstraint(
            ["parent_id", "idea_id"],
            ["comments.id", "comments.idea_id"],
            name="fk_comments_parent_of_idea",
            # A merge of ideas moves top comments: their replies, and cases and acts about them, go along.
            onupdate="CASCADE",
        ),
        CheckConstraint("parent_id IS NULL OR parent_id < id", name="parent_is_older"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_comments_idea_id_parent_id_id", "idea_id", "parent_id", "id"),
        Index("ix_comments_idea_id_id", "idea_id", "id"),
        Index("ix_comments_author_id_id", "author_id", "id"),
        Index("ix_comments_parent_id_idea_id", "parent_id", "idea_id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id"))
    parent_id: Mapped[int | None] = mapped_column(BigKey)
    """The top comment of its thread; None for a top comment."""
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    """The very comment that was answered: the parent, or another reply under it."""
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    affiliation_id: Mapped[int | None] = mapped_column(ForeignKey("affiliations.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    """Empty once deleted."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]


class CommentRevision(Model):
    """An earlier wording of a comment."""

    __tablename__ = "comment_revisions"
    comment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("comments.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[CreatedAt]


class CommentMention(Model):
    """A member named in a comment."""

    __tablename__ = "comment_mentions"
    comment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("comments.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
