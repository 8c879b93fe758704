"""The route by which clients hear that there is something to ask for."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from app.identity.dependencies import Presence
from app.sync.hub import Listener, NewsHub
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["sync"])

HEARTBEAT_SECONDS = 15.0
BETWEEN_NEWS_SECONDS = 1.0
LONGEST_SECONDS = 900

_STREAM = {
    "description": "Events: `changes` says that there is something to ask for, `end` that the stream is over, with the"
    " `code` of why; lines that begin with a colon keep the connection alive.",
    "content": {"text/event-stream": {"schema": {"type": "string"}, "example": "event: changes\ndata: {}\n\n"}},
}


@router.get(
    "/events",
    summary="Hear when there is something new",
    description="Server-sent events without content: on `changes`, ask `GET /v1/changes`; the first one comes at once."
    f" Every {HEARTBEAT_SECONDS:.0f} s there is at least a comment. The stream ends with the access token, the session"
    " or the right to be here: on `end`, refresh the token where the code is `unauthenticated`, then listen again after"
    " the time that `retry` names. A session has three streams at most; a fourth ends the first.",
    responses={200: _STREAM, **problem_responses(401, 422, 503)},
    response_class=StreamingResponse,
)
async def get_events(
    presence: Presence,
    http: Request,
    for_seconds: Annotated[
        Optional[int],
        Query(
            ge=0,
            le=LONGEST_SECONDS,
            description="End after so many seconds; 0 gives the first event and ends.",
            examples=[60],
        ),
    ] = None,
) -> StreamingResponse:
    """Listen for news."""
    hub: NewsHub = http.app.state.news
    listener = hub.add(presence.admit, presence.actor)
    seconds = LONGEST_SECONDS if for_seconds is None else for_seconds
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(hub, listener, seconds), media_type="text/event-stream", headers=headers)


async def _events(hub: NewsHub, listener: Listener, seconds: float) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop()
    until = clock.time() + seconds
    try:
        while listener.ended_by is None:
            if listener.has_news:
                listener.has_news = False
                yield format_sse_event(event="changes", data_str="{}")
                # Many changes in a moment are one piece of news.
                await asyncio.sleep(min(BETWEEN_NEWS_SECONDS, max(0.0, until - clock.time())))
            if (left := until - clock.time()) <= 0:
                listener.end("time_is_over")
                break
            await listener.wait(min(HEARTBEAT_SECONDS, left))
            if not listener.has_news and listener.ended_by is None:
                yield KEEPALIVE_COMMENT
        yield format_sse_event(event="end", data_str=f'{{"code": "{listener.ended_by}"}}', retry=_retry_milliseconds())
    finally:
        hub.remove(listener)


def _retry_milliseconds() -> int:
    """Not all at once: a server that restarts is not to be run over."""
    return random.randint(500, 5_000)  # noqa: S311 - no secret
