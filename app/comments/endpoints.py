"""The routes of comments."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import WithJsonSchema

from app.comments import reading, service
from app.comments.schemas import Comment, CommentCreate, CommentPage, CommentReceipt, CommentUpdate, ReplyPage
from app.ideas.dependencies import IdeaId, IfMatch
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.web.connections import InjectedResources, ReadConnection
from app.web.etags import check_if_match, etag_of
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["comments"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
CommentId = Annotated[uuid.UUID, Path(description="The comment", examples=[_EXAMPLE_ID])]
Around = Annotated[
    uuid.UUID | None,
    WithJsonSchema({"type": "string", "format": "uuid", "examples": [_EXAMPLE_ID]}),
    Query(description="Give the page on which this comment stands, for a deep link; without `cursor`."),
]


@router.get(
    "/ideas/{idea_id}/comments",
    summary="The threads of an idea",
    description="Top comments, the oldest first, each with its first replies; `cursor` takes `next_cursor` as well as"
    " `previous_cursor`. The author of a withdrawn idea still reads them. A deleted comment stays as a placeholder"
    " while something hangs on it; a hidden one, or one of somebody blocked, is shown without text and author.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_comments(
    idea_id: IdeaId,
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    around: Around = None,
) -> CommentPage:
    """List the threads of an idea."""
    return await reading.list_comments(
        connection, actor, resources.cursors, idea_id, cursor=cursor, limit=limit, around=around
    )


@router.post(
    "/ideas/{idea_id}/comments",
    status_code=201,
    summary="Comment on an idea, or reply to a comment",
    description="The same `id` and content again gives the comment that the first request made, as it is now. A reply"
    " to a reply stands in the same thread. Whoever comments follows the idea.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def create_comment(
    idea_id: IdeaId,
    request: CommentCreate,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
    response: Response,
) -> Comment:
    """Comment on an idea."""
    receipt = await once.run(
        CommentReceipt,
        lambda: service.create_comment(session, actor, idea_id, request),
        lambda earlier: reading.get_comment(session, actor, earlier.id),
    )
    shown = await reading.get_comment(session, actor, receipt.id)
    response.headers["ETag"] = etag_of(shown.version, shown)
    response.headers["Location"] = f"/v1/comments/{shown.id}"
    return shown


@router.get(
    "/comments/{comment_id}",
    summary="Read a comment",
    description="A deleted comment is gone unless something hangs on it.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_comment(
    comment_id: CommentId, actor: ReadActor, connection: ReadConnection, response: Response
) -> Comment:
    """Read a comment."""
    shown = await reading.get_comment(connection, actor, comment_id)
    response.headers["ETag"] = etag_of(shown.version, shown)
    return shown


@router.get(
    "/comments/{comment_id}/replies",
    summary="The replies under a top comment",
    description="The oldest first; `cursor` takes `next_replies_cursor` and `previous_replies_cursor` of a thread, and"
    " both cursors of this list. A reply has no replies of its own: 404.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_replies(
    comment_id: CommentId,
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ReplyPage:
    """List the replies under a top comment."""
    return await reading.list_replies(connection, actor, resources.cursors, comment_id, cursor=cursor, limit=limit)


@router.patch(
    "/comments/{comment_id}",
    summary="Edit a comment of one's own",
    description="What is left out stays as it is. Who is newly mentioned hears of it.",
    responses=problem_responses(401, 403, 404, 409, 412, 422, 503),
)
async def update_comment(
    comment_id: CommentId,
    request: CommentUpdate,
    actor: WriteActor,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> Comment:
    """Edit a comment."""
    comment = await service.comment_to_edit(session, actor, comment_id)
    check_if_match(if_match, comment.version)
    await service.edit_comment(session, actor, comment, request)
    shown = await reading.get_comment(session, actor, comment_id)
    response.headers["ETag"] = etag_of(shown.version, shown)
    return shown


@router.delete(
    "/comments/{comment_id}",
    status_code=204,
    summary="Delete a comment of one's own",
    description="Its text and all earlier wordings are gone for good. Deleting twice is deleting once.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def delete_comment(comment_id: CommentId, actor: WriteActor, session: WriteSession) -> None:
    """Delete a comment."""
    await service.delete_comment(session, actor, comment_id)
