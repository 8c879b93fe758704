"""Telling everyone of a place of an announcement: in portions, so that no transaction is long and memory stays flat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.events import AnnouncementMade
from app.announcements.queries import people_told
from app.models import Announcement, PushJob
from app.models.notifications import PushTopic, Reason
from app.models.upsert import insert_for
from app.notifications.channels import choices_of
from app.notifications.telling import put_into_inboxes
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
    choices = await choices_of(session, people, announcement.mini_cluster_id)
    subject = {"actor_id": announcement.author_id, "announcement_id": announcement.id}
    told = await put_into_inboxes(session, choices, event_id, Reason.ANNOUNCEMENT, at, **subject)
    jobs = [_job(person, announcement.id, at) for person in told if choices[person].push(Reason.ANNOUNCEMENT)]
    if jobs:
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
