"""The routes of invitations."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.consortia.dependencies import MiniClusterId, Page
from app.consortia.invitations import accepting, service
from app.consortia.invitations.links import invitation_link
from app.consortia.invitations.schemas import (
    InvitationAcceptance,
    InvitationCreate,
    InvitationPage,
    IssuedInvitation,
    MyInvitationAcceptance,
)
from app.core.localisation import Locale, negotiate_locale
from app.core.settings import Settings
from app.identity.accounts.schemas import CurrentMembership
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["invitations"])


@router.post(
    "/invitations",
    status_code=201,
    summary="Invite somebody to a mini-cluster",
    description="For its manager, coordinators of its consortium, operators. The link is shown this once, and good for"
    " one person and 72 hours. The same `id` and content again gives a fresh link in place of the first; an"
    " `Idempotency-Key` is not taken, for its record would hold the link.",
    responses=problem_responses(401, 403, 404, 409, 410, 422, 503),
    dependencies=[NO_STORE],
)
async def create_invitation(
    request: InvitationCreate, actor: WriteActor, session: WriteSession, resources: InjectedResources, http: Request
) -> IssuedInvitation:
    """Invite somebody."""
    invitation, token = await service.create_invitation(session, actor, request)
    return IssuedInvitation(
        id=invitation.public_id,
        token=token,
        url=invitation_link(resources.settings.public_url or str(http.base_url), token),
        expires_at=invitation.expires_at,
    )


@router.get(
    "/mini-clusters/{mini_cluster_id}/invitations",
    summary="The invitations to a mini-cluster",
    description="For those who may invite there; the newest first, without their secrets. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_invitations(
    mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection, accesses: Accesses, page: Page
) -> InvitationPage:
    """List invitations."""
    return await service.list_invitations(connection, actor, accesses, mini_cluster_id, page)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    summary="Revoke an invitation",
    description="For those who may invite where it leads. Revoking twice is revoking once.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def revoke_invitation(
    invitation_id: Annotated[
        uuid.UUID, Path(description="The invitation", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    ],
    actor: WriteActor,
    session: WriteSession,
) -> None:
    """Revoke an invitation."""
    await service.revoke_invitation(session, actor, invitation_id)


@router.post(
    "/invitations/accept",
    status_code=201,
    summary="Accept an invitation as a new person",
    description="Makes the account, joins the mini-cluster and signs in. An address that has an account gives"
    " `email_taken`: sign in and accept there. After a lost reply, sign in by a mailed code.",
    responses=problem_responses(403, 404, 409, 410, 422, 503),
    dependencies=[NO_STORE],
)
async def accept_invitation(
    request: InvitationAcceptance, resources: InjectedResources, http: Request
) -> SessionTokens:
    """Accept an invitation."""
    settings = resources.settings
    locale = _locale(http.headers.get("accept-language"), settings)
    return await accepting.accept_as_stranger(resources.database, settings, request, locale)


def _locale(accept_language: str | None, settings: Settings) -> Locale:
    return negotiate_locale(accept_language) if accept_language else settings.default_locale


@router.post(
    "/me/invitations/accept",
    summary="Accept an invitation as a signed-in person",
    description="Joins the mini-cluster. Accepting again gives the same answer.",
    responses=problem_responses(401, 403, 404, 409, 410, 422, 503),
)
async def accept_my_invitation(
    request: MyInvitationAcceptance,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
    resources: InjectedResources,
) -> CurrentMembership:
    """Accept an invitation."""

    async def work() -> CurrentMembership:
        return await accepting.accept_as_member(session, actor, resources.settings.signing_key, request.token)

    return await once.run(
        CurrentMembership, work, lambda earlier: accepting.require_membership(session, actor, earlier)
    )
