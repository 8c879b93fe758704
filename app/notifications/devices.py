"""Devices: the phones and browsers of a person that get his pushes.

A token belongs to one row. When it comes with another device id, or from another person (a phone changes hands), the
row that had it is disabled as moved and loses it, but stays, so that the record of what was pushed to it stays.
A device id that comes from another person moves with its row: the phone is his now.
"""

import uuid
import zoneinfo
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import DatabaseBusy, NotFound, Unauthenticated, invalid_field
from app.identity.actor import Actor
from app.models import Device, Session
from app.models.notifications import DeviceEnd
from app.notifications import schemas

UNSEEN_LIMIT = timedelta(days=60)
"""A device not seen for so long gets no pushes: FCM calls tokens stale that were not used for a month or two."""
LIVE_DEVICES_PER_PERSON = 10
"""More than anyone uses. A further one takes the place of the one not seen for longest."""

_FORGOTTEN = (DeviceEnd.REMOVED, DeviceEnd.MOVED, DeviceEnd.SESSION_ENDED)
"""Devices that are no longer the person's own; he is not shown them."""


def gets_pushes(at: datetime) -> ColumnElement[bool]:
    """The condition on ``devices`` joined with ``sessions`` under which a device is pushed to.

    It was seen when it registered, or when its session got new tokens, which an app in use does every day.
    """
    return and_(
        Device.disabled_at.is_(None),
        Session.account_id == Device.account_id,
        Session.ended_at.is_(None),
        Session.expires_at > at,
        or_(Device.last_seen_at >= at - UNSEEN_LIMIT, Session.last_seen_at >= at - UNSEEN_LIMIT),
    )


async def register_device(
    session: AsyncSession, actor: Actor, device_id: uuid.UUID, request: schemas.DeviceRegistration
) -> schemas.Device:
    """Register a device, or bring it up to date: pushes of ``actor`` go to it while its present session lives.

    :raises Invalid: there is no such time zone.
    """
    if request.time_zone not in _time_zones():
        raise invalid_field(
            "/body/time_zone",
            "unknown_time_zone",
            "IANA 시간대 이름(예: Asia/Seoul)을 보내 주세요.",
            "Send the IANA name of a time zone, for example Asia/Seoul.",
        )
    for _ in range(2):
        try:
            async with session.begin_nested():
                device = await _register(session, actor, device_id, request)
        except IntegrityError:  # the same token or id was registered at once on another connection: now it is seen
            continue
        await _limit_devices(session, actor.account_id)
        return shown(device, actor, is_live=True)
    raise DatabaseBusy


async def _register(
    session: AsyncSession, actor: Actor, device_id: uuid.UUID, request: schemas.DeviceRegistration
) -> Device:
    at = now()
    session_id = await _live_session(session, actor)
    await _free_token(session, request, device_id, at)
    device = await session.scalar(select(Device).where(Device.public_id == device_id).with_for_update())
    if device is None:
        device = Device(public_id=device_id, created_at=at)
        session.add(device)
    device.account_id = actor.account_id
    device.session_id = session_id
    device.token_kind = request.token_kind
    device.token = request.token
    device.platform = request.platform
    device.app_version = request.app_version
    device.locale = request.locale.value
    device.time_zone = request.time_zone
    device.last_seen_at = at
    device.disabled_at = device.disabled_reason = None
    await session.flush()
    return device


async def _live_session(session: AsyncSession, actor: Actor) -> int:
    """The session of the request, held until the commit: its end waits, and then silences this device, too.

    :raises Unauthenticated: it has ended meanwhile.
    """
    live = select(Session.id).where(Session.id == actor.session_id, Session.ended_at.is_(None))
    session_id = await session.scalar(live.with_for_update(read=True))
    if session_id is None:
        raise Unauthenticated
    return session_id


async def _free_token(
    session: AsyncSession, request: schemas.DeviceRegistration, device_id: uuid.UUID, at: datetime
) -> None:
    """Take the token from another row that has it. What it gets instead no client can send, for it has a space."""
    holder = await session.scalar(
        select(Device)
        .where(Device.token_kind == request.token_kind, Device.token == request.token, Device.public_id != device_id)
        .with_for_update()
    )
    if holder is not None:
        holder.token = f"moved {holder.public_id}"
        holder.disabled_at = holder.disabled_at or at
        holder.disabled_reason = DeviceEnd.MOVED
        await session.flush()


async def _limit_devices(session: AsyncSession, account_id: int) -> None:
    live = (
        select(Device.id)
        .where(Device.account_id == account_id, Device.disabled_at.is_(None))
        .order_by(Device.last_seen_at.desc(), Device.id.desc())
    )
    surplus = (await session.scalars(live)).all()[LIVE_DEVICES_PER_PERSON:]
    if surplus:
        await session.execute(
            update(Device)
            .where(Device.id.in_(surplus))
            .values(disabled_at=now(), disabled_reason=DeviceEnd.REMOVED)
            .execution_options(synchronize_session=False)
        )


def shown(device: Device | Row[Any], actor: Actor, *, is_live: bool) -> schemas.Device:
    """A device as its owner is shown it."""
    return schemas.Device.model_construct(
        id=device.public_id,
        platform=device.platform,
        token_kind=device.token_kind,
        app_version=device.app_version,
        locale=device.locale,
        time_zone=device.time_zone,
        created_at=device.created_at,
        last_seen_at=device.last_seen_at,
        is_current=device.session_id == actor.session_id,
        gets_pushes=is_live,
        disabled_reason=device.disabled_reason,
    )


@cache
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()


async def remove_device(session: AsyncSession, actor: Actor, device_id: uuid.UUID) -> None:
    """Stop pushes to a device of the actor; again changes nothing. Registering it again enables it.

    :raises NotFound: the actor has no such device.
    """
    device = await session.scalar(
        select(Device).where(Device.public_id == device_id, Device.account_id == actor.account_id)
    )
    if device is None:
        raise NotFound
    if device.disabled_reason not in _FORGOTTEN:
        device.disabled_at, device.disabled_reason = now(), DeviceEnd.REMOVED
        await session.flush()


async def list_devices(connection: AsyncConnection, actor: Actor, page: PageRequest) -> schemas.DevicePage:
    """The devices of the actor, the newest first, without those he removed, gave away or signed out of."""
    columns = Device.__table__.c
    shown_columns: Sequence[Any] = [*columns, gets_pushes(now()).label("is_live")]
    statement = (
        select(*shown_columns)
        .join(Session, Session.id == columns.session_id)
        .where(
            columns.account_id == actor.account_id,
            or_(columns.disabled_reason.is_(None), columns.disabled_reason.not_in(_FORGOTTEN)),
        )
        .order_by(columns.id.desc())
        .limit(page.rows)
    )
    if (last_id := page.after("devices")) is not None:
        statement = statement.where(columns.id < last_id)
    rows, next_cursor = page.cut("devices", (await connection.execute(statement)).all())
    return schemas.DevicePage(items=[shown(row, actor, is_live=row.is_live) for row in rows], next_cursor=next_cursor)
