"""The pages of places: the mini-clusters of a consortium, and who is in one."""

import uuid
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.acting import act_on_member
from app.console.dependencies import Visit, Visiting
from app.console.forms import Failure, Form, sought
from app.console.navigation import consortium_place, mini_cluster_place
from app.consortia.administration.roles import change_role, end_membership
from app.consortia.dependencies import SEARCH_LENGTH, Page
from app.consortia.members import list_members
from app.consortia.page_requests import PageRequest
from app.consortia.service import get_mini_cluster, list_mini_clusters
from app.identity.actor import Actor
from app.models.memberships import MemberRole
from app.moderation.acts.service import create_act

router = APIRouter()


@router.get("/consortia/{consortium_id}/mini-clusters")
async def show_mini_clusters(consortium_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """The mini-clusters of a consortium."""
    async with visit.read() as (connection, actor, _):
        place = await consortium_place(connection, actor, consortium_id)
        shown = await list_mini_clusters(connection, actor, consortium_id, page)
    return visit.page("mini_clusters.html", place=place, tab="mini_clusters", mini_clusters=shown)


@router.get("/mini-clusters/{mini_cluster_id}/members")
async def show_members(
    mini_cluster_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    q: Annotated[str, AfterValidator(sought), Query(max_length=SEARCH_LENGTH)] = "",
) -> Response:
    """The members of a mini-cluster."""
    return await _members_page(visit, mini_cluster_id, page, q=q)


@router.post("/mini-clusters/{mini_cluster_id}/members")
async def change_member(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Give a member another role, or end the membership."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        member_id = form.id("member")
        if form.text("ends"):
            await end_membership(session, actor, mini_cluster_id, member_id)
            return
        role = form.choice("role", MemberRole)
        await change_role(session, actor, mini_cluster_id, member_id, role)

    again = partial(_members_page, visit, mini_cluster_id, page)
    return await visit.submit("member", work, f"{visit.path}?done=saved", again)


@router.post("/mini-clusters/{mini_cluster_id}/members/act")
async def act_on_member_of_list(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Note, warn or suspend a member, in the whole consortium."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        found = await get_mini_cluster(session, actor, mini_cluster_id)
        await create_act(session, actor, act_on_member(form, form.id("member"), found.consortium.id))

    async def again(failure: Failure) -> Response:
        return await _members_page(visit, mini_cluster_id, page, failure.of_row("act", "member"))

    return await visit.submit("member", work, f"{visit.path.removesuffix('/act')}?done=acted", again)


async def _members_page(
    visit: Visit, mini_cluster_id: uuid.UUID, page: PageRequest, failure: Failure | None = None, q: str = ""
) -> Response:
    async with visit.read() as (connection, actor, _):
        shown = await list_members(connection, actor, mini_cluster_id, q, page)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    roles = [role for role in MemberRole if place.coordinates or role is not MemberRole.MANAGER]
    values = {"place": place, "members": shown, "q": q, "roles": roles, "me": actor.public_id}
    return visit.page("members.html", failure=failure, tab="members", **values)
