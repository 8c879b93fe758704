"""Telling everyone of a place of an announcement: in portions, so that no transaction is long and memory stays flat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.events import AnnouncementMade
from app.announcements.queries import people_told
from app.core.ids import new_public_id
from app.models import Announcement, InboxItem, NotificationSettings, PushJob
from app.models.notifications import PushTopic, Reason
from app.models.upsert import insert_for
from app.notifications.metrics import INBOX_ITEMS
from app.outbox import events as outbox
from app.outbox.subscriptions import Occurrence

AT_ONCE = 200
"""People told in one transaction: some 30 ms of SQLite's one write lock."""


async def tell_next(session: AsyncSession, occurrence: Occurrence[AnnouncementMade], at: datetime) -> None:
    """Tell the next people, and leave the rest to an event of its own. Repeatable."""
    event = occurrence.event
    announcement = await _load(session, event.announcement_id, at)
    if announcement is None:
        return
    statement = people_told(announcement, event.after_account_id, AT_ONCE)
    people = (await session.scalars(statement, {"at": at})).all()
    event_id = event.first_event_id or occurrence.id
    await _tell(session, announcement, event_id, [person for person in people if person != announcement.author_id], at)
    if len(people) == AT_ONCE:
        rest = AnnouncementMade(announcement_id=announcement.id, first_event_id=event_id, after_account_id=people[-1])
        await outbox.append(session, rest)


async def _load(session: AsyncSession, announcement_id: int, at: datetime) -> Row[Any] | None:
    """The announcement; None once it was withdrawn, or its time is over."""
    columns: Sequence[Any] = [
        Announcement.id, Announcement.author_id, Announcement.mini_cluster_id, Announcement.consortium_id
    ]  # fmt: skip
    statement = select(*columns).where(
        Announcement.id == announcement_id, Announcement.withdrawn_at.is_(None), Announcement.valid_until > at
    )
    return (await session.execute(statement)).one_or_none()


async def _tell(
    session: AsyncSession, announcement: Row[Any], event_id: int, people: Collection[int], at: datetime
) -> None:
    unwanted = await _unwanted(session, people)
    told = [
        {
            "public_id": new_public_id(),
            "account_id": person,
            "event_id": event_id,
            "reason": Reason.ANNOUNCEMENT,
            "actor_id": announcement.author_id,
            "announcement_id": announcement.id,
            "created_at": at,
        }
        for person in people
        if Reason.ANNOUNCEMENT not in unwanted.get(person, ((), ()))[0]
    ]
    if not told:
        return
    items = insert_for(session, InboxItem).values(told)
    items = items.on_conflict_do_nothing(index_elements=["account_id", "event_id"]).returning(InboxItem.account_id)
    new = sorted(await session.scalars(items))
    INBOX_ITEMS.labels(Reason.ANNOUNCEMENT.value).inc(len(new))
    pushed = [person for person in new if Reason.ANNOUNCEMENT not in unwanted.get(person, ((), ()))[1]]
    if pushed:
        jobs = [_job(person, announcement.id, at) for person in pushed]
        await session.execute(insert_for(session, PushJob).values(jobs).on_conflict_do_nothing())


def _job(account_id: int, announcement_id: int, at: datetime) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "announcement_id": announcement_id,
        "topic": PushTopic.ANNOUNCEMENTS,
        "revision": 1,
        "dispatched_revision": 0,
        "due_at": at,
        "last_item_id": 0,
    }


async def _unwanted(
    session: AsyncSession, people: Collection[int]
) -> dict[int, tuple[Collection[str], Collection[str]]]:
    """What those who chose want neither in the inbox nor pushed."""
    columns = (
        NotificationSettings.account_id,
        NotificationSettings.without_inbox,
        NotificationSettings.without_push,
    )
    statement = select(*columns).where(NotificationSettings.account_id.in_(people))
    return {row.account_id: (row.without_inbox, row.without_push) for row in await session.execute(statement)}
