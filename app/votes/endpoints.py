"""The routes of votes."""

from fastapi import APIRouter

from app.ideas.dependencies import IdeaId
from app.identity.dependencies import WriteActor, WriteSession
from app.votes import service
from app.votes.schemas import VoteReceipt
from app.web.openapi import problem_responses

router = APIRouter(tags=["votes"])


@router.put(
    "/ideas/{idea_id}/vote",
    summary="Recommend an idea",
    description="Recommending twice is recommending once. One's own idea gives 403 `own_idea`.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def cast_vote(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> VoteReceipt:
    """Recommend an idea."""
    return await service.cast_vote(session, actor, idea_id)


@router.delete(
    "/ideas/{idea_id}/vote",
    summary="Take a recommendation back",
    description="Taking back what is not there changes nothing. One's own idea gives 403 `own_idea`.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def withdraw_vote(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> VoteReceipt:
    """Take a recommendation back."""
    return await service.withdraw_vote(session, actor, idea_id)
