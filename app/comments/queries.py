"""Reading comments and the facts of their idea, always through the visibility of the idea."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.comments import statements
from app.comments.statements import Direction
from app.core.errors import NotFound
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.models import Comment, Idea
from app.models.ideas import IdeaStatus

Reader = AsyncConnection | AsyncSession


class IdeaFacts(NamedTuple):
    """What comments need to know of their idea."""

    id: int
    public_id: uuid.UUID
    status: IdeaStatus
    is_locked: bool
    consortium_id: int


async def find_idea(connection: Reader, actor: Actor, public_id: uuid.UUID) -> IdeaFacts:
    """The idea whose comments the actor reads or writes: one he sees, or one of his own.

    :raises NotFound: it does not exist, or not for this actor.
    """
    statement = select(Idea.id, Idea.public_id, Idea.status, Idea.locked_at.is_not(None), Idea.consortium_id)
    statement = statement.where(Idea.public_id == public_id, _own_or_visible(actor))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return IdeaFacts(*row)


async def find_comment(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Row[Any]:
    """The row of a comment that the actor sees or has written, on an idea that he sees or has written.

    His own is found even if it is deleted and no list shows it any more: ``is_listed`` tells.

    :raises NotFound: it does not exist, or not for this actor.
    """
    mine_or_listed = or_(Comment.author_id == actor.account_id, statements.is_listed())
    statement = statements.SELECT_COMMENT.where(Comment.public_id == public_id, mine_or_listed, _own_or_visible(actor))
    row: Row[Any] | None = (await connection.execute(statement, {"viewer": actor.account_id})).one_or_none()
    if row is None:
        raise NotFound
    return row


async def find_in_idea(connection: Reader, actor: Actor, idea_id: int, public_id: uuid.UUID) -> Row[Any] | None:
    """``id``, ``parent_id`` and ``is_hidden`` of a comment of this idea, unless it is deleted."""
    statement = statements.SELECT_PLACE.where(
        Comment.public_id == public_id, Comment.idea_id == idea_id, Comment.deleted_at.is_(None)
    )
    row: Row[Any] | None = (await connection.execute(statement, {"viewer": actor.account_id})).one_or_none()
    return row


async def find_top_comments(
    connection: Reader, actor: Actor, idea_id: int, direction: Direction, position: int, number: int
) -> Sequence[Row[Any]]:
    """More than ``number`` listed top comments if there are so many, in the direction of reading."""
    statement = statements.select_top_comments(direction, statements.size_for(number))
    binds = {"viewer": actor.account_id, "idea": idea_id, "position": position}
    rows: Sequence[Row[Any]] = (await connection.execute(statement, binds)).all()
    return rows


async def find_replies(
    connection: Reader, actor: Actor, idea_id: int, parent_id: int, direction: Direction, position: int, number: int
) -> Sequence[Row[Any]]:
    """More than ``number`` listed replies under a top comment if there are so many, in the direction of reading."""
    statement = statements.select_replies(direction, statements.size_for(number))
    binds = {"viewer": actor.account_id, "idea": idea_id, "parent": parent_id, "position": position}
    rows: Sequence[Row[Any]] = (await connection.execute(statement, binds)).all()
    return rows


async def find_first_replies(
    connection: Reader, actor: Actor, idea_id: int, parent_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    """The first replies under each of some top comments, one more than are shown, with ``reply_count`` on each."""
    if not parent_ids:
        return []
    binds = {"viewer": actor.account_id, "idea": idea_id, "ids": parent_ids}
    rows: Sequence[Row[Any]] = (await connection.execute(statements.SELECT_FIRST_REPLIES, binds)).all()
    return rows


async def find_mentions(connection: Reader, actor: Actor, comment_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Whom some comments name, as the actor is shown it: the comment, and id, name and status of the member."""
    if not comment_ids:
        return []
    binds = {"viewer": actor.account_id, "ids": comment_ids}
    rows: Sequence[Row[Any]] = (await connection.execute(statements.SELECT_MENTIONS, binds)).all()
    return rows


def _own_or_visible(actor: Actor) -> ColumnElement[bool]:
    return or_(Idea.author_id == actor.account_id, visible_to(actor))
