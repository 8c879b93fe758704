"""The routes of statements and appeals."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.consortia.dependencies import ConsortiumId, Page
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.models.moderation import AppealState
from app.moderation.statements import appeals, reading
from app.moderation.statements.schemas import (
    Appeal,
    AppealCreate,
    AppealDecision,
    AppealPage,
    AppealReceipt,
    Statement,
    StatementPage,
)
from app.web.connections import ReadConnection, RequestLocale
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
StatementId = Annotated[uuid.UUID, Path(description="The statement", examples=[_EXAMPLE_ID])]
AppealId = Annotated[uuid.UUID, Path(description="The appeal", examples=[_EXAMPLE_ID])]
State = Annotated[AppealState, Query(description="Only appeals of this state.", examples=["open"])]


@router.get(
    "/me/statements",
    summary="What was done to what I wrote, and why",
    description="Statements of reasons, the latest first, with the rule of the house they follow from and the way to"
    " appeal, in the language of the request.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_statements(
    actor: ReadActor, connection: ReadConnection, locale: RequestLocale, page: Page
) -> StatementPage:
    """List statements made to me."""
    return await reading.list_statements(connection, actor, locale, page)


@router.post(
    "/me/statements/{statement_id}/appeal",
    status_code=201,
    summary="Appeal",
    description="Once, within 180 days, while the act stands. Another than the one who acted decides: a coordinator of"
    " the consortium or an operator.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def create_appeal(
    statement_id: StatementId,
    request: AppealCreate,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
    locale: RequestLocale,
) -> Statement:
    """Appeal against an act."""

    async def work() -> AppealReceipt:
        await appeals.create_appeal(session, actor, statement_id, request)
        return AppealReceipt(id=request.id)

    await once.run(AppealReceipt, work, lambda _earlier: reading.find_statement(session, actor, statement_id))
    return await reading.show_statement(session, actor, locale, statement_id)


@router.get(
    "/consortia/{consortium_id}/appeals",
    summary="The appeals in a consortium",
    description="For its coordinators and operators, the oldest first. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_appeals(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    state: State = AppealState.OPEN,
) -> AppealPage:
    """List appeals."""
    return await appeals.list_appeals(connection, actor, accesses, consortium_id, state, page)


@router.post(
    "/appeals/{appeal_id}/decide",
    summary="Decide an appeal",
    description="For coordinators of the consortium and operators, but not for the one who acted: 403 `own_act`. To"
    " grant it undoes the act. Of two who decide at once the second gets 409 `appeal_decided`.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def decide_appeal(
    appeal_id: AppealId, request: AppealDecision, actor: WriteActor, session: WriteSession, once: Once
) -> Appeal:
    """Decide an appeal."""

    async def work() -> AppealReceipt:
        await appeals.decide_appeal(session, actor, appeal_id, request)
        return AppealReceipt(id=appeal_id)

    await once.run(AppealReceipt, work, lambda earlier: appeals.find_appeal(session, actor, earlier.id))
    return await appeals.show_appeal(session, actor, appeal_id)
