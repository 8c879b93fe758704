"""The pages of joining: applications to a mini-cluster, and invitations to it with what has become of them."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.dependencies import Visit, Visiting
from app.console.forms import Failure, Form
from app.console.navigation import mini_cluster_place
from app.consortia.applications import deciding
from app.consortia.applications import service as applications
from app.consortia.applications.schemas import ApplicationDecision
from app.consortia.dependencies import Page
from app.consortia.invitations import service as invitations
from app.consortia.invitations.links import invitation_link
from app.consortia.invitations.schemas import InvitationCreate
from app.consortia.page_requests import PageRequest
from app.identity.actor import Actor
from app.models import Invitation
from app.models.applications import ApplicationState
from app.models.memberships import MemberRole

router = APIRouter()


@router.get("/mini-clusters/{mini_cluster_id}/applications")
async def show_applications(
    mini_cluster_id: uuid.UUID,
    visit: Visiting,
    page: Page,
    state: Annotated[ApplicationState, Query()] = ApplicationState.OPEN,
) -> Response:
    """The applications to a mini-cluster."""
    return await _applications_page(visit, mini_cluster_id, page, state)


@router.post("/mini-clusters/{mini_cluster_id}/applications")
async def decide_application_of_list(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Admit or decline."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        decision = form.model(ApplicationDecision, "outcome", "words")
        await deciding.decide(session, actor, form.id("application"), decision)

    async def again(failure: Failure) -> Response:
        return await _applications_page(
            visit, mini_cluster_id, page, ApplicationState.OPEN, failure.of_row("decision", "application")
        )

    return await visit.submit("decision", work, f"{visit.path}?done=decided", again)


@router.get("/mini-clusters/{mini_cluster_id}/invitations")
async def show_invitations(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """The invitations to a mini-cluster."""
    return await _invitations_page(visit, mini_cluster_id, page)


@router.post("/mini-clusters/{mini_cluster_id}/invitations")
async def invite(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Invite somebody; the link is shown this once."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> tuple[Invitation, str]:
        request = form.model(InvitationCreate, "id", "role", "email", mini_cluster_id=mini_cluster_id)
        return await invitations.create_invitation(session, actor, request)

    async def then(issued: tuple[Invitation, str]) -> Response:
        return await _invitations_page(visit, mini_cluster_id, page, issued=issued)

    async def again(failure: Failure) -> Response:
        return await _invitations_page(visit, mini_cluster_id, page, failure)

    return await visit.submit("invitation", work, then, again)


@router.post("/mini-clusters/{mini_cluster_id}/invitations/revoke")
async def revoke_invitation_of_list(mini_cluster_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """Take an invitation back."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        await invitations.revoke_invitation(session, actor, form.id("invitation"))

    async def again(failure: Failure) -> Response:
        return await _invitations_page(visit, mini_cluster_id, page, failure)

    then = f"{visit.path.removesuffix('/revoke')}?done=revoked"
    return await visit.submit("revocation", work, then, again)


async def _applications_page(
    visit: Visit,
    mini_cluster_id: uuid.UUID,
    page: PageRequest,
    state: ApplicationState,
    failure: Failure | None = None,
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        shown = await applications.list_applications(connection, actor, accesses, mini_cluster_id, state, page)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    values = {"place": place, "applications": shown, "state": state}
    return visit.page("applications.html", failure=failure, tab="applications", **values)


async def _invitations_page(
    visit: Visit,
    mini_cluster_id: uuid.UUID,
    page: PageRequest,
    failure: Failure | None = None,
    issued: tuple[Invitation, str] | None = None,
) -> Response:
    async with visit.read() as (connection, actor, accesses):
        shown = await invitations.list_invitations(connection, actor, accesses, mini_cluster_id, page)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    roles = [role for role in MemberRole if place.coordinates or role is not MemberRole.MANAGER]
    link = invitation_link(visit.resources.settings.public_url or visit.address, issued[1]) if issued else None
    values = {"place": place, "invitations": shown, "roles": roles, "link": link}
    return visit.page("invitations.html", failure=failure, tab="invitations", **values)
