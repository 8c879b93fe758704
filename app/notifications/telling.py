"""The two ends of telling a person: an entry in the inbox, once for each event, and a push job that bundles news."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_public_id
from app.models import Account, InboxItem, PushJob
from app.models.notifications import PushTopic, Reason
from app.models.upsert import insert_for
from app.notifications.channels import Choices
from app.notifications.coalescing import due_at
from app.notifications.digests import plan_digests
from app.notifications.metrics import INBOX_ITEMS
from app.notifications.working_hours import working_time


async def put_into_inboxes(
    session: AsyncSession,
    choices: Mapping[int, Choices],
    event_id: int,
    reason: Reason,
    at: datetime,
    **subject: Any,
) -> Sequence[int]:
    """Tell people of an event who want to be told and were not before; the accounts that were told now, in order.

    ``subject`` are the columns that say what it is about, and ``actor_id``: his own account where none is given.
    """
    people = [person for person, chosen in choices.items() if chosen.inbox(reason)]
    if not people:
        return []
    same = {"event_id": event_id, "reason": reason, "created_at": at}
    rows = [
        {"public_id": new_public_id(), "account_id": person, "actor_id": person, **same, **subject}
        for person in sorted(people)
    ]
    statement = insert_for(session, InboxItem).values(rows)
    statement = statement.on_conflict_do_nothing(index_elements=["account_id", "event_id"])
    told = sorted(await session.scalars(statement.returning(InboxItem.account_id)))
    INBOX_ITEMS.labels(reason.value).inc(len(told))
    await plan_digests(session, [person for person in told if choices[person].digest(reason)], at)
    return told


async def have_person_pushed(session: AsyncSession, account_id: int, topic: PushTopic, at: datetime) -> None:
    """Add news to the push job in which all of a topic is bundled for the person, and set when it is due."""
    of_person = (PushJob.idea_id.is_(None)) & (PushJob.announcement_id.is_(None))
    statement = (
        insert_for(session, PushJob)
        .values(account_id=account_id, topic=topic, revision=1, dispatched_revision=0, due_at=None, last_item_id=0)
        .on_conflict_do_update(
            index_elements=["account_id", "topic"], index_where=of_person, set_={"revision": PushJob.revision + 1}
        )
        .returning(PushJob.id, PushJob.due_at, PushJob.dispatched_at)
    )
    job = (await session.execute(statement)).one()
    due = due_at(topic, at, dispatched_at=job.dispatched_at, waiting_until=job.due_at, at_once=False)
    if topic is PushTopic.QUEUE:
        time_zone = await session.scalar(select(Account.time_zone).where(Account.id == account_id))
        due = working_time(due, time_zone or "Asia/Seoul")
    if due != job.due_at:
        await session.execute(
            update(PushJob).where(PushJob.id == job.id).values(due_at=due),
            execution_options={"synchronize_session": False},
        )
