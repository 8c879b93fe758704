"""What people ask for about their own data."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import CreatedAt, Model, choice


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
