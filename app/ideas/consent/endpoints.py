"""The routes by which an author consents to, or declines, a wider audience."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.consortia.dependencies import Page
from app.ideas.access import own_or_visible_idea
from app.ideas.consent import reading, service
from app.ideas.consent.schemas import (
    AudienceProposal,
    AudienceProposalCreate,
    AudienceProposalPage,
    ProposalDecision,
)
from app.ideas.dependencies import IdeaId
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["consent"])

ProposalId = Annotated[uuid.UUID, Path(description="The proposal", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.post(
    "/ideas/{idea_id}/audience-proposals",
    status_code=201,
    summary="Give somebody else's idea another audience",
    description="For the manager of its mini-cluster and coordinators of its consortium. An audience that is part of"
    " the present one holds at once (`applied`); any other waits for the author's consent.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_audience_proposal(
    idea_id: IdeaId, request: AudienceProposalCreate, actor: WriteActor, session: WriteSession, once: Once
) -> AudienceProposal:
    """Propose another audience."""

    async def work() -> AudienceProposal:
        idea = await own_or_visible_idea(session, actor, idea_id, lock=True)
        await service.propose_audience(session, actor, idea, request)
        return await reading.show_proposal(session, request.id)

    return await once.run(AudienceProposal, work, lambda _earlier: own_or_visible_idea(session, actor, idea_id))


@router.get(
    "/ideas/{idea_id}/audience-proposals",
    summary="Proposals for an idea",
    description="The latest first, for its author and for those who may propose.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_audience_proposals(
    idea_id: IdeaId, actor: ReadActor, connection: ReadConnection, page: Page
) -> AudienceProposalPage:
    """List the proposals for an idea."""
    return await reading.list_of_idea(connection, actor, idea_id, page)


@router.get(
    "/me/audience-proposals",
    summary="What waits for my consent",
    description="Proposals to bring ideas of mine before other people, the latest first.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_audience_proposals(actor: ReadActor, connection: ReadConnection, page: Page) -> AudienceProposalPage:
    """List what waits for one's consent."""
    return await reading.list_waiting_for_me(connection, actor, page)


@router.put(
    "/audience-proposals/{proposal_id}/decision",
    summary="Consent to a proposal, or decline it",
    description="For the author of the idea. The same answer again changes nothing.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def decide_audience_proposal(
    proposal_id: ProposalId, request: ProposalDecision, actor: WriteActor, session: WriteSession, http: Request
) -> AudienceProposal:
    """Decide a proposal."""
    listeners: tuple[service.ProposalListener, ...] = http.app.state.proposal_listeners
    await service.decide(session, actor, proposal_id, listeners, granted=request.granted)
    return await reading.show_proposal(session, proposal_id)


@router.delete(
    "/audience-proposals/{proposal_id}",
    status_code=204,
    summary="Take a proposal back",
    description="For who made it, and who could have made it.",
    responses=problem_responses(401, 404, 409, 503),
)
async def delete_audience_proposal(proposal_id: ProposalId, actor: WriteActor, session: WriteSession) -> None:
    """Take a proposal back."""
    await service.withdraw(session, actor, proposal_id)
