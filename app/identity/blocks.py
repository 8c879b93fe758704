"""Blocks between people: one condition for every list of people or of what they wrote.

A block holds between two members, in both directions, from the next request. It does not hold against an office: those
who keep a mini-cluster see all its members, cases and acts of moderation go on, and the coordinators of a consortium
are listed to everybody in it. What was done in an office (a proposal that waits for consent, a reading of an idea for
named people, a statement of reasons) is shown to the person concerned, whoever did it.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from app.models import Block


def not_blocked(author: Any, viewer: Any) -> ColumnElement[bool]:
    """Neither of two accounts has blocked the other. PostgreSQL can't turn scalar subqueries into hashed ones."""
    blocked = select(Block.blocked_id).where(Block.blocker_id == viewer, Block.blocked_id == author)
    blocking = select(Block.blocked_id).where(Block.blocker_id == author, Block.blocked_id == viewer)
    return and_(blocked.scalar_subquery().is_(None), blocking.scalar_subquery().is_(None))
