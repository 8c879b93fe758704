"""Blocks between people: one condition for every list of people or of what they wrote."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from app.models import Block


def not_blocked(author: Any, viewer: Any) -> ColumnElement[bool]:
    """Neither of two accounts has blocked the other. PostgreSQL can't turn scalar subqueries into hashed ones."""
    blocked = select(Block.blocked_id).where(Block.blocker_id == viewer, Block.blocked_id == author)
    blocking = select(Block.blocked_id).where(Block.blocker_id == author, Block.blocked_id == viewer)
    return and_(blocked.scalar_subquery().is_(None), blocking.scalar_subquery().is_(None))
