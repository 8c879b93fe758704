"""Who belongs where, over time: a change of role ends one row and begins another."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice

_CURRENT = text("ended_at IS NULL")


class MemberRole(StrEnum):
    """What a member is in his mini-cluster; the manager (매니저) admits and moderates there."""

    MEMBER = "member"
    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
    SECRETARY = "secretary"
    MANAGER = "manager"


class Membership(Model):
    """A person's place in a mini-cluster for a time; the row without an end is the present one."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_memberships_current",
            "account_id",
            "mini_cluster_id",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
        Index("ix_memberships_mini_cluster_id_ended_at", "mini_cluster_id", "ended_at", "account_id"),
    )
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"))
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole), default=MemberRole.MEMBER)
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]


class CoordinatorRole(Model):
    """A person coordinates a consortium for a time."""

    __tablename__ = "coordinator_roles"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_coordinator_roles_current",
            "account_id",
            "consortium_id",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
    )
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"), index=True)
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]


class Invitation(Model):
    """A single-use invitation to a mini-cluster in a role; only the digest of its secret is stored."""

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("(used_at IS NULL) = (used_by_id IS NULL)", name="used_by_somebody"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole))
    email: Mapped[str | None] = mapped_column(String(254))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    revoked_at: Mapped[datetime | None]


class MiniClusterFollow(Model):
    """A person follows a mini-cluster, one's own or another. It opens nothing: what he sees there stays the same.

    Who follows wants to hear of new ideas there, as far as he sees them.
    """

    __tablename__ = "mini_cluster_follows"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    mini_cluster_id: Mapped[int] = mapped_column(BigKey, ForeignKey("mini_clusters.id"), primary_key=True, index=True)
    created_at: Mapped[CreatedAt]
