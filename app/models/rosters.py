"""Rosters (명부): who belongs to a mini-cluster according to those who keep it, with an account or without."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice
from app.models.organisations import OrganisationKind


class RosterState(StrEnum):
    """How far a person of a roster has come; ``active`` is not stored, for it follows from his sessions."""

    IMPORTED = "imported"
    INVITED = "invited"
    BOUNCED = "bounced"
    VERIFIED = "verified"


class RosterImport(Model):
    """A roster was taken over from a file: when, by whom and with what result, without the data of anybody."""

    __tablename__ = "roster_imports"
    __table_args__ = (Index("ix_roster_imports_mini_cluster_id_id", "mini_cluster_id", "id"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"))
    imported_by_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("accounts.id"), index=True)
    """None on the command line."""
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the file and of what it was to change: tells a retry from another import."""
    new_count: Mapped[int]
    changed_count: Mapped[int]
    kept_count: Mapped[int]
    left_count: Mapped[int]
    ended_count: Mapped[int]
    """Memberships that ended with it."""
    created_at: Mapped[CreatedAt]


class RosterRow(Model):
    """A person of a roster, whom the file of the next year is compared with."""

    __tablename__ = "roster_rows"
    __table_args__ = (
        UniqueConstraint("mini_cluster_id", "person_key"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("email IS NOT NULL OR NOT is_shared_address", name="shared_is_an_address"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_at_a_time"),
        CheckConstraint("verified_at IS NULL OR account_id IS NOT NULL", name="verified_is_somebody"),
        CheckConstraint("(wanted_at IS NULL) = (wanted_by_id IS NULL)", name="wanted_by_somebody"),
        Index("ix_roster_rows_mini_cluster_id_id", "mini_cluster_id", "id"),
        Index("ix_roster_rows_mini_cluster_id_wanted_at", "mini_cluster_id", "wanted_at"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"), index=True)
    """The import he came with, or came back with."""
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Digest of what tells him from all others: his address, or name and shared address, or name and organisation."""
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    is_shared_address: Mapped[bool] = mapped_column(default=False)
    """Several read the mailbox (info@…): nobody signs in with it."""
    phone: Mapped[str | None] = mapped_column(String(11))
    organisation_name: Mapped[str] = mapped_column(String(200))
    organisation_kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    business_number: Mapped[str | None] = mapped_column(String(10))
    position: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[RosterState] = mapped_column(choice(RosterState), default=RosterState.IMPORTED)
    bounce_code: Mapped[str | None] = mapped_column(String(40))
    """What the mail server said, without a text."""
    invitation_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("invitations.id", ondelete="SET NULL"), unique=True
    )
    """The newest one; gone once retention has taken it."""
    account_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("accounts.id"), index=True)
    wanted_at: Mapped[datetime | None]
    """An invitation is to be sent; the worker does it."""
    wanted_by_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("accounts.id"), index=True)
    confirmed_at: Mapped[CreatedAt] = mapped_column(index=True)
    """When a file named him last."""
    invited_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None] = mapped_column(index=True)
    """The newest file names him no longer."""
