"""The routes of sync."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.comments.schemas import Comment
from app.identity.dependencies import ReadActor
from app.sync import comments, ideas, service
from app.sync.cursors import MAX_LENGTH
from app.sync.kinds import KINDS
from app.sync.schemas import IdeaCounters, IdeaMarks, SyncedIdea, change_page
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["sync"])

Changes, DeletedThing = change_page(
    {
        ideas.IDEAS: (SyncedIdea, "Ideas"),
        ideas.COUNTERS: (IdeaCounters, "Numbers of ideas"),
        ideas.MARKS: (IdeaMarks, "What is mine of ideas"),
        comments.COMMENTS: (Comment, "Comments, and placeholders of deleted and hidden ones"),
    }
    | {kind.name: (kind.row, kind.description) for kind in KINDS}
)
_LISTS = [name for name in Changes.model_fields if name not in ("deleted", "cursor", "has_more")]


@router.get(
    "/changes",
    summary="What has changed since I asked last",
    description="Present rows by kind, and what to forget. Without a cursor it begins with what a phone needs: of the"
    f" last {ideas.WINDOW_DAYS} days, at most the newest {ideas.WINDOW_IDEAS} ideas, with their comments; from then on"
    " with what was posted since. Ask again at once while `has_more` is true; keep the cursor with the store. 410"
    " `cursor_expired`: drop what is stored and begin anew.",
    responses=problem_responses(401, 410, 422, 503),
    response_model=Changes,
)
async def get_changes(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Annotated[
        Optional[str],
        Query(
            description="`cursor` of the page before. Leave out to begin.",
            max_length=MAX_LENGTH,
            examples=["mUq1S0pbXmhvbWUiLDE3"],
        ),
    ] = None,
) -> Any:
    """Tell what has changed."""
    told = await service.read_changes(connection, actor, resources.cursors, cursor)
    return Changes.model_construct(
        None,
        **{name: told.telling.rows.get(name, []) for name in _LISTS},
        deleted=[DeletedThing.model_construct(kind=kind, id=gone) for kind, gone in told.telling.deleted],
        cursor=told.cursor,
        has_more=told.has_more,
    )
