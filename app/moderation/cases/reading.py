"""Reading cases. What staff are about to be shown is noted in the access log first, a row a request."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog, record_access
from app.consortia.page_requests import PageRequest
from app.consortia.queries import locate_mini_cluster
from app.core.errors import Forbidden, NotFound
from app.ideas.handling import handled_condition
from app.ideas.reading import log_named_read
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.models import Case, Comment, Consortium, Idea
from app.models.moderation import CaseState
from app.moderation.cases import schemas
from app.moderation.cases.errors import CaseClosed
from app.moderation.cases.policy import may_list_cases_of_consortium, may_list_cases_of_mini_cluster
from app.moderation.cases.queries import (
    Reader,
    count_history,
    find_earlier,
    find_reports,
    select_cases,
)
from app.moderation.cases.rows import case_fields, case_report, case_summary, earlier_case, is_restricted
from app.moderation.cases.schemas import CaseOrder


async def list_cases_of_consortium(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    public_id: uuid.UUID,
    state: CaseState,
    order: CaseOrder,
    page: PageRequest,
) -> schemas.CasePage:
    """The cases of a consortium.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    consortium_id = (
        await connection.execute(select(Consortium.id).where(Consortium.public_id == public_id))
    ).scalar_one_or_none()
    if consortium_id is None:
        raise NotFound
    if not may_list_cases_of_consortium(actor, consortium_id):
        raise Forbidden
    await accesses.note(Access("cases.listed", "consortium", consortium_id, consortium_id=consortium_id))
    place = Idea.consortium_id == consortium_id
    return await _list(connection, actor, f"cases.c{consortium_id}", place, state, order, page)


async def list_cases_of_mini_cluster(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    public_id: uuid.UUID,
    state: CaseState,
    order: CaseOrder,
    page: PageRequest,
) -> schemas.CasePage:
    """The cases of a mini-cluster.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor neither manages it nor coordinates its consortium.
    """
    mini_cluster = await locate_mini_cluster(connection, public_id)
    if not may_list_cases_of_mini_cluster(actor, mini_cluster.id, mini_cluster.consortium_id):
        raise Forbidden
    await accesses.note(
        Access("cases.listed", "mini_cluster", mini_cluster.id, consortium_id=mini_cluster.consortium_id)
    )
    place = Idea.mini_cluster_id == mini_cluster.id
    return await _list(connection, actor, f"cases.m{mini_cluster.id}", place, state, order, page)


async def find_case(connection: Reader, actor: Actor, public_id: uuid.UUID, *more: Any) -> Row[Any]:
    """The row of a case that the actor handles.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    """
    statement = select_cases(*more).where(Case.public_id == public_id, handled_condition(actor))
    row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def get_case(
    connection: AsyncConnection, actor: Actor, accesses: AccessLog, public_id: uuid.UUID
) -> schemas.Case:
    """A case with its context.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    """
    await accesses.note(access_to("case.read", await find_case(connection, actor, public_id)))
    return await show_case(connection, actor, public_id)


async def show_case(connection: Reader, actor: Actor, public_id: uuid.UUID) -> schemas.Case:
    """A case with its context, for somebody whose reading of it has been recorded."""
    row = await find_case(connection, actor, public_id, Comment.body.label("comment_body"))
    history = await count_history(connection, row.author_id, row.consortium_id)
    return schemas.Case(
        **case_fields(row),
        comment_body=None if is_restricted(row) else row.comment_body,
        reports=[case_report(report) for report in await find_reports(connection, row.id)],
        earlier_cases=[earlier_case(earlier) for earlier in await find_earlier(connection, row)],
        author_history=schemas.AuthorHistory.model_validate(history),
        closing_words=row.closing_words,
    )


async def show_case_after(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> schemas.Case:
    """A case as it is after an act on it; the reading is recorded in the transaction of the act."""
    await record_access(session, actor.account_id, access_to("case.read", await find_case(session, actor, public_id)))
    return await show_case(session, actor, public_id)


async def find_case_to_open(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> Row[Any]:
    """The row of a case whose idea the actor may open: while it is to be decided, and no longer.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    :raises CaseClosed: it has been decided.
    """
    row = await find_case(connection, actor, public_id, Comment.body.label("comment_body"), Idea.body, Idea.tags)
    if row.state is not CaseState.OPEN:
        raise CaseClosed(outcome=row.outcome)
    return row


async def log_opening(session: AsyncSession, actor: Actor, row: Row[Any]) -> None:
    """Record that the actor opens the idea of a case: committed before it is given out.

    The author of an idea for named people sees it among its readers.
    """
    await record_access(session, actor.account_id, access_to("idea.read_for_case", row))
    if is_restricted(row):
        await log_named_read(session, actor.account_id, row.idea_id, by_staff=True)


def show_idea_of_case(row: Row[Any]) -> schemas.CaseIdea:
    """The idea of a case, for somebody whose opening of it has been recorded."""
    return schemas.CaseIdea(
        idea_id=row.idea_public_id,
        title=row.title,
        body=row.body,
        tags=row.tags,
        author=author_card(row),
        comment_body=row.comment_body,
    )


def access_to(action: str, row: Row[Any]) -> Access:
    """What is read of a case, and whose it is."""
    return Access(
        action,
        "idea" if row.comment_id is None else "comment",
        row.comment_id or row.idea_id,
        subject_id=row.author_id,
        consortium_id=row.consortium_id,
        case_id=row.id,
    )


async def _list(
    connection: AsyncConnection,
    actor: Actor,
    name: str,
    place: ColumnElement[bool],
    state: CaseState,
    order: CaseOrder,
    page: PageRequest,
) -> schemas.CasePage:
    statement = select_cases().where(place, Case.state == state, handled_condition(actor)).limit(page.rows)
    name = f"{name}.{state}.{order}"
    if order is CaseOrder.AGE:
        if (after := page.after(name)) is not None:
            statement = statement.where(Case.id > after)
        rows, next_cursor = page.cut(name, (await connection.execute(statement.order_by(Case.id))).all())
        return schemas.CasePage(items=[case_summary(row) for row in rows], next_cursor=next_cursor)
    heaviest = statement.order_by(Case.weight.desc(), Case.id.desc())
    if page.cursor is not None:
        weight, last_id = page.cursors.decode(name, page.cursor, [int, int])
        heaviest = heaviest.where(tuple_(Case.weight, Case.id) < tuple_(weight, last_id))
    found = (await connection.execute(heaviest)).all()
    shown = found[: page.limit]
    more = len(found) > page.limit
    next_cursor = page.cursors.encode(name, [shown[-1].weight, shown[-1].id]) if more else None
    return schemas.CasePage(items=[case_summary(row) for row in shown], next_cursor=next_cursor)
