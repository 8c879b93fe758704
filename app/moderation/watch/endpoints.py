"""The routes of watch lists."""

from fastapi import APIRouter

from app.consortia.dependencies import ConsortiumId
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.moderation.watch import service
from app.moderation.watch.schemas import WatchList, WatchListUpdate
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])


@router.get(
    "/consortia/{consortium_id}/watch-list",
    summary="What is watched for in a consortium",
    description="For coordinators and operators: words in new ideas and comments, and bursts of new members.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def get_watch_list(consortium_id: ConsortiumId, actor: ReadActor, connection: ReadConnection) -> WatchList:
    """Read the watch list."""
    return await service.get_watch_list(connection, actor, consortium_id)


@router.put(
    "/consortia/{consortium_id}/watch-list",
    summary="Change what is watched for",
    description="For coordinators and operators. `flag` opens a case; `hold` also hides the text, usually within a"
    " second and before anybody is told of it, until the case is decided: dismissing it shows the text again.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def put_watch_list(
    consortium_id: ConsortiumId, request: WatchListUpdate, actor: WriteActor, session: WriteSession
) -> WatchList:
    """Change the watch list."""
    await service.put_watch_list(session, actor, consortium_id, request)
    return await service.get_watch_list(session, actor, consortium_id)
