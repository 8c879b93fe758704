"""Figures of places by week, month and year, as they were when the period ended."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import Id, Model, choice


class FiguresPeriod(StrEnum):
    """How long a stretch of time figures are about, by the calendar of Korea. Weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class PlaceFigures(Model):
    """What was counted of a consortium, or of one mini-cluster, for a period. Once final it is never counted again."""

    __tablename__ = "place_figures"
    __table_args__ = (
        Index(
            "uq_place_figures_consortium",
            "consortium_id",
            "period",
            "begins_on",
            unique=True,
            postgresql_where=text("mini_cluster_id IS NULL"),
            sqlite_where=text("mini_cluster_id IS NULL"),
        ),
        Index(
            "uq_place_figures_mini_cluster",
            "mini_cluster_id",
            "period",
            "begins_on",
            unique=True,
            postgresql_where=text("mini_cluster_id IS NOT NULL"),
            sqlite_where=text("mini_cluster_id IS NOT NULL"),
        ),
        Index("ix_place_figures_consortium_id_period", "consortium_id", "period"),
    )
    id: Mapped[Id]
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"))
    mini_cluster_id: Mapped[int | None] = mapped_column(ForeignKey("mini_clusters.id"))
    """None for the whole consortium."""
    period: Mapped[FiguresPeriod] = mapped_column(choice(FiguresPeriod))
    begins_on: Mapped[date]
    figures: Mapped[dict[str, Any]]
    """By the names of ``consortia/figures/schemas.py::Figures``."""
    is_final: Mapped[bool]
    """Whether the period was over when it was counted."""
    counted_at: Mapped[datetime]
