"""The routes of experts and of their invitations into ideas."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.consortia.dependencies import Page, Search
from app.ideas.dependencies import IdeaId
from app.ideas.experts import designations, invitations, reading
from app.ideas.experts.schemas import Expert, ExpertDesignation, ExpertPage, InvitedExpertPage
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["experts"])

AccountId = Annotated[uuid.UUID, Path(description="The person", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.get(
    "/experts",
    summary="Experts",
    description="For members, coordinators and operators. `q` is part of a name, of an organisation or of a field.",
    responses=problem_responses(401, 403, 422, 503),
)
async def list_experts(actor: ReadActor, connection: ReadConnection, page: Page, q: Search = None) -> ExpertPage:
    """List experts."""
    return await reading.list_experts(connection, actor, q, page)


@router.put(
    "/experts/{account_id}",
    summary="Designate an expert",
    description="For coordinators and operators. Another field replaces the one before; the same changes nothing.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def put_expert(
    account_id: AccountId, request: ExpertDesignation, actor: WriteActor, session: WriteSession
) -> Expert:
    """Designate an expert."""
    await designations.designate(session, actor, account_id, request.field)
    return await reading.show_expert(session, account_id)


@router.delete(
    "/experts/{account_id}",
    status_code=204,
    summary="End the designation of an expert",
    description="For coordinators and operators. All ideas he was invited into are hidden from him at once.",
    responses=problem_responses(401, 403, 404, 503),
)
async def delete_expert(account_id: AccountId, actor: WriteActor, session: WriteSession) -> None:
    """End the designation of an expert."""
    await designations.end_designation(session, actor, account_id)


@router.get(
    "/ideas/{idea_id}/experts",
    summary="The experts I invited into an idea",
    description="For its author only.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_idea_experts(
    idea_id: IdeaId, actor: ReadActor, connection: ReadConnection, page: Page
) -> InvitedExpertPage:
    """List the experts of an idea."""
    return await reading.list_invited(connection, actor, idea_id, page)


@router.put(
    "/ideas/{idea_id}/experts/{account_id}",
    status_code=204,
    summary="Invite an expert into an idea of one's own",
    description="He sees it whatever its visibility, may comment and recommend, and finds it in his feed of"
    " invitations. Inviting twice is inviting once.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def put_idea_expert(idea_id: IdeaId, account_id: AccountId, actor: WriteActor, session: WriteSession) -> None:
    """Invite an expert."""
    await invitations.invite_expert(session, actor, idea_id, account_id)


@router.delete(
    "/ideas/{idea_id}/experts/{account_id}",
    status_code=204,
    summary="Take the invitation of an expert back",
    description="The idea is hidden from him at once, unless he sees it anyway. What he wrote stays.",
    responses=problem_responses(401, 403, 404, 503),
)
async def delete_idea_expert(idea_id: IdeaId, account_id: AccountId, actor: WriteActor, session: WriteSession) -> None:
    """Take an invitation back."""
    await invitations.uninvite_expert(session, actor, idea_id, account_id)
