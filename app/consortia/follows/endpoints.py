"""The routes by which mini-clusters are followed."""

from fastapi import APIRouter

from app.consortia.dependencies import MiniClusterId, Page
from app.consortia.follows import service
from app.consortia.schemas import MiniClusterPage
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["programme"])


@router.put(
    "/mini-clusters/{mini_cluster_id}/follow",
    status_code=204,
    summary="Follow a mini-cluster",
    description="Any that lives, one's own or another to learn from. Twice is once. It opens nothing: of its ideas one"
    " sees what one saw before.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def follow_mini_cluster(mini_cluster_id: MiniClusterId, actor: WriteActor, session: WriteSession) -> None:
    """Follow a mini-cluster."""
    await service.follow(session, actor, mini_cluster_id)


@router.delete(
    "/mini-clusters/{mini_cluster_id}/follow",
    status_code=204,
    summary="Follow a mini-cluster no longer",
    description="One need not have followed it.",
    responses=problem_responses(401, 404, 422, 503),
)
async def unfollow_mini_cluster(mini_cluster_id: MiniClusterId, actor: WriteActor, session: WriteSession) -> None:
    """Stop following a mini-cluster."""
    await service.unfollow(session, actor, mini_cluster_id)


@router.get(
    "/me/mini-cluster-follows",
    summary="The mini-clusters I follow",
    description="In the order of their founding; `dissolved_at` tells of those from which nothing new comes.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_mini_cluster_follows(actor: ReadActor, connection: ReadConnection, page: Page) -> MiniClusterPage:
    """List the mini-clusters one follows."""
    return await service.list_followed(connection, actor, page)
