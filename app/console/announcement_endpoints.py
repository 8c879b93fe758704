"""The pages of announcements: what stands in a mini-cluster or a consortium, announcing, and taking it back."""

import uuid
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.queries import list_announcements
from app.announcements.schemas import AnnouncementCreate
from app.announcements.service import create_announcement, withdraw_announcement
from app.console.acting import end_of_day
from app.console.dependencies import Visit, Visiting, Work
from app.console.forms import Failure, Form
from app.console.navigation import consortium_place, mini_cluster_place
from app.consortia.page_requests import PageRequest
from app.identity.actor import Actor
from app.web.paging import MAX_LIMIT

router = APIRouter()


@router.get("/consortia/{consortium_id}/announcements")
async def show_announcements_of_consortium(consortium_id: uuid.UUID, visit: Visiting) -> Response:
    """What stands in a consortium."""
    return await _of_consortium(visit, consortium_id)


@router.post("/consortia/{consortium_id}/announcements")
async def announce_to_consortium(consortium_id: uuid.UUID, visit: Visiting) -> Response:
    """Announce to everyone of a consortium, or take an announcement back."""
    again = partial(_of_consortium, visit, consortium_id)
    return await visit.submit("announcement", _work(consortium_id=consortium_id), f"{visit.path}?done=saved", again)


@router.get("/mini-clusters/{mini_cluster_id}/announcements")
async def show_announcements_of_mini_cluster(mini_cluster_id: uuid.UUID, visit: Visiting) -> Response:
    """What stands in a mini-cluster."""
    return await _of_mini_cluster(visit, mini_cluster_id)


@router.post("/mini-clusters/{mini_cluster_id}/announcements")
async def announce_to_mini_cluster(mini_cluster_id: uuid.UUID, visit: Visiting) -> Response:
    """Announce to everyone of a mini-cluster, or take an announcement back."""
    again = partial(_of_mini_cluster, visit, mini_cluster_id)
    work = _work(mini_cluster_id=mini_cluster_id)
    return await visit.submit("announcement", work, f"{visit.path}?done=saved", again)


def _work(**place: uuid.UUID) -> Work:
    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        if form.text("withdrawn"):
            await withdraw_announcement(session, actor, form.id("withdrawn"))
            return
        until = end_of_day(form.text("valid_until"), "valid_until")
        request = form.model(AnnouncementCreate, "id", "title", "body", "link", **place, valid_until=until)
        await create_announcement(session, actor, request)

    return work


async def _of_consortium(visit: Visit, public_id: uuid.UUID, failure: Failure | None = None) -> Response:
    async with visit.read() as (connection, actor, _):
        place = await consortium_place(connection, actor, public_id)
        shown = await list_announcements(connection, actor, _all(visit), include_past=False)
    standing = [each for each in shown.items if each.consortium_id == public_id and each.mini_cluster_id is None]
    return visit.page("announcements.html", failure=failure, place=place, tab="announcements", announcements=standing)


async def _of_mini_cluster(visit: Visit, public_id: uuid.UUID, failure: Failure | None = None) -> Response:
    async with visit.read() as (connection, actor, _):
        place = await mini_cluster_place(connection, actor, public_id)
        shown = await list_announcements(connection, actor, _all(visit), include_past=False)
    standing = [each for each in shown.items if each.mini_cluster_id == public_id]
    return visit.page("announcements.html", failure=failure, place=place, tab="announcements", announcements=standing)


def _all(visit: Visit) -> PageRequest:
    """Few stand in one place, so that one page has them all."""
    return PageRequest(visit.resources.cursors, None, MAX_LIMIT)
