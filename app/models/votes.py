"""Recommendations (추천)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Model


class Vote(Model):
    """A member recommends an idea: the key allows one vote per member and idea."""

    __tablename__ = "votes"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(BigKey, ForeignKey("ideas.id"), primary_key=True, index=True)
    voted_at: Mapped[CreatedAt]
