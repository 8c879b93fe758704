"""The routes of single ideas."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.consortia.dependencies import Page
from app.ideas import detail, follows, reading, reads, service
from app.ideas.access import own_or_visible_idea, visible_idea
from app.ideas.dependencies import IdeaId, IfMatch
from app.ideas.schemas import FollowState, Idea, IdeaCreate, IdeaPage, IdeaRevisionPage, IdeaUpdate, ReadMarker
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.models.ideas import IdeaStatus
from app.web.connections import InjectedResources, ReadConnection
from app.web.etags import check_if_match, etag_of
from app.web.openapi import problem_responses
from app.web.optional import Optional
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["ideas"])


@router.post(
    "/ideas",
    status_code=201,
    summary="Post an idea, or keep a draft",
    description="The same `id` and content again gives the idea that the first request made.",
    responses=problem_responses(401, 409, 422, 503),
)
async def create_idea(
    request: IdeaCreate, actor: WriteActor, session: WriteSession, once: Once, response: Response
) -> Idea:
    """Post an idea."""

    async def work() -> Idea:
        idea = await service.create_idea(session, actor, request)
        await session.flush()
        return await detail.show_idea(session, actor, await detail.find_idea(session, actor, idea.public_id))

    shown = await once.run(Idea, work, lambda earlier: own_or_visible_idea(session, actor, earlier.id))
    response.headers["ETag"] = etag_of(shown.version, shown)
    response.headers["Location"] = f"/v1/ideas/{shown.id}"
    return shown


@router.get(
    "/ideas/{idea_id}",
    summary="Read an idea",
    description="The body of an idea for named people is given out only after its reading was recorded.",
    responses=problem_responses(401, 404, 503),
)
async def get_idea(
    idea_id: IdeaId, actor: ReadActor, connection: ReadConnection, resources: InjectedResources, response: Response
) -> Idea:
    """Read an idea."""
    row = await detail.find_idea(connection, actor, idea_id)
    if detail.needs_logging(row, actor):
        async with resources.database.write() as session:
            await reading.log_named_read(session, actor.account_id, row.id)
    shown = await detail.show_idea(connection, actor, row)
    response.headers["ETag"] = etag_of(shown.version, shown)
    return shown


@router.patch(
    "/ideas/{idea_id}",
    summary="Edit an idea of one's own",
    description="What is left out stays as it is. The wording before is kept once the idea was published.",
    responses=problem_responses(401, 403, 404, 409, 412, 422, 503),
)
async def update_idea(
    idea_id: IdeaId,
    request: IdeaUpdate,
    actor: WriteActor,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> Idea:
    """Edit an idea."""
    idea = await own_or_visible_idea(session, actor, idea_id, lock=True)
    check_if_match(if_match, idea.version)
    await service.update_idea(session, actor, idea, request)
    shown = await detail.show_idea(session, actor, await detail.find_idea(session, actor, idea_id))
    response.headers["ETag"] = etag_of(shown.version, shown)
    return shown


@router.post(
    "/ideas/{idea_id}/publish",
    summary="Publish a draft",
    description="Publishing a published idea changes nothing.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def publish_idea(idea_id: IdeaId, actor: WriteActor, session: WriteSession, once: Once) -> Idea:
    """Publish a draft."""

    async def work() -> Idea:
        await service.publish_idea(session, actor, idea_id)
        return await detail.show_idea(session, actor, await detail.find_idea(session, actor, idea_id))

    return await once.run(Idea, work, lambda earlier: own_or_visible_idea(session, actor, earlier.id))


@router.post(
    "/ideas/{idea_id}/withdraw",
    summary="Withdraw an idea",
    description="For good: nobody but its author reaches it, or the comments on it, any more. The comments stay"
    " stored as their authors' words.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def withdraw_idea(idea_id: IdeaId, actor: WriteActor, session: WriteSession, once: Once) -> Idea:
    """Withdraw an idea."""

    async def work() -> Idea:
        await service.withdraw_idea(session, actor, idea_id)
        return await detail.show_idea(session, actor, await detail.find_idea(session, actor, idea_id))

    return await once.run(Idea, work, lambda earlier: own_or_visible_idea(session, actor, earlier.id))


@router.delete(
    "/ideas/{idea_id}",
    status_code=204,
    summary="Delete a draft",
    description="A published idea can't be deleted, only withdrawn.",
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def delete_draft(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> None:
    """Delete a draft."""
    await service.delete_draft(session, actor, idea_id)


@router.get(
    "/ideas/{idea_id}/revisions",
    summary="Earlier wordings of an idea",
    description="The latest first. Of an idea for named people they are shown to its author only.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_idea_revisions(
    idea_id: IdeaId,
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaRevisionPage:
    """List earlier wordings."""
    return await detail.list_revisions(connection, actor, resources.cursors, idea_id, cursor, limit)


@router.get(
    "/ideas/{idea_id}/reads",
    summary="Who read an idea for named people",
    description="Every opening of the body by others, the latest first, for its author only; also by staff, who open"
    " it through a case.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_idea_reads(
    idea_id: IdeaId, actor: ReadActor, connection: ReadConnection, page: Page
) -> reads.IdeaReadPage:
    """List who read it."""
    return await reads.list_reads(connection, actor, idea_id, page)


@router.get(
    "/me/ideas",
    summary="My own ideas",
    description="Drafts, published and withdrawn ones, the newest first.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_ideas(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    status: Annotated[Optional[IdeaStatus], Query(description="Only ideas of this status.", examples=["draft"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaPage:
    """List one's own ideas."""
    return await detail.list_own_ideas(connection, actor, resources.cursors, status, cursor, limit)


@router.put(
    "/ideas/{idea_id}/follow",
    summary="Follow an idea",
    description="Hear of responses to it. Following twice is following once.",
    responses=problem_responses(401, 404, 503),
)
async def follow_idea(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> FollowState:
    """Follow an idea."""
    idea = await visible_idea(session, actor, idea_id)
    await follows.follow(session, actor.account_id, idea.id)
    return FollowState(idea_id=idea_id, following=True)


@router.delete(
    "/ideas/{idea_id}/follow",
    summary="Stop following an idea",
    description="A later comment of one's own follows it again.",
    responses=problem_responses(401, 404, 503),
)
async def unfollow_idea(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> FollowState:
    """Stop following an idea."""
    idea = await visible_idea(session, actor, idea_id)
    await follows.unfollow(session, actor.account_id, idea.id)
    return FollowState(idea_id=idea_id, following=False)


@router.put(
    "/ideas/{idea_id}/mute",
    summary="Hear nothing of an idea",
    description="Only a mention of me comes through. Following the idea ends it.",
    responses=problem_responses(401, 404, 503),
)
async def mute_idea(idea_id: IdeaId, actor: WriteActor, session: WriteSession) -> FollowState:
    """Mute an idea."""
    idea = await visible_idea(session, actor, idea_id)
    await follows.mute(session, actor.account_id, idea.id)
    return FollowState(idea_id=idea_id, following=False)


@router.put(
    "/ideas/{idea_id}/read-marker",
    summary="Mark an idea and its thread as read",
    description="Everything in the thread up to now is read, and so are the inbox items about this idea.",
    responses=problem_responses(401, 404, 503),
)
async def mark_idea_read(idea_id: IdeaId, actor: WriteActor, session: WriteSession, http: Request) -> ReadMarker:
    """Mark an idea as read."""
    idea = await visible_idea(session, actor, idea_id)
    await reading.mark_read(session, actor.account_id, idea.id)
    listeners: tuple[reading.IdeaReadListener, ...] = http.app.state.idea_read_listeners
    for listener in listeners:
        await listener(session, actor.account_id, idea.id)
    return ReadMarker(idea_id=idea_id, unread_comment_count=0)
