"""The pages of the record: the acts in a consortium, undoing them, and the appeals against them."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.dependencies import Visit, Visiting
from app.console.forms import Failure, Form, sought
from app.console.navigation import consortium_place
from app.consortia.dependencies import SEARCH_LENGTH, Page
from app.consortia.page_requests import PageRequest
from app.core.clock import now, seoul_date
from app.identity.actor import Actor
from app.models.moderation import ActKind, AppealState
from app.moderation.acts import reading as acts
from app.moderation.acts.schemas import ActUndo
from app.moderation.acts.service import undo_act
from app.moderation.figures.queries import acts_as_csv
from app.moderation.statements import appeals
from app.moderation.statements.schemas import AppealDecision

router = APIRouter()


@router.get("/consortia/{consortium_id}/log")
async def show_log(
    consortium_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    kind: Annotated[ActKind | Literal[""], Query()] = "",
    member: Annotated[uuid.UUID | None, Query()] = None,
    q: Annotated[str, AfterValidator(sought), Query(max_length=SEARCH_LENGTH)] = "",
) -> Response:
    """The acts in a consortium, the latest first, of one kind or about one member where asked for."""
    return await _log_page(visit, consortium_id, page, kind or None, member, q)


@router.post("/consortia/{consortium_id}/log")
async def undo_act_of_log(consortium_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Undo an act."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        await undo_act(session, actor, form.id("act"), form.model(ActUndo, "words").words)

    async def again(failure: Failure) -> Response:
        return await _log_page(visit, consortium_id, page, None, None, "", failure.of_row("undo", "act"))

    return await visit.submit("undo", work, f"{visit.path}?done=undone", again)


@router.get("/consortia/{consortium_id}/log.csv")
async def get_log_as_csv(
    consortium_id: uuid.UUID, visit: Visiting, month: Annotated[str, Query(max_length=7)]
) -> Response:
    """The acts of a month as a sheet."""
    async with visit.read() as (connection, actor, accesses):
        sheet = await acts_as_csv(connection, actor, accesses, consortium_id, month)
    headers = {"Content-Disposition": f'attachment; filename="moderation-{month}.csv"'}
    return Response(sheet, media_type="text/csv", headers=headers)


@router.get("/consortia/{consortium_id}/appeals")
async def show_appeals(
    consortium_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    state: Annotated[AppealState, Query()] = AppealState.OPEN,
) -> Response:
    """The appeals in a consortium, the oldest first."""
    return await _appeals_page(visit, consortium_id, page, state)


@router.post("/consortia/{consortium_id}/appeals")
async def decide_appeal_of_list(consortium_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Decide an appeal."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        decision = form.model(AppealDecision, "is_granted", "words")
        await appeals.decide_appeal(session, actor, form.id("appeal"), decision)

    async def again(failure: Failure) -> Response:
        return await _appeals_page(visit, consortium_id, page, AppealState.OPEN, failure.of_row("decision", "appeal"))

    return await visit.submit("decision", work, f"{visit.path}?done=decided", again)


async def _log_page(
    visit: Visit,
    consortium_id: uuid.UUID,
    page: PageRequest,
    kind: ActKind | None,
    member: uuid.UUID | None,
    q: str,
    failure: Failure | None = None,
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        shown = await acts.list_acts(connection, actor, accesses, consortium_id, None, member, kind, page, q)
        place = await consortium_place(connection, actor, consortium_id)
    month = f"{seoul_date(now()):%Y-%m}"
    values = {"place": place, "acts": shown, "kind": kind, "member": member, "q": q, "month": month}
    return visit.page("log.html", failure=failure, tab="log", **values)


async def _appeals_page(
    visit: Visit, consortium_id: uuid.UUID, page: PageRequest, state: AppealState, failure: Failure | None = None
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        shown = await appeals.list_appeals(connection, actor, accesses, consortium_id, state, page)
        place = await consortium_place(connection, actor, consortium_id)
    return visit.page("appeals.html", failure=failure, place=place, tab="appeals", appeals=shown, state=state)
