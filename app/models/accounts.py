"""Accounts: one per person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.localisation import Locale
from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice


class AccountStatus(StrEnum):
    """Whether an account may be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"


class Account(Model):
    """A person who can sign in. What he may do follows from memberships, coordinator roles and ``is_operator``."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    creation_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Digest of the operator's request that made it, if one did; None once erased."""
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    """Lower case; None once erased, and for people without an address of their own."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(80))
    status: Mapped[AccountStatus] = mapped_column(choice(AccountStatus), default=AccountStatus.ACTIVE)
    is_operator: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[Locale] = mapped_column(choice(Locale, 8), default=Locale.KOREAN)
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Seoul")
    terms_version: Mapped[str | None] = mapped_column(String(20))
    """The terms of use this person has consented to last."""
    terms_accepted_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Block(Model):
    """One member does not want to see, or be seen by, another."""

    __tablename__ = "blocks"
    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),)
    blocker_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    blocked_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, index=True)
    created_at: Mapped[CreatedAt]
