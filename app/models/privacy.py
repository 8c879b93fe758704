"""What people ask for about their own data."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.declarative import CreatedAt, Id, Model, PublicId, choice


class ErasureOrigin(StrEnum):
    """Who asked for an erasure."""

    PERSON = "person"
    OPERATOR = "operator"
    """Somebody on the server, for a person who asked by letter or can't sign in."""


class Erasure(Model):
    """The account is to be erased when ``due_at`` has come; until then it is in use, and the wish can be taken back.

    The row outlasts the erasure by a day, in which the worker looks again for what a request under way has left.
    """

    __tablename__ = "erasures"
    __table_args__ = (CheckConstraint("erased_at IS NULL OR erased_at >= requested_at", name="erased_after_request"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    origin: Mapped[ErasureOrigin] = mapped_column(choice(ErasureOrigin))
    requested_at: Mapped[CreatedAt]
    due_at: Mapped[datetime] = mapped_column(index=True)
    erased_at: Mapped[datetime | None]


class DataExport(Model):
    """A copy of a person's data. The archive stands in the row: whichever process makes it, any other hands it out."""

    __tablename__ = "data_exports"
    __table_args__ = (
        CheckConstraint("(ready_at IS NULL) = (content IS NULL)", name="ready_with_content"),
        CheckConstraint("(ready_at IS NULL) = (size IS NULL)", name="ready_with_size"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    requested_at: Mapped[datetime] = mapped_column(default=now, index=True)
    ready_at: Mapped[datetime | None]
    size: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A ZIP archive of JSON files."""
