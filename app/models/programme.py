"""The programme: wide regions, industrial complexes, consortia of mini-clusters, and links between consortia."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, Name, PublicId, choice


class ComplexRole(StrEnum):
    """Place of an industrial complex in its region: 거점단지 or 연계단지."""

    HUB = "hub"
    LINKED = "linked"


class ConsortiumKind(StrEnum):
    """What holds a consortium together: a region, a product for a time (테마클러스터), partners abroad."""

    REGIONAL = "regional"
    THEME = "theme"
    INTERNATIONAL = "international"


class LinkState(StrEnum):
    """A link between consortia is proposed by one side, agreed by the other, and ended by either."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"


class Region(Model):
    """A wide region (광역권)."""

    __tablename__ = "regions"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[Name]
    name_en: Mapped[Name]


class Complex(Model):
    """An industrial complex (산업단지)."""

    __tablename__ = "complexes"
    id: Mapped[Id]
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    role: Mapped[ComplexRole] = mapped_column(choice(ComplexRole))
    name_ko: Mapped[Name]
    name_en: Mapped[Name]
    industry_ko: Mapped[Name]
    industry_en: Mapped[Name]


class Consortium(Model):
    """Mini-clusters of one place or one purpose, with coordinators. A theme consortium ends at a date."""

    __tablename__ = "consortia"
    __table_args__ = (CheckConstraint("kind <> 'theme' OR ends_on IS NOT NULL", name="theme_ends"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[ConsortiumKind] = mapped_column(choice(ConsortiumKind))
    name_ko: Mapped[Name]
    name_en: Mapped[Name]
    ends_on: Mapped[date | None]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class ConsortiumLink(Model):
    """A link between two consortia; the pair is stored once, the lower id first."""

    __tablename__ = "consortium_links"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="ordered"),
        CheckConstraint("proposed_by_id IN (first_id, second_id)", name="proposer_is_party"),
        Index(
            "uq_consortium_links_current",
            "first_id",
            "second_id",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
            sqlite_where=text("state <> 'ended'"),
        ),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    first_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[LinkState] = mapped_column(choice(LinkState))
    created_at: Mapped[CreatedAt]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class MiniCluster(Model):
    """A mini-cluster (미니클러스터): stands in exactly one consortium."""

    __tablename__ = "mini_clusters"
    __table_args__ = (
        # The target of the ideas' composite key: an idea's consortium is always that of its mini-cluster.
        UniqueConstraint("id", "consortium_id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"), index=True)
    complex_id: Mapped[int | None] = mapped_column(ForeignKey("complexes.id"), index=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    industry: Mapped[str] = mapped_column(String(40))
    name_ko: Mapped[Name]
    name_en: Mapped[Name]
    merged_into_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("mini_clusters.id"), index=True)
    """Its successor after a merge."""
    split_from_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("mini_clusters.id"), index=True)
    """Its predecessor, of which it was split off: a mini-cluster that is split is dissolved and has several."""
    founded_at: Mapped[CreatedAt]
    dissolved_at: Mapped[datetime | None]


class MiniClusterName(Model):
    """What a mini-cluster was called over time; the row without an end is the present name."""

    __tablename__ = "mini_cluster_names"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_mini_cluster_names_current",
            "mini_cluster_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"), index=True)
    name_ko: Mapped[Name]
    name_en: Mapped[Name]
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
