"""Telling of comments: placeholders of deleted and hidden ones as threads show them."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, false, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.comments.rows import show_comments
from app.comments.statements import SELECT_COMMENT, is_listed
from app.models import Comment, CommentMention, Idea
from app.sync.ideas import MARKS, View, tell_parts
from app.sync.telling import Telling

COMMENTS = "comments"


def of_persons(person_ids: Collection[int]) -> ColumnElement[bool]:
    """The condition on ``comments`` that were written by, or name, one of these."""
    if not person_ids:
        return false()
    naming = select(CommentMention.comment_id).where(CommentMention.account_id.in_(sorted(person_ids)))
    return or_(Comment.author_id.in_(sorted(person_ids)), Comment.id.in_(naming))


async def tell_comments(
    connection: AsyncConnection,
    view: View,
    touched: ColumnElement[bool],
    before: int,
    limit: int,
    telling: Telling,
    *,
    with_marks: bool = False,
) -> int | None:
    """Tell up to ``limit`` comments below an id, perhaps with what is unread of their ideas; the last id if more."""
    page = (
        select(Comment.id, Comment.idea_id)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.id < before, touched, view.shown(), is_listed())
        .order_by(Comment.id.desc())
        .limit(literal_column(str(limit + 1)))
    )
    found = (await connection.execute(page)).all()
    await _tell(connection, view, [row.id for row in found[:limit]], telling)
    if with_marks:
        await tell_parts(connection, view, {MARKS: {row.idea_id for row in found[:limit]}}, telling)
    return found[limit - 1].id if len(found) > limit else None


async def tell_changed_comments(
    connection: AsyncConnection, view: View, comment_ids: Collection[int], telling: Telling
) -> None:
    """Tell comments that changed. With a deleted one the placeholders it hung on may go, too."""
    if not comment_ids:
        return
    changed = select(Comment.parent_id, Comment.reply_to_id).where(Comment.id.in_(sorted(comment_ids)))
    above = {each for row in await connection.execute(changed) for each in row if each is not None}
    statement = (
        select(Comment.id, Comment.public_id, is_listed().label("listed"))
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.id.in_(sorted(above.union(comment_ids))), view.shown())
    )
    rows = (await connection.execute(statement)).all()
    await _tell(connection, view, [row.id for row in rows if row.listed], telling)
    telling.forget(COMMENTS, (row.public_id for row in rows if not row.listed))


async def tell_moved_comments(
    connection: AsyncConnection, view: View, comment_ids: Collection[int], telling: Telling
) -> None:
    """Comments that left an idea are gone where the one they came to is not shown."""
    if comment_ids:
        statement = (
            select(Comment.public_id)
            .join(Idea, Idea.id == Comment.idea_id)
            .where(Comment.id.in_(sorted(comment_ids)), ~view.shown())
        )
        telling.forget(COMMENTS, (await connection.scalars(statement)).all())


async def _tell(connection: AsyncConnection, view: View, ids: Collection[int], telling: Telling) -> None:
    if not ids:
        return
    statement = SELECT_COMMENT.where(Comment.id.in_(sorted(ids)), view.shown()).order_by(Comment.id.desc())
    rows = (await connection.execute(statement, {"viewer": view.actor.account_id})).all()
    shown = await show_comments(connection, view.actor, rows)
    telling.add(COMMENTS, (shown[row.id] for row in rows))


async def ideas_of_comments(connection: AsyncConnection, comment_ids: Collection[int]) -> set[int]:
    """The ideas under which some comments stand."""
    if not comment_ids:
        return set()
    statement = select(Comment.idea_id).where(Comment.id.in_(sorted(comment_ids))).distinct()
    return set((await connection.scalars(statement)).all())
