"""The pages of queues: the cases of a consortium or a mini-cluster, and acts on a selection of them."""

import uuid
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.acting import act_of
from app.console.dependencies import Visit, Visiting
from app.console.forms import Failure, Form
from app.console.navigation import consortium_place, mini_cluster_place
from app.consortia.dependencies import Page
from app.consortia.page_requests import PageRequest
from app.core.errors import invalid_field
from app.core.ids import new_public_id
from app.identity.actor import Actor
from app.models.moderation import CaseState
from app.moderation.acts.service import create_acts
from app.moderation.cases import reading
from app.moderation.cases.schemas import CaseOrder
from app.moderation.rules.service import get_rules

router = APIRouter()

State = Annotated[CaseState, Query()]
Order = Annotated[CaseOrder, Query()]


@router.get("/consortia/{consortium_id}/cases")
async def show_cases_of_consortium(
    consortium_id: uuid.UUID, visit: Visiting, page: Page, state: State = CaseState.OPEN, sort: Order = CaseOrder.WEIGHT
) -> Response:
    """The queue of a consortium."""
    return await _of_consortium(visit, consortium_id, page, state, sort)


@router.post("/consortia/{consortium_id}/cases")
async def act_on_cases_of_consortium(consortium_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Hide all that is selected, or nothing."""
    again = partial(_of_consortium, visit, consortium_id, page, CaseState.OPEN, CaseOrder.WEIGHT)
    return await visit.submit("selection", _hide_selected, f"{visit.path}?done=acted", again)


@router.get("/mini-clusters/{mini_cluster_id}/cases")
async def show_cases_of_mini_cluster(
    mini_cluster_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    state: State = CaseState.OPEN,
    sort: Order = CaseOrder.WEIGHT,
) -> Response:
    """The queue of a mini-cluster."""
    return await _of_mini_cluster(visit, mini_cluster_id, page, state, sort)


@router.post("/mini-clusters/{mini_cluster_id}/cases")
async def act_on_cases_of_mini_cluster(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Hide all that is selected, or nothing."""
    again = partial(_of_mini_cluster, visit, mini_cluster_id, page, CaseState.OPEN, CaseOrder.WEIGHT)
    return await visit.submit("selection", _hide_selected, f"{visit.path}?done=acted", again)


async def _of_consortium(
    visit: Visit,
    public_id: uuid.UUID,
    page: PageRequest,
    state: CaseState,
    order: CaseOrder,
    failure: Failure | None = None,
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        cases = await reading.list_cases_of_consortium(connection, actor, accesses, public_id, state, order, page)
        place = await consortium_place(connection, actor, public_id)
        rules = await get_rules(connection, place.consortium.id)
    values = {"place": place, "cases": cases, "rules": rules.rules, "state": state, "sort": order}
    return visit.page("queue.html", failure=failure, tab="cases", **values)


async def _of_mini_cluster(
    visit: Visit,
    public_id: uuid.UUID,
    page: PageRequest,
    state: CaseState,
    order: CaseOrder,
    failure: Failure | None = None,
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        cases = await reading.list_cases_of_mini_cluster(connection, actor, accesses, public_id, state, order, page)
        place = await mini_cluster_place(connection, actor, public_id)
        rules = await get_rules(connection, place.consortium.id)
    values = {"place": place, "cases": cases, "rules": rules.rules, "state": state, "sort": order}
    return visit.page("queue.html", failure=failure, tab="cases", **values)


async def _hide_selected(session: AsyncSession, actor: Actor, form: Form) -> None:
    selected = form.ids("case")
    if not selected:
        raise invalid_field("/body/case", "nothing_selected", "먼저 골라 주세요.", "Select something first.")
    acts = []
    for case_id in selected:
        target = await reading.find_case(session, actor, case_id)
        acts.append(act_of(form, target, case_id, id=new_public_id(), kind="hide"))
    await create_acts(session, actor, acts)
