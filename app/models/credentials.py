"""Ways into an account beside password and mailed code: resets, second factors, identities elsewhere, passkeys."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, PublicId


class PasswordReset(Model):
    """A wish for a new password. Its code is mailed and nowhere stored: it is a keyed digest of id and nonce."""

    __tablename__ = "password_resets"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    """None where nobody has the address: such a request is answered, and can be tried, like any other."""
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class EmailChange(Model):
    """A wish for another address. Two codes, one mailed to each address, are keyed digests of id and nonce."""

    __tablename__ = "email_changes"
    __table_args__ = (CheckConstraint("new_email = lower(new_email)", name="new_email_lower"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    old_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class TotpFactor(Model):
    """An authenticator app (TOTP, RFC 6238) as second factor; in force once confirmed by a code."""

    __tablename__ = "totp_factors"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary(128))
    """Encrypted with a key derived from the one of the installation, for a copy of the database to be of no use."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The step of 30 seconds whose code was taken last: no code is taken twice, and none from before it."""
    created_at: Mapped[CreatedAt]


class RecoveryCode(Model):
    """A code on paper that stands in, once, for a lost authenticator. 80 random bits, stored as a digest."""

    __tablename__ = "recovery_codes"
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None]


class SignInChallenge(Model):
    """A sign-in whose first factor was right and whose second one is awaited. Its token opens nothing else."""

    __tablename__ = "sign_in_challenges"
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ExternalIdentity(Model):
    """An identity elsewhere, by which a person signs in: the subject of an OpenID Connect issuer."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[CreatedAt]


class Passkey(Model):
    """A passkey (WebAuthn): a key pair whose private half never leaves the person's devices."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    """Chosen by the authenticator, and sent by it at each sign-in."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    """In the form of COSE (RFC 9052)."""
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    """Rises at each use, where the authenticator counts: one that falls back is of a copy."""
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Model):
    """Random bytes that an authenticator is to sign, once: to register a passkey, or to sign in by one."""

    __tablename__ = "passkey_challenges"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    """Who registers; None for a sign-in, of which it is not known whose it is."""
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UsedIdToken(Model):
    """An ID token that was exchanged: it is not taken again while it would be good."""

    __tablename__ = "used_id_tokens"
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """Of the whole token: nobody can make another one of it."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
