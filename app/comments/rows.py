"""From rows of comments to what a viewer is shown."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.comments.policy import allowed_actions
from app.comments.queries import Reader, find_mentions
from app.comments.schemas import Comment, Mention
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.models.accounts import AccountStatus


async def show_comments(connection: Reader, actor: Actor, rows: Sequence[Row[Any]]) -> dict[int, Comment]:
    """Comments as the actor is shown them, by their internal id."""
    mentions = await _mentions(connection, actor, [row.id for row in rows if not row.deleted_at and not row.is_hidden])
    return {row.id: _shown(row, actor, mentions.get(row.id, [])) for row in rows}


async def _mentions(connection: Reader, actor: Actor, comment_ids: Sequence[int]) -> dict[int, list[Mention]]:
    by_comment: dict[int, list[Mention]] = defaultdict(list)
    for row in await find_mentions(connection, actor, comment_ids):
        name = "" if row.status is AccountStatus.ERASED else row.name
        by_comment[row.comment_id].append(Mention(id=row.public_id, name=name))
    return by_comment


def _shown(row: Row[Any], actor: Actor, mentions: list[Mention]) -> Comment:
    is_deleted = row.deleted_at is not None
    is_hidden = bool(row.is_hidden)
    is_author = row.author_id == actor.account_id
    parent_id: uuid.UUID | None = row.parent_public_id
    return Comment.model_construct(
        id=row.public_id,
        idea_id=row.idea_public_id,
        parent_id=parent_id,
        reply_to_id=row.reply_to_public_id,
        author=None if is_hidden else author_card(row),
        body="" if is_hidden else row.body,
        mentions=mentions,
        is_deleted=is_deleted,
        is_hidden=is_hidden,
        is_edited=row.edited_at is not None,
        version=row.version,
        created_at=row.created_at,
        edited_at=row.edited_at,
        allowed_actions=[
            str(action)
            for action in allowed_actions(
                row.idea_status,
                is_author=is_author,
                is_deleted=is_deleted,
                is_hidden=is_hidden,
                is_locked=row.idea_is_locked or row.consortium_id in actor.suspended_consortium_ids,
            )
        ],
    )
