"""The tour of mini-clusters (MC기행): what one shows to all members."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model

PROFILE_LENGTH = 4_000
IDEAS_PER_SHOWCASE = 20


class Showcase(Model):
    """What a mini-cluster shows to all members; open while ``closed_at`` is None."""

    __tablename__ = "showcases"
    id: Mapped[Id]
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"), unique=True)
    profile_ko: Mapped[str] = mapped_column(Text)
    profile_en: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any]]
    """Numbers of its activity, counted when it was opened and by the worker every hour since."""
    opened_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None]


class ShowcaseIdea(Model):
    """An idea that is shown, by the consent of its author, as long as it is open to all."""

    __tablename__ = "showcase_ideas"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        Index("ix_showcase_ideas_showcase_id_position", "showcase_id", "position"),
    )
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True)
    showcase_id: Mapped[int] = mapped_column(BigKey, ForeignKey("showcases.id"))
    position: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    """Who chose it."""
    added_at: Mapped[CreatedAt]
    """When its author consented."""
