"""Making, changing and withdrawing announcements, and opening them."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.errors import TooManyAnnouncements, not_a_date_to_end, one_place
from app.announcements.events import AnnouncementMade
from app.announcements.policy import LONGEST_DAYS, STANDING_AT_MOST, may_announce, may_keep
from app.announcements.queries import told_to
from app.announcements.schemas import AnnouncementCreate, AnnouncementUpdate
from app.audit import service as audit
from app.consortia.lifetime import require_open
from app.consortia.memberships import require_living
from app.consortia.queries import locate_mini_cluster
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.actor import Actor
from app.models import Announcement, AnnouncementRead, Consortium
from app.models.upsert import insert_for
from app.outbox import events as outbox


async def create_announcement(session: AsyncSession, actor: Actor, request: AnnouncementCreate) -> None:
    """Announce; the same id and content again changes nothing.

    :raises NotFound: there is no such place.
    :raises Forbidden: the actor may not announce there.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises MiniClusterDissolved, ConsortiumClosed: nothing new begins there.
    :raises TooManyAnnouncements: too many stand there.
    :raises Invalid: it names no place or two, or does not end in time.
    """
    mini_cluster_id, consortium_id = await _place(session, request)
    if not may_announce(actor, mini_cluster_id, consortium_id):
        raise Forbidden
    if await _was_made_before(session, actor, request):
        return
    _check_end(request.valid_until)
    if mini_cluster_id is None:
        await require_open(session, consortium_id)
    else:
        await require_living(session, mini_cluster_id)
    await _require_room(session, mini_cluster_id, consortium_id)
    announcement = Announcement(
        public_id=request.id,
        creation_digest=request.digest(),
        consortium_id=consortium_id,
        mini_cluster_id=mini_cluster_id,
        author_id=actor.account_id,
        affiliation_id=actor.affiliation_id,
        title=request.title,
        body=request.body,
        link=request.link,
        valid_until=request.valid_until,
        created_at=now(),
    )
    try:
        async with session.begin_nested():
            session.add(announcement)
    except IntegrityError:  # somebody else took the id at this very moment
        await _was_made_before(session, actor, request)
        raise
    await outbox.append(session, AnnouncementMade(announcement_id=announcement.id))
    await _record(session, actor, announcement, "made")


async def update_announcement(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: AnnouncementUpdate
) -> None:
    """Change what is announced, or until when it stands.

    :raises NotFound: there is none, or not for this actor.
    :raises Forbidden: it is not his to change.
    :raises Invalid: it does not end in time.
    """
    announcement = await _kept(session, actor, public_id)
    if announcement.withdrawn_at is not None:
        raise NotFound
    if request.valid_until is not None:
        _check_end(request.valid_until)
    for name in request.model_fields_set:
        value = getattr(request, name)
        if value is not None:
            setattr(announcement, name, value or None)
    announcement.edited_at = now()
    await _record(session, actor, announcement, "edited")


async def withdraw_announcement(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Take it back: it is gone for everyone. Twice is once.

    :raises NotFound: there is none, or not for this actor.
    :raises Forbidden: it is not his to withdraw.
    """
    announcement = await _kept(session, actor, public_id)
    if announcement.withdrawn_at is None:
        announcement.withdrawn_at = now()
        await _record(session, actor, announcement, "withdrawn")


async def open_announcement(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> int:
    """The actor has opened an announcement: counted once. Its inner id.

    :raises NotFound: there is none, or not for this actor.
    """
    statement = select(Announcement.id).where(Announcement.public_id == public_id, told_to(actor))
    announcement_id = await session.scalar(statement)
    if announcement_id is None:
        raise NotFound
    read = insert_for(session, AnnouncementRead).values(
        announcement_id=announcement_id, account_id=actor.account_id, read_at=now()
    )
    if await session.scalar(read.on_conflict_do_nothing().returning(AnnouncementRead.account_id)) is not None:
        counted = Announcement.reader_count + 1
        await session.execute(
            update(Announcement).where(Announcement.id == announcement_id).values(reader_count=counted),
            execution_options={"synchronize_session": False},
        )
    return announcement_id


async def _place(session: AsyncSession, request: AnnouncementCreate) -> tuple[int | None, int]:
    if (request.mini_cluster_id is None) == (request.consortium_id is None):
        raise one_place()
    if request.mini_cluster_id is not None:
        place = await locate_mini_cluster(session, request.mini_cluster_id)
        return place.id, place.consortium_id
    consortium_id = await session.scalar(select(Consortium.id).where(Consortium.public_id == request.consortium_id))
    if consortium_id is None:
        raise NotFound
    return None, consortium_id


async def _was_made_before(session: AsyncSession, actor: Actor, request: AnnouncementCreate) -> bool:
    columns = (Announcement.creation_digest, Announcement.author_id)
    row = (await session.execute(select(*columns).where(Announcement.public_id == request.id))).one_or_none()
    if row is not None and (row.creation_digest, row.author_id) != (request.digest(), actor.account_id):
        raise IdTaken
    return row is not None


def _check_end(valid_until: datetime) -> None:
    if not timedelta(0) < valid_until - now() <= timedelta(days=LONGEST_DAYS):
        raise not_a_date_to_end()


async def _require_room(session: AsyncSession, mini_cluster_id: int | None, consortium_id: int) -> None:
    standing = (
        select(func.count())
        .select_from(Announcement)
        .where(
            Announcement.consortium_id == consortium_id,
            Announcement.mini_cluster_id.is_not_distinct_from(mini_cluster_id),
            Announcement.valid_until > now(),
            Announcement.withdrawn_at.is_(None),
        )
    )
    if (await session.scalar(standing) or 0) >= STANDING_AT_MOST:
        raise TooManyAnnouncements


async def _kept(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Announcement:
    statement = select(Announcement).where(Announcement.public_id == public_id).with_for_update()
    announcement = await session.scalar(statement)
    if announcement is None:
        raise NotFound
    place = (announcement.mini_cluster_id, announcement.consortium_id)
    if may_keep(actor, announcement.author_id, *place):
        return announcement
    is_told = await session.scalar(select(Announcement.id).where(Announcement.id == announcement.id, told_to(actor)))
    raise NotFound if is_told is None else Forbidden


async def _record(session: AsyncSession, actor: Actor, announcement: Announcement, what: str) -> None:
    await session.flush()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=f"announcement.{what}",
        target_kind="announcement",
        target_id=announcement.id,
        consortium_id=announcement.consortium_id,
        details={"mini_cluster_id": announcement.mini_cluster_id},
    )
