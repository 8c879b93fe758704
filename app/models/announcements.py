"""Announcements (공지): what officers, managers and coordinators tell everyone of a mini-cluster or a consortium."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId

TITLE_LENGTH = 120
BODY_LENGTH = 4_000
LINK_LENGTH = 1_000


class Announcement(Model):
    """Told to a mini-cluster, or to a whole consortium; it stands on top of feeds until it ends or is withdrawn."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("reader_count >= 0", name="reader_count"),
        CheckConstraint("valid_until > created_at", name="period"),
        Index("ix_announcements_consortium_id_valid_until", "consortium_id", "valid_until"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"))
    mini_cluster_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("mini_clusters.id"), index=True)
    """None where the whole consortium is told."""
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    affiliation_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("affiliations.id"), index=True)
    """Where the author worked on the day."""
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(LINK_LENGTH))
    valid_until: Mapped[datetime]
    reader_count: Mapped[int] = mapped_column(default=0)
    """How many have opened it: the rows of :class:`AnnouncementRead`."""
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AnnouncementRead(Model):
    """Somebody opened an announcement."""

    __tablename__ = "announcement_reads"
    announcement_id: Mapped[int] = mapped_column(BigKey, ForeignKey("announcements.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
    read_at: Mapped[CreatedAt]
