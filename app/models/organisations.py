"""Organisations and who works there: both with their history, since yearly figures can't be made up afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.organisation_names import name_key
from app.models.declarative import BigKey, CreatedAt, Id, Model, Name, PublicId, choice


class OrganisationKind(StrEnum):
    """The kinds of organisation that meet in a mini-cluster."""

    COMPANY = "company"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    LOCAL_GOVERNMENT = "local_government"
    SUPPORT = "support"


class SizeBand(StrEnum):
    """Number of employees of a company, by the cuts of the programme's figures: 50 and 300."""

    UNDER_50 = "under_50"
    FROM_50_TO_299 = "from_50_to_299"
    FROM_300 = "from_300"


class Organisation(Model):
    """A company, university, institute, local government or support organisation."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("size_band IS NULL OR kind = 'company'", name="size_of_companies"),
        CheckConstraint("business_number IS NULL OR length(business_number) = 10", name="business_number_length"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Digest of the request that made it, if one did: tells a retry from another request under the same id."""
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    name: Mapped[Name] = mapped_column(index=True)
    name_key: Mapped[str | None] = mapped_column(String(200), index=True)
    """Equal for likely duplicates; set with the name. None where a release wrote that knew nothing of it: the worker
    fills it in."""
    name_en: Mapped[str | None] = mapped_column(String(200))
    business_number: Mapped[str | None] = mapped_column(String(10), unique=True)
    """사업자등록번호, ten digits without hyphens."""
    size_band: Mapped[SizeBand | None] = mapped_column(choice(SizeBand))
    merged_into_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("organisations.id"), index=True)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]

    @validates("name")
    def _set_key(self, _attribute: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class OrganisationSizeBand(Model):
    """The size band of a company over time; the row without an end is the present one."""

    __tablename__ = "organisation_size_bands"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_organisation_size_bands_current",
            "organisation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    size_band: Mapped[SizeBand] = mapped_column(choice(SizeBand))
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]


class Affiliation(Model):
    """A person's place in an organisation over time. Posts point at the row of their day, so old cards stay true."""

    __tablename__ = "affiliations"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="period"),
        Index(
            "uq_affiliations_current",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[str] = mapped_column(String(80))
    """직위, as the person writes it."""
    started_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
