"""The routes of sessions."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.core.errors import NotFound, Unauthenticated
from app.identity.admission import WITHOUT_TERMS
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.identity.sessions import queries, refresh, service
from app.identity.sessions.schemas import MySessionPage, RefreshRequest, SessionTokens
from app.models.sessions import SessionEnd
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["sign-in"])


def no_store(response: Response) -> None:
    """Nothing on the way may keep an answer that holds tokens."""
    response.headers["Cache-Control"] = "no-store"


NO_STORE = Depends(no_store)


@router.post(
    "/sessions/refresh",
    summary="Refresh the tokens of a session",
    description="The refresh token is good once. Where the reply was lost, send the same request again: it is honoured"
    " from the same installation until the new token has been used. Any other second use ends the session.",
    responses=problem_responses(401, 422, 503),
    dependencies=[NO_STORE],
)
async def refresh_session(request: RefreshRequest, resources: InjectedResources) -> SessionTokens:
    """Give new tokens."""
    return await refresh.refresh_session(resources.database, request)


@router.get(
    "/me/sessions",
    summary="My sessions",
    description="Where I am signed in, the newest first.",
    responses=problem_responses(401, 422, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def list_my_sessions(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> MySessionPage:
    """List one's own sessions."""
    return await queries.list_sessions(connection, actor, resources.cursors, cursor, limit)


@router.delete(
    "/me/sessions/current",
    status_code=204,
    summary="Sign out",
    description="Ends this session; its device gets no more pushes.",
    responses=problem_responses(401, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def end_my_current_session(actor: WriteActor, session: WriteSession) -> None:
    """Sign out."""
    if actor.session_id is None:
        raise Unauthenticated
    await service.end_session(session, actor.session_id, SessionEnd.SIGNED_OUT)


@router.delete(
    "/me/sessions/{session_id}",
    status_code=204,
    summary="End a session of mine",
    description="For a phone that was lost: its tokens hold no longer, and it gets no more pushes.",
    responses=problem_responses(401, 404, 422, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def end_my_session(
    session_id: Annotated[
        uuid.UUID, Path(description="The session", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    ],
    actor: WriteActor,
    session: WriteSession,
) -> None:
    """End one of one's own sessions."""
    inner_id = await queries.live_session_id(session, actor.account_id, session_id)
    if inner_id is None:
        raise NotFound
    await service.end_session(session, inner_id, SessionEnd.REVOKED)
