"""Statements of reasons, for the person concerned."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import NotFound
from app.core.localisation import Locale
from app.identity.actor import Actor
from app.models import Appeal, Comment, Consortium, HouseRules, Idea, ModerationAct, ModerationActText
from app.moderation.acts.telling import STATED_KINDS
from app.moderation.statements import schemas
from app.moderation.statements.texts import APPEAL_TIME, how_to_appeal, what_was_done

Reader = AsyncConnection | AsyncSession
_LIST = "statements"


async def list_statements(
    connection: AsyncConnection, actor: Actor, locale: Locale, page: PageRequest
) -> schemas.StatementPage:
    """What was done to what the actor wrote, the latest first."""
    statement = _select(actor).order_by(ModerationAct.id.desc()).limit(page.rows)
    if (after := page.after(_LIST)) is not None:
        statement = statement.where(ModerationAct.id < after)
    rows, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    return schemas.StatementPage(items=[_view(row, locale) for row in rows], next_cursor=next_cursor)


async def find_statement(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Row[Any]:
    """The row of a statement made to the actor.

    :raises NotFound: it does not exist, or was made to somebody else.
    """
    row: Row[Any] | None = (
        await connection.execute(_select(actor).where(ModerationAct.public_id == public_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


async def show_statement(connection: Reader, actor: Actor, locale: Locale, public_id: uuid.UUID) -> schemas.Statement:
    """A statement made to the actor.

    :raises NotFound: it does not exist, or was made to somebody else.
    """
    return _view(await find_statement(connection, actor, public_id), locale)


def may_appeal(created_at: datetime, undone_at: datetime | None) -> bool:
    """Whether an appeal would not come too late."""
    return undone_at is None and now() < created_at + APPEAL_TIME


def _columns() -> list[Any]:
    return [
        ModerationAct.id,
        ModerationAct.public_id,
        ModerationAct.kind,
        ModerationAct.rule_number,
        ModerationAct.until,
        ModerationAct.created_at,
        ModerationAct.undone_at,
        ModerationActText.words,
        ModerationActText.undo_words,
        HouseRules.rules,
        Consortium.public_id.label("consortium_public_id"),
        Idea.public_id.label("idea_public_id"),
        Idea.title,
        Comment.public_id.label("comment_public_id"),
        Comment.body.label("comment_body"),
        Appeal.public_id.label("appeal_public_id"),
        Appeal.state.label("appeal_state"),
        Appeal.words.label("appeal_words"),
        Appeal.created_at.label("appealed_at"),
        Appeal.decided_at,
        Appeal.decision_words,
    ]


def _select(actor: Actor) -> Select[Any]:
    cited = (HouseRules.consortium_id == ModerationAct.consortium_id) & (
        HouseRules.version == ModerationAct.rules_version
    )
    source = (
        ModerationAct.__table__.join(Consortium, Consortium.id == ModerationAct.consortium_id)
        .outerjoin(Idea, Idea.id == ModerationAct.idea_id)
        .outerjoin(ModerationActText, ModerationActText.act_id == ModerationAct.id)
        .outerjoin(HouseRules, cited)
        .outerjoin(Comment, Comment.id == ModerationAct.comment_id)
        .outerjoin(Appeal, Appeal.act_id == ModerationAct.id)
    )
    return (
        select(*_columns())
        .select_from(source)
        .where(
            ModerationAct.subject_id == actor.account_id,
            ModerationAct.actor_id.is_distinct_from(actor.account_id),
            ModerationAct.kind.in_(STATED_KINDS),
        )
    )


def _view(row: Row[Any], locale: Locale) -> schemas.Statement:
    can_appeal = row.appeal_public_id is None and may_appeal(row.created_at, row.undone_at)
    to_comment = row.comment_public_id is not None
    return schemas.Statement(
        id=row.public_id,
        kind=row.kind,
        text=what_was_done(row.kind, locale, to_comment=to_comment),
        consortium_id=row.consortium_public_id,
        until=row.until,
        idea_id=row.idea_public_id,
        idea_title=None if to_comment else row.title,
        comment_id=row.comment_public_id,
        comment_body=row.comment_body,
        words=row.words or "",
        rule=row.rules[row.rule_number - 1][locale.value] if row.rules and row.rule_number else None,
        created_at=row.created_at,
        undone_at=row.undone_at,
        undo_words=row.undo_words,
        appeal=_own_appeal(row),
        may_appeal=can_appeal,
        how_to_appeal=how_to_appeal(row.created_at, locale) if can_appeal else None,
    )


def _own_appeal(row: Row[Any]) -> schemas.OwnAppeal | None:
    if row.appeal_public_id is None:
        return None
    return schemas.OwnAppeal(
        id=row.appeal_public_id,
        state=row.appeal_state,
        words=row.appeal_words,
        created_at=row.appealed_at,
        decided_at=row.decided_at,
        decision_words=row.decision_words,
    )
