"""Becoming a member without an invitation: an address that is being confirmed, and applications to mini-clusters."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.localisation import Locale
from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice
from app.models.organisations import OrganisationKind

REASON_LENGTH = 1_000
WORDS_LENGTH = 500
_OPEN = text("state = 'open'")


class ApplicationState(StrEnum):
    """What has become of an application, or of another wish on which those who keep a mini-cluster decide."""

    OPEN = "open"
    ADMITTED = "admitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ApplicantRegistration(Model):
    """Somebody wants an account to apply with. Its code is mailed and nowhere stored, and the account is made by it."""

    __tablename__ = "applicant_registrations"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(80))
    locale: Mapped[Locale] = mapped_column(choice(Locale, 8))
    terms_version: Mapped[str] = mapped_column(String(20))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Application(Model):
    """A person wants to become a member of a mini-cluster; one open one for each of the two."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (organisation_name IS NULL)", name="one_organisation"),
        CheckConstraint("(organisation_name IS NULL) = (organisation_kind IS NULL)", name="kind_of_new_organisation"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="open_until_closed"),
        CheckConstraint(
            "(state IN ('admitted', 'declined')) = (decided_by_id IS NOT NULL)", name="decided_by_somebody"
        ),
        Index(
            "uq_applications_open",
            "account_id",
            "mini_cluster_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_applications_mini_cluster_id_id", "mini_cluster_id", "id"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    mini_cluster_id: Mapped[int] = mapped_column(ForeignKey("mini_clusters.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("organisations.id"), index=True)
    organisation_name: Mapped[str | None] = mapped_column(String(200))
    """A new organisation is registered at the admission, and not before."""
    organisation_kind: Mapped[OrganisationKind | None] = mapped_column(choice(OrganisationKind))
    business_number: Mapped[str | None] = mapped_column(String(10))
    position: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ApplicationState] = mapped_column(choice(ApplicationState), default=ApplicationState.OPEN)
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    words: Mapped[str | None] = mapped_column(Text)
    """What the applicant is told along with the decision."""


class EmployerChange(Model):
    """A person says that he works elsewhere now; those who keep one of his mini-clusters confirm it. One at a time."""

    __tablename__ = "employer_changes"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (organisation_name IS NULL)", name="one_organisation"),
        CheckConstraint("(organisation_name IS NULL) = (organisation_kind IS NULL)", name="kind_of_new_organisation"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="open_until_closed"),
        CheckConstraint(
            "(state IN ('admitted', 'declined')) = (decided_by_id IS NOT NULL)", name="decided_by_somebody"
        ),
        Index("uq_employer_changes_open", "account_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("organisations.id"), index=True)
    organisation_name: Mapped[str | None] = mapped_column(String(200))
    """A new organisation is registered when the change is confirmed, and not before."""
    organisation_kind: Mapped[OrganisationKind | None] = mapped_column(choice(OrganisationKind))
    business_number: Mapped[str | None] = mapped_column(String(10))
    position: Mapped[str] = mapped_column(String(80))
    state: Mapped[ApplicationState] = mapped_column(choice(ApplicationState), default=ApplicationState.OPEN)
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    words: Mapped[str | None] = mapped_column(Text)
    """What the person is told along with the decision."""
