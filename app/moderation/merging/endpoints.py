"""The route of proposals to merge."""

from fastapi import APIRouter

from app.ideas.consent import reading
from app.ideas.consent.schemas import AudienceProposal
from app.ideas.dependencies import IdeaId
from app.identity.dependencies import Once, WriteActor, WriteSession
from app.moderation.merging import proposing
from app.moderation.merging.schemas import MergeProposalCreate
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])


@router.post(
    "/ideas/{idea_id}/merge-proposals",
    status_code=201,
    summary="Ask whether an idea may be merged into another one",
    description="For those who moderate both, where `POST /v1/moderation-acts` answers 409 `consent_needed`: more"
    " people would see what stands under it. The author is asked as for a wider audience; once he agrees it is merged.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_merge_proposal(
    idea_id: IdeaId, request: MergeProposalCreate, actor: WriteActor, session: WriteSession, once: Once
) -> AudienceProposal:
    """Ask an author for a merge."""

    async def work() -> AudienceProposal:
        await proposing.propose_merge(session, actor, idea_id, request)
        return await reading.show_proposal(session, request.id)

    async def reauthorise(_earlier: AudienceProposal) -> None:
        await proposing.propose_merge(session, actor, idea_id, request)

    return await once.run(AudienceProposal, work, reauthorise)
