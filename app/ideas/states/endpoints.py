"""The routes of an idea's state."""

from fastapi import APIRouter, Response

from app.ideas import detail
from app.ideas.access import own_or_visible_idea
from app.ideas.dependencies import IdeaId, IfMatch
from app.ideas.schemas import IdeaSummary
from app.ideas.states import service
from app.ideas.states.schemas import StateChange, StateHistory
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.web.connections import InjectedResources, ReadConnection
from app.web.etags import check_if_match, etag_of
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["ideas"])


@router.put(
    "/ideas/{idea_id}/state",
    summary="Set the state of an idea",
    description="For coordinators of its consortium, with a word. The author and those who follow it are told. The"
    " state it has already changes nothing.",
    responses=problem_responses(401, 403, 404, 409, 412, 422, 503),
)
async def put_idea_state(
    idea_id: IdeaId,
    request: StateChange,
    actor: WriteActor,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> IdeaSummary:
    """Set the state of an idea."""
    idea = await own_or_visible_idea(session, actor, idea_id, lock=True)
    check_if_match(if_match, idea.version)
    await service.set_state(session, actor, idea, request)
    shown = await detail.summarise_idea(session, actor, idea_id)
    response.headers["ETag"] = etag_of(shown.version, shown)
    return shown


@router.get(
    "/ideas/{idea_id}/states",
    summary="The states of an idea over time",
    description="The latest first, each with the word that was given, for everybody who sees the idea.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_idea_states(
    idea_id: IdeaId,
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> StateHistory:
    """List the states of an idea."""
    return await service.list_states(connection, actor, resources.cursors, idea_id, cursor, limit)
