"""The pages of rosters: who is on one, a preview of a new one with its errors by row, and taking it over."""

import uuid
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AfterValidator

from app.console.dependencies import Visit, Visiting
from app.console.forms import Failure, sought
from app.console.navigation import mini_cluster_place
from app.consortia.dependencies import SEARCH_LENGTH, Page
from app.consortia.page_requests import PageRequest
from app.consortia.roster import keeping, service
from app.consortia.roster.errors import RosterChanged, RosterFaulty
from app.core.errors import Conflict, Invalid

router = APIRouter()


@router.get("/mini-clusters/{mini_cluster_id}/roster")
async def show_roster(
    mini_cluster_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    q: Annotated[str, AfterValidator(sought), Query(max_length=SEARCH_LENGTH)] = "",
) -> Response:
    """The roster of a mini-cluster, and the form for a new one."""
    return await _roster_page(visit, mini_cluster_id, page, q=q)


@router.post("/mini-clusters/{mini_cluster_id}/roster/preview")
async def preview_roster_of_form(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """What the rows would do; nothing is stored."""
    form = await visit.form()
    async with visit.read() as (connection, actor, _):
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    ends = form.text("ends_memberships") == "true"
    try:
        preview = await service.preview_roster(
            visit.resources.database,
            replace(actor, locale=visit.locale),
            mini_cluster_id,
            form.text("rows").encode(),
            ends_memberships=ends,
        )
    except Invalid as error:
        return await _roster_page(visit, mini_cluster_id, page, Failure(error, form, "roster"))
    sent = {"rows": form.text("rows"), "ends_memberships": str(ends).lower()}
    return visit.page("roster_preview.html", tab="roster", place=place, preview=preview, sent=sent)


@router.post("/mini-clusters/{mini_cluster_id}/roster")
async def import_roster_of_form(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Take the rows of a preview over: all of them, or none."""
    form = await visit.form()
    async with visit.read() as (_, actor, _):
        pass
    try:
        await service.import_roster(
            visit.resources.database,
            actor,
            mini_cluster_id,
            form.text("rows").encode(),
            form.text("fingerprint"),
            ends_memberships=form.text("ends_memberships") == "true",
        )
    except (Conflict, Invalid, RosterFaulty, RosterChanged) as error:
        return await _roster_page(visit, mini_cluster_id, page, Failure(error, form, "roster"))
    return visit.go(f"{visit.path}?done=saved")


async def _roster_page(
    visit: Visit, mini_cluster_id: uuid.UUID, page: PageRequest, failure: Failure | None = None, q: str = ""
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        shown = await keeping.list_roster(connection, actor, accesses, mini_cluster_id, None, q, page, left=False)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    return visit.page("roster.html", failure=failure, place=place, tab="roster", roster=shown, q=q)
