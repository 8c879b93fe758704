"""The statements by which comments are read. Those of lists are built once for each size, and kept."""

from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Label,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.ideas.queries import VIEWER, card_columns
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, Comment, CommentMention, Idea, Organisation

REPLIES_SHOWN = 5
"""Replies that a page of threads shows under each top comment."""

_IDEA: Any = bindparam("idea", type_=BigInteger)
_PARENT: Any = bindparam("parent", type_=BigInteger)
_POSITION: Any = bindparam("position", type_=BigInteger)
_IDS: Any = bindparam("ids", type_=BigInteger, expanding=True)
# A bound LIMIT makes PostgreSQL plan anew each time: so a few sizes, each one more than a page.
_SIZES = (6, 21, 51, 101)


class Direction(StrEnum):
    """Which way a list is read from a position, which itself is left out."""

    AFTER = "after"
    BEFORE = "before"


def is_listed() -> ColumnElement[bool]:
    """A deleted comment stays as a placeholder as long as something that is not deleted hangs on it."""
    reply, answer = aliased(Comment), aliased(Comment)
    below = select(reply.id).where(reply.parent_id == Comment.id, reply.deleted_at.is_(None))
    answering = select(answer.id).where(answer.reply_to_id == Comment.id, answer.deleted_at.is_(None))
    return or_(
        Comment.deleted_at.is_(None),
        *(
            hanging.limit(literal_column("1")).correlate(Comment).scalar_subquery().is_not(None)
            for hanging in (below, answering)
        ),
    )


def is_hidden() -> ColumnElement[bool]:
    """Hidden by a moderator, or one of author and viewer has blocked the other: nobody can tell which."""
    return or_(Comment.hidden_at.is_not(None), not_(not_blocked(Comment.author_id, VIEWER)))


def size_for(number: int) -> int:
    """The size of the statement that reads ``number`` rows and one more, to tell whether the list goes on."""
    return next(size for size in _SIZES if size > number)


@cache
def select_top_comments(direction: Direction, size: int) -> Select[Any]:
    """Listed top comments of an idea from a position."""
    return _read_on(Comment.parent_id.is_(None), direction, size)


@cache
def select_replies(direction: Direction, size: int) -> Select[Any]:
    """Listed replies under a top comment from a position."""
    return _read_on(Comment.parent_id == _PARENT, direction, size)


def _read_on(level: ColumnElement[bool], direction: Direction, size: int) -> Select[Any]:
    """The page is cut from the bare table and hydrated then: or PostgreSQL, expecting few rows, joins all and sorts."""
    forward = direction is Direction.AFTER
    # The parent, though the same for all, stands in the order too: that a null is constant PostgreSQL does not see.
    keys = [column.asc() if forward else column.desc() for column in (Comment.parent_id, Comment.id)]
    page = (
        select(Comment.id)
        .where(Comment.idea_id == _IDEA, level, is_listed())
        .where(Comment.id > _POSITION if forward else Comment.id < _POSITION)
        .order_by(*keys)
        .limit(literal_column(str(size)))
        .subquery("page")
    )
    return _select(*_columns()).select_from(_joined(page)).order_by(keys[-1])


def _columns() -> list[Label[Any]]:
    parent, answered = aliased(Comment), aliased(Comment)
    parent_id = select(parent.public_id).where(parent.id == Comment.parent_id)
    answered_id = select(answered.public_id).where(answered.id == Comment.reply_to_id)
    return [
        Comment.id.label("id"),
        Comment.public_id.label("public_id"),
        Comment.parent_id.label("parent_id"),
        Comment.author_id.label("author_id"),
        Comment.body.label("body"),
        Comment.version.label("version"),
        Comment.created_at.label("created_at"),
        Comment.edited_at.label("edited_at"),
        Comment.deleted_at.label("deleted_at"),
        is_hidden().label("is_hidden"),
        parent_id.correlate(Comment).scalar_subquery().label("parent_public_id"),
        answered_id.correlate(Comment).scalar_subquery().label("reply_to_public_id"),
        Idea.public_id.label("idea_public_id"),
        Idea.status.label("idea_status"),
        Idea.consortium_id.label("consortium_id"),
        Idea.locked_at.is_not(None).label("idea_is_locked"),
        *card_columns(),
    ]


def _joined(page: FromClause | None = None) -> FromClause:
    """Comments, or those of a page of ids, with all that their columns need."""
    comments = Comment.__table__ if page is None else page.join(Comment, Comment.id == page.c.id)
    return (
        comments.join(Idea, Idea.id == Comment.idea_id)
        .join(Account, Account.id == Comment.author_id)
        .outerjoin(Affiliation, Affiliation.id == Comment.affiliation_id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
    )


def _first_replies() -> Select[Any]:
    readable = case((Comment.deleted_at.is_(None) & not_(is_hidden()), 1))
    ranked = (
        select(
            Comment.id.label("id"),
            func.row_number().over(partition_by=Comment.parent_id, order_by=Comment.id).label("place"),
            func.count(readable).over(partition_by=Comment.parent_id).label("reply_count"),
        )
        .where(Comment.idea_id == _IDEA, Comment.parent_id.in_(_IDS), is_listed())
        .subquery("ranked")
    )
    return (
        select(*_columns(), ranked.c.reply_count)
        .select_from(_joined(ranked))
        .where(ranked.c.place <= REPLIES_SHOWN + 1)
        .order_by(Comment.parent_id, Comment.id)
    )


def _select(*columns: Any) -> Select[Any]:
    return select(*columns)


SELECT_COMMENT: Select[Any] = _select(
    *_columns(), Comment.idea_id.label("idea_id"), is_listed().label("is_listed")
).select_from(_joined())
"""One comment with its idea's key and whether lists show it; to be narrowed by the caller."""
SELECT_PLACE: Select[Any] = _select(Comment.id, Comment.parent_id, is_hidden().label("is_hidden"))
"""Where a comment stands, and whether the viewer may answer it; to be narrowed by the caller."""
SELECT_FIRST_REPLIES: Select[Any] = _first_replies()
"""The first replies under some top comments, one more than are shown, with ``reply_count`` on each."""
SELECT_MENTIONS: Select[Any] = (
    _select(CommentMention.comment_id, Account.public_id, Account.name, Account.status)
    .join(Account, Account.id == CommentMention.account_id)
    .where(CommentMention.comment_id.in_(_IDS), not_blocked(CommentMention.account_id, VIEWER))
    .order_by(CommentMention.comment_id, CommentMention.account_id)
)
"""Whom some comments name, without those whom a block keeps apart from the viewer."""
