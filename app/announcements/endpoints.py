"""The routes of announcements."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.announcements import queries, service
from app.announcements.dependencies import AnnouncementId
from app.announcements.schemas import Announcement, AnnouncementCreate, AnnouncementPage, AnnouncementUpdate
from app.consortia.dependencies import Page
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["announcements"])


@router.get(
    "/announcements",
    summary="What is announced to me",
    description="Of my mini-clusters, of their consortia and of those I coordinate; the newest first. Show those that"
    " stand on top of feeds: of a mini-cluster's feed its own and its consortium's.",
    responses=problem_responses(401, 422, 503),
)
async def list_announcements(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    include_past: Annotated[bool, Query(description="Those whose time is over, too.", examples=[False])] = False,
) -> AnnouncementPage:
    """List announcements."""
    return await queries.list_announcements(connection, actor, page, include_past=include_past)


@router.post(
    "/announcements",
    status_code=201,
    summary="Announce something",
    description="Officers and the manager of a mini-cluster, and coordinators, tell everyone of the mini-cluster;"
    " coordinators tell everyone of the consortium. All are told in the inbox and pushed. 409 `too_many_announcements`:"
    " 20 stand there at most.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_announcement(
    request: AnnouncementCreate, actor: WriteActor, session: WriteSession, once: Once, response: Response
) -> Announcement:
    """Announce."""

    async def work() -> Announcement:
        await service.create_announcement(session, actor, request)
        return await queries.get_announcement(session, actor, request.id)

    shown = await once.run(Announcement, work, lambda earlier: queries.get_announcement(session, actor, earlier.id))
    response.headers["Location"] = f"/v1/announcements/{shown.id}"
    return shown


@router.get(
    "/announcements/{announcement_id}",
    summary="One announcement",
    description="Its time may be over. When it is opened, tell so by `PUT /v1/announcements/{announcement_id}/read`.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_announcement(
    announcement_id: AnnouncementId, actor: ReadActor, connection: ReadConnection
) -> Announcement:
    """Read an announcement."""
    return await queries.get_announcement(connection, actor, announcement_id)


@router.patch(
    "/announcements/{announcement_id}",
    summary="Change an announcement",
    description="For its author, the manager and coordinators. Nobody is pushed again.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def update_announcement(
    announcement_id: AnnouncementId, request: AnnouncementUpdate, actor: WriteActor, session: WriteSession
) -> Announcement:
    """Change an announcement."""
    await service.update_announcement(session, actor, announcement_id, request)
    return await queries.get_announcement(session, actor, announcement_id)


@router.delete(
    "/announcements/{announcement_id}",
    status_code=204,
    summary="Withdraw an announcement",
    description="For its author, the manager and coordinators: it is gone for everyone, and what has not been pushed of"
    " it is not pushed any more. Twice is once.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def withdraw_announcement(announcement_id: AnnouncementId, actor: WriteActor, session: WriteSession) -> None:
    """Withdraw an announcement."""
    await service.withdraw_announcement(session, actor, announcement_id)
