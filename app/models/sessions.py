"""Sign-in: sessions per device, their tokens (digests only), mailed codes and the throttles of credentials."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId, choice


class SessionEnd(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    TOKEN_REUSED = "token_reused"
    EXPIRED = "expired"
    PASSWORD_CHANGED = "password_changed"


class Session(Model):
    """A person signed in on one installation of an app; the family of its refresh tokens."""

    __tablename__ = "sessions"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    installation_id: Mapped[str] = mapped_column(String(64))
    """Chosen by the app when it is installed; a retried refresh is honoured only from the same one."""
    device_name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]
    """When its tokens were last issued; not written on each request."""
    expires_at: Mapped[datetime]
    """180 days after its beginning, whatever happens."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[SessionEnd | None] = mapped_column(choice(SessionEnd))


class AccessToken(Model):
    """An opaque access token, good for 15 minutes while its session lives."""

    __tablename__ = "access_tokens"
    __table_args__ = (Index("ix_access_tokens_expires_at", "expires_at"),)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class RefreshToken(Model):
    """A rotating refresh token: used once, then its successor stands in for it."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index(
            "uq_refresh_tokens_live",
            "session_id",
            unique=True,
            postgresql_where=text("used_at IS NULL"),
            sqlite_where=text("used_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    predecessor_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("refresh_tokens.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    """30 days after its making."""
    used_at: Mapped[datetime | None]


class SignInCode(Model):
    """A six-digit code sent by mail. The code itself is nowhere stored: it is a keyed digest of id and nonce."""

    __tablename__ = "sign_in_codes"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    """None where nobody has the address: such a request is answered, and can be tried, like any other."""
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Throttle(Model):
    """How often something was tried under a key (a keyed digest of purpose and address) within a window."""

    __tablename__ = "throttles"
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
