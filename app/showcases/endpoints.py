"""The routes of the tour of mini-clusters."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.consortia.dependencies import MiniClusterId, Page
from app.consortia.queries import locate_mini_cluster
from app.ideas.consent.reading import show_proposal
from app.ideas.consent.schemas import AudienceProposal
from app.ideas.dependencies import IdeaId
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.showcases import reading, service
from app.showcases.schemas import Showcase, ShowcaseIdeaCreate, ShowcaseOrder, ShowcasePage, ShowcaseUpdate
from app.web.connections import ReadConnection
from app.web.fields import Line
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["tour"])


@router.get(
    "/showcases",
    summary="The open showcases",
    description="The tour of mini-clusters (MC기행), for all members.",
    responses=problem_responses(401, 422, 503),
)
async def list_showcases(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    region: Annotated[
        Optional[Line], Query(description="Only of the region with this code.", max_length=40, examples=["southeast"])
    ] = None,
    industry: Annotated[
        Optional[Line], Query(description="Only of this industry, by its key.", max_length=40, examples=["moulds"])
    ] = None,
) -> ShowcasePage:
    """List open showcases."""
    return await reading.list_showcases(connection, actor, region, industry, page)


@router.get(
    "/mini-clusters/{mini_cluster_id}/showcase",
    summary="What a mini-cluster shows",
    description="Profile, ideas chosen with their authors' consent, and activity in numbers. One that is closed, or was"
    " never opened, is 404.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_showcase(mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection) -> Showcase:
    """Read a showcase."""
    return await reading.show_showcase(connection, actor, mini_cluster_id)


@router.put(
    "/mini-clusters/{mini_cluster_id}/showcase",
    summary="Open a showcase, or change its profile",
    description="For the manager and coordinators of the consortium. One that was closed opens again with its ideas.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def put_showcase(
    mini_cluster_id: MiniClusterId, request: ShowcaseUpdate, actor: WriteActor, session: WriteSession
) -> Showcase:
    """Open or change a showcase."""
    await service.put_showcase(session, actor, mini_cluster_id, request)
    return await reading.show_showcase(session, actor, mini_cluster_id)


@router.delete(
    "/mini-clusters/{mini_cluster_id}/showcase",
    status_code=204,
    summary="Close a showcase",
    description="For the manager and coordinators of the consortium. Twice is once.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def close_showcase(mini_cluster_id: MiniClusterId, actor: WriteActor, session: WriteSession) -> None:
    """Close a showcase."""
    await service.close_showcase(session, actor, mini_cluster_id)


@router.post(
    "/mini-clusters/{mini_cluster_id}/showcase/ideas",
    status_code=201,
    summary="Choose an idea to be shown",
    description="For the manager and coordinators of the consortium. It always waits for the author, who decides as on"
    " any wider audience (`GET /v1/me/audience-proposals`); when he consents the idea becomes open to all members, and"
    " is shown. At most 20.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_showcase_idea(
    mini_cluster_id: MiniClusterId, request: ShowcaseIdeaCreate, actor: WriteActor, session: WriteSession, once: Once
) -> AudienceProposal:
    """Choose an idea."""

    async def work() -> AudienceProposal:
        await service.choose_idea(session, actor, mini_cluster_id, request)
        return await show_proposal(session, request.id)

    return await once.run(AudienceProposal, work, lambda _earlier: locate_mini_cluster(session, mini_cluster_id))


@router.put(
    "/mini-clusters/{mini_cluster_id}/showcase/order",
    status_code=204,
    summary="Order the ideas of a showcase",
    description="For the manager and coordinators of the consortium.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def order_showcase_ideas(
    mini_cluster_id: MiniClusterId, request: ShowcaseOrder, actor: WriteActor, session: WriteSession
) -> None:
    """Order the ideas shown."""
    await service.order_ideas(session, actor, mini_cluster_id, request)


@router.delete(
    "/ideas/{idea_id}/showcase",
    status_code=204,
    summary="Show an idea no longer",
    description="For its author at any time, and for those who choose. Its visibility stays as it is.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def take_idea_out_of_showcase(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> None:
    """Take an idea out of the showcase."""
    await service.take_out(session, actor, idea_id)
