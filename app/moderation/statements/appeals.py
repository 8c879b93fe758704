"""Appealing against an act, once; and deciding an appeal, which is for another than the one who acted."""

import uuid
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.audit.service import record
from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.actor import Actor
from app.models import Appeal, ModerationAct
from app.models.moderation import AppealState
from app.models.upsert import insert_for
from app.moderation.acts.reading import act_view, moderated_by, select_acts
from app.moderation.acts.service import undo
from app.moderation.acts.telling import tell_subject
from app.moderation.rules.service import locate_consortium
from app.moderation.statements import schemas
from app.moderation.statements.errors import AlreadyAppealed, AppealDecided, AppealTooLate, OwnAct
from app.moderation.statements.reading import find_statement, may_appeal

Reader = AsyncConnection | AsyncSession


async def create_appeal(
    session: AsyncSession, actor: Actor, statement_id: uuid.UUID, request: schemas.AppealCreate
) -> None:
    """Appeal against an act; the same request again changes nothing.

    :raises NotFound: there is no such statement to the actor.
    :raises AlreadyAppealed: he has appealed already.
    :raises AppealTooLate: the time is over, or the act was undone.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    """
    row = await find_statement(session, actor, statement_id)
    if row.appeal_public_id == request.id and await _made_before(session, row.id, request):
        return
    if row.appeal_public_id is not None:
        raise AlreadyAppealed
    if not may_appeal(row.created_at, row.undone_at):
        raise AppealTooLate
    statement = insert_for(session, Appeal).values(
        public_id=request.id, creation_digest=request.digest(), act_id=row.id, words=request.words
    )
    added = await session.scalar(statement.on_conflict_do_nothing().returning(Appeal.id))
    if added is None and not await _made_before(session, row.id, request):
        raise AlreadyAppealed


async def list_appeals(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    consortium_id: uuid.UUID,
    state: AppealState,
    page: PageRequest,
) -> schemas.AppealPage:
    """The appeals in a consortium, the oldest first.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    place = await locate_consortium(connection, consortium_id)
    if not (actor.is_operator or place in actor.coordinated_consortium_ids):
        raise Forbidden
    await accesses.note(Access("appeals.listed", "consortium", place, consortium_id=place))
    name = f"appeals.{place}.{state}"
    statement = _select(actor).where(ModerationAct.consortium_id == place, Appeal.state == state)
    if (after := page.after(name)) is not None:
        statement = statement.where(Appeal.id > after)
    found = (await connection.execute(statement.order_by(Appeal.id).limit(page.rows))).all()
    shown = found[: page.limit]
    next_cursor = page.cursors.encode(name, [shown[-1].appeal_id]) if len(found) > page.limit else None
    return schemas.AppealPage(items=[_view(row, actor) for row in shown], next_cursor=next_cursor)


async def decide_appeal(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, decision: schemas.AppealDecision
) -> None:
    """Grant an appeal, which undoes the act, or uphold the act; the same decision again changes nothing.

    :raises NotFound: it does not exist, or is not the actor's to see.
    :raises OwnAct: the actor did what is appealed against.
    :raises AppealDecided: somebody else was quicker.
    """
    row = await find_appeal(session, actor, public_id)
    if row.actor_id == actor.account_id:
        raise OwnAct
    appeal = await session.get_one(Appeal, row.appeal_id, with_for_update=True, populate_existing=True)
    state = AppealState.GRANTED if decision.is_granted else AppealState.UPHELD
    if appeal.state is not AppealState.OPEN:
        if (appeal.decided_by_id, appeal.state, appeal.decision_words) == (actor.account_id, state, decision.words):
            return
        raise AppealDecided(state=appeal.state)
    appeal.state = state
    appeal.decided_by_id = actor.account_id
    appeal.decided_at = now()
    appeal.decision_words = decision.words
    await session.flush()
    await record(
        session,
        actor_id=actor.account_id,
        action="appeal.decided",
        target_kind="appeal",
        target_id=appeal.id,
        consortium_id=row.consortium_id,
        details={"act_id": row.id, "state": state.value},
    )
    if decision.is_granted:
        await undo(session, actor, row.id, decision.words)
    else:
        await tell_subject(session, await session.get_one(ModerationAct, row.id))


async def find_appeal(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Row[Any]:
    """The row of an appeal that coordinators of its consortium, and operators, see.

    :raises NotFound: it does not exist, or not for this actor.
    """
    row: Row[Any] | None = (await connection.execute(_select(actor).where(Appeal.public_id == public_id))).one_or_none()
    if row is None or not (actor.is_operator or row.consortium_id in actor.coordinated_consortium_ids):
        raise NotFound
    return row


async def show_appeal(connection: Reader, actor: Actor, public_id: uuid.UUID) -> schemas.Appeal:
    """An appeal, for those who may decide it, or might if they had not acted.

    :raises NotFound: it does not exist, or not for this actor.
    """
    return _view(await find_appeal(connection, actor, public_id), actor)


async def _made_before(session: AsyncSession, act_id: int, request: schemas.AppealCreate) -> bool:
    statement = select(Appeal.act_id, Appeal.creation_digest).where(Appeal.public_id == request.id)
    row = (await session.execute(statement)).one_or_none()
    if row is not None and (row.act_id != act_id or row.creation_digest != request.digest()):
        raise IdTaken
    return row is not None


def _select(actor: Actor) -> Select[Any]:
    return (
        select_acts(
            Appeal.id.label("appeal_id"),
            Appeal.public_id.label("appeal_public_id"),
            Appeal.state.label("appeal_state"),
            Appeal.words.label("appeal_words"),
            Appeal.created_at.label("appealed_at"),
            Appeal.decided_at,
            Appeal.decision_words,
        )
        .join(Appeal, Appeal.act_id == ModerationAct.id)
        .where(moderated_by(actor), ModerationAct.subject_id != actor.account_id)
    )


def _view(row: Row[Any], actor: Actor) -> schemas.Appeal:
    return schemas.Appeal(
        id=row.appeal_public_id,
        state=row.appeal_state,
        words=row.appeal_words,
        created_at=row.appealed_at,
        act=act_view(row),
        may_decide=row.appeal_state is AppealState.OPEN and row.actor_id != actor.account_id,
        decided_at=row.decided_at,
        decision_words=row.decision_words,
    )
