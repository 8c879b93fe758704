"""Reading single comments, threads and replies. The number of statements does not depend on what is found."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Row

from app.comments.queries import (
    IdeaFacts,
    Reader,
    find_comment,
    find_first_replies,
    find_idea,
    find_in_idea,
    find_replies,
    find_top_comments,
)
from app.comments.rows import show_comments
from app.comments.schemas import Comment, CommentPage, CommentThread, ReplyPage
from app.comments.statements import REPLIES_SHOWN
from app.comments.windows import Window, WindowCursors, read_around, read_window
from app.core.cursor import CursorCodec
from app.core.errors import NotFound, invalid_field
from app.identity.actor import Actor


class _Replies(NamedTuple):
    """What a page shows under one top comment."""

    window: Window
    total: int


_NO_REPLIES = _Replies(Window([], None, None), 0)


async def get_comment(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Comment:
    """A comment as the actor is shown it.

    :raises NotFound: it does not exist, or not for this actor, or it is deleted and nothing hangs on it.
    """
    row = await find_comment(connection, actor, public_id)
    if not row.is_listed:
        raise NotFound
    return (await show_comments(connection, actor, [row]))[row.id]


async def list_comments(
    connection: Reader,
    actor: Actor,
    cursors: CursorCodec,
    idea_public_id: uuid.UUID,
    *,
    cursor: str | None,
    limit: int,
    around: uuid.UUID | None = None,
) -> CommentPage:
    """A page of the threads of an idea, the oldest first; or the page on which the comment ``around`` stands.

    :raises NotFound: the idea, or the comment ``around`` on it, does not exist, or not for this actor, or is deleted.
    :raises Invalid: the cursor is not valid for this list, or comes with ``around``.
    """
    if cursor and around:
        raise _cursor_and_around()
    idea = await find_idea(connection, actor, idea_public_id)
    focus = await _focus(connection, actor, idea, around) if around else None
    places = WindowCursors(cursors, f"comments.{idea.public_id}")
    read = partial(find_top_comments, connection, actor, idea.id)
    if focus:
        window = await read_around(read, focus.parent_id or focus.id, limit)
    else:
        window = await read_window(read, *places.place(cursor), limit)
    replies = await _first_replies(connection, actor, idea, [row.id for row in window.rows])
    if focus and focus.parent_id and not _has(replies[focus.parent_id].window, focus.id):
        replies[focus.parent_id] = await _replies_around(connection, actor, idea, focus, replies[focus.parent_id])
    items = await _threads(connection, actor, cursors, window.rows, replies)
    return CommentPage(items=items, previous_cursor=places.previous(window), next_cursor=places.next(window))


async def list_replies(
    connection: Reader,
    actor: Actor,
    cursors: CursorCodec,
    comment_public_id: uuid.UUID,
    *,
    cursor: str | None,
    limit: int,
) -> ReplyPage:
    """A page of the replies under a top comment, the oldest first.

    :raises NotFound: there is no such top comment, or not for this actor, or it is deleted with all its replies.
    :raises Invalid: the cursor is not valid for this list.
    """
    top = await find_comment(connection, actor, comment_public_id)
    if top.parent_id is not None or not top.is_listed:
        raise NotFound
    places = _reply_places(cursors, top)
    read = partial(find_replies, connection, actor, top.idea_id, top.id)
    window = await read_window(read, *places.place(cursor), limit)
    shown = await show_comments(connection, actor, window.rows)
    return ReplyPage(
        items=[shown[row.id] for row in window.rows],
        previous_cursor=places.previous(window),
        next_cursor=places.next(window),
    )


async def _focus(connection: Reader, actor: Actor, idea: IdeaFacts, public_id: uuid.UUID) -> Row[Any]:
    row = await find_in_idea(connection, actor, idea.id, public_id)
    if row is None:
        raise NotFound
    return row


async def _first_replies(
    connection: Reader, actor: Actor, idea: IdeaFacts, parent_ids: Sequence[int]
) -> dict[int, _Replies]:
    by_parent: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in await find_first_replies(connection, actor, idea.id, parent_ids):
        by_parent[row.parent_id].append(row)
    return {parent_id: _beginning(by_parent[parent_id]) for parent_id in parent_ids}


def _beginning(rows: Sequence[Row[Any]]) -> _Replies:
    if not rows:
        return _NO_REPLIES
    after = rows[REPLIES_SHOWN - 1].id if len(rows) > REPLIES_SHOWN else None
    return _Replies(Window(rows[:REPLIES_SHOWN], None, after), rows[0].reply_count)


async def _replies_around(
    connection: Reader, actor: Actor, idea: IdeaFacts, focus: Row[Any], first: _Replies
) -> _Replies:
    read = partial(find_replies, connection, actor, idea.id, focus.parent_id)
    return _Replies(await read_around(read, focus.id, REPLIES_SHOWN), first.total)


def _has(window: Window, comment_id: int) -> bool:
    return any(row.id == comment_id for row in window.rows)


async def _threads(
    connection: Reader,
    actor: Actor,
    cursors: CursorCodec,
    tops: Sequence[Row[Any]],
    replies: dict[int, _Replies],
) -> list[CommentThread]:
    below = [row for under_one in replies.values() for row in under_one.window.rows]
    shown = await show_comments(connection, actor, [*tops, *below])
    return [
        CommentThread(
            comment=shown[top.id],
            replies=[shown[row.id] for row in replies[top.id].window.rows],
            reply_count=replies[top.id].total,
            previous_replies_cursor=_reply_places(cursors, top).previous(replies[top.id].window),
            next_replies_cursor=_reply_places(cursors, top).next(replies[top.id].window),
        )
        for top in tops
    ]


def _reply_places(cursors: CursorCodec, top: Row[Any]) -> WindowCursors:
    return WindowCursors(cursors, f"replies.{top.public_id}")


def _cursor_and_around() -> Exception:
    return invalid_field(
        "/query/around",
        "around_with_cursor",
        "around와 cursor는 함께 쓸 수 없습니다. 하나만 보내 주세요.",
        "`around` and `cursor` exclude each other; send one of them.",
    )
