"""The routes of devices and of the inbox."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.announcements.dependencies import AnnouncementId
from app.announcements.service import open_announcement
from app.consortia.dependencies import Page
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.notifications import delivery_log, devices, inbox, trial_pushes
from app.notifications.schemas import (
    DeliveryPage,
    DeliveryRecord,
    Device,
    DevicePage,
    DeviceRegistration,
    InboxPage,
    InboxRead,
    UnreadCount,
)
from app.notifications.shown import count_unread
from app.web.connections import ReadConnection
from app.web.fields import ClientId
from app.web.openapi import problem_responses

router = APIRouter()

_EXAMPLE = ["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"]
ItemId = Annotated[uuid.UUID, Path(description="The entry", examples=_EXAMPLE)]
DeviceId = Annotated[uuid.UUID, Path(description="The device", examples=_EXAMPLE)]


@router.get(
    "/inbox",
    tags=["inbox"],
    summary="What I was told",
    description="Newest first. What I may no longer see is left out: ideas out of my reach, deleted comments.",
    responses=problem_responses(401, 422, 503),
)
async def get_inbox(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    unread_only: Annotated[bool, Query(description="Leave out what was read.", examples=[True])] = False,
) -> InboxPage:
    """Read the inbox."""
    return await inbox.read_inbox(connection, actor, page, unread_only=unread_only)


@router.get(
    "/inbox/unread-count",
    tags=["inbox"],
    summary="How much of it is unread",
    description="What the app shows as its badge; pushes carry the same number.",
    responses=problem_responses(401, 503),
)
async def get_unread_count(actor: ReadActor, connection: ReadConnection) -> UnreadCount:
    """Count unread entries."""
    return UnreadCount(count=await count_unread(connection, actor))


@router.put(
    "/inbox/{item_id}/read",
    tags=["inbox"],
    summary="Mark an entry as read",
    description="Gives what is left unread. Marking it again changes nothing.",
    responses=problem_responses(401, 404, 422, 503),
)
async def mark_inbox_item_read(item_id: ItemId, actor: WriteActor, session: WriteSession) -> UnreadCount:
    """Mark one entry."""
    await inbox.mark_item_read(session, actor, item_id)
    return UnreadCount(count=await count_unread(session, actor))


@router.put(
    "/inbox/read",
    tags=["inbox"],
    summary="Mark everything up to an entry as read",
    description="What came after that entry stays unread. Gives what is left unread.",
    responses=problem_responses(401, 404, 422, 503),
)
async def mark_inbox_read(request: InboxRead, actor: WriteActor, session: WriteSession) -> UnreadCount:
    """Mark all entries up to one."""
    await inbox.mark_all_read(session, actor, request.up_to)
    return UnreadCount(count=await count_unread(session, actor))


@router.put(
    "/announcements/{announcement_id}/read",
    tags=["announcements"],
    summary="An announcement was opened",
    description="Counts me as a reader, once, and marks what I was told of it as read. Gives what is left unread.",
    responses=problem_responses(401, 404, 422, 503),
)
async def mark_announcement_read(
    announcement_id: AnnouncementId, actor: WriteActor, session: WriteSession
) -> UnreadCount:
    """Open an announcement."""
    opened = await open_announcement(session, actor, announcement_id)
    await inbox.read_items_of_announcement(session, actor.account_id, opened)
    return UnreadCount(count=await count_unread(session, actor))


@router.put(
    "/devices/{device_id}",
    tags=["devices"],
    summary="Register a device for pushes",
    description="Call it at each start of the app and whenever the token changes. The id is a UUIDv7 that the app makes"
    " when it is installed. Pushes go to the device while the session that registered it lives. A token that stood"
    " under another id, or belonged to another person, moves here.",
    responses=problem_responses(401, 422, 503),
)
async def register_device(
    device_id: Annotated[ClientId, Path(description="The device, a UUIDv7 made by the app", examples=_EXAMPLE)],
    request: DeviceRegistration,
    actor: WriteActor,
    session: WriteSession,
) -> Device:
    """Register a device."""
    return await devices.register_device(session, actor, device_id, request)


@router.delete(
    "/devices/{device_id}",
    tags=["devices"],
    status_code=204,
    summary="Stop pushes to a device",
    description="Again changes nothing. Registering the device enables it again.",
    responses=problem_responses(401, 404, 422, 503),
)
async def remove_device(device_id: DeviceId, actor: WriteActor, session: WriteSession) -> None:
    """Remove a device."""
    await devices.remove_device(session, actor, device_id)


@router.get(
    "/me/devices",
    tags=["devices"],
    summary="My devices",
    description="Newest first, without those removed, signed out or given away.",
    responses=problem_responses(401, 422, 503),
)
async def list_devices(actor: ReadActor, connection: ReadConnection, page: Page) -> DevicePage:
    """List devices."""
    return await devices.list_devices(connection, actor, page)


@router.get(
    "/devices/{device_id}/deliveries",
    tags=["devices"],
    summary="What was pushed to a device of mine, and what not",
    description="Newest first, for 30 days: why did I not get it? Only what was to be pushed while it was mine.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_device_deliveries(
    device_id: DeviceId, actor: ReadActor, connection: ReadConnection, page: Page
) -> DeliveryPage:
    """List the pushes of a device."""
    return await delivery_log.list_deliveries(connection, actor, device_id, page)


@router.post(
    "/devices/{device_id}/test-pushes",
    tags=["devices"],
    status_code=202,
    summary="Try whether pushes reach a device of mine",
    description="A push at once, whatever I chose and whatever the hour. What becomes of it stands in"
    " `GET /v1/devices/{device_id}/deliveries`. Asked again within 30 seconds, nothing more is sent. 409"
    " `device_is_silent`: nothing is pushed to it at present.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def create_test_push(device_id: DeviceId, actor: WriteActor, session: WriteSession, once: Once) -> DeliveryRecord:
    """Try a device."""
    return await once.run(
        DeliveryRecord,
        lambda: trial_pushes.try_push(session, actor, device_id),
        lambda _earlier: trial_pushes.require_own(session, actor, device_id),
    )
