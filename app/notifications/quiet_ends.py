"""Whose phones are quiet now, and until when: by the hours each person chose, or those that go for all others."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Account, NotificationSettings
from app.notifications.quiet_hours import QuietHours

QUIET_COLUMNS: tuple[Any, ...] = (
    Account.id.label("account_id"),
    Account.time_zone,
    NotificationSettings.account_id.label("chose"),
    NotificationSettings.quiet_from,
    NotificationSettings.quiet_until,
)


def quiet_hours_of(row: Row[Any], usual: QuietHours | None) -> QuietHours | None:
    """The quiet hours of a person, from a row with ``QUIET_COLUMNS``."""
    return usual if row.chose is None else QuietHours.of_minutes(row.quiet_from, row.quiet_until)


async def quiet_ends(
    session: AsyncSession, account_ids: Collection[int], at: datetime, usual: QuietHours | None
) -> dict[int, datetime]:
    """When the quiet hours end of those of these people whose phones are to be quiet at ``at``."""
    if not account_ids:
        return {}
    statement = (
        select(*QUIET_COLUMNS)
        .select_from(Account)
        .outerjoin(NotificationSettings, NotificationSettings.account_id == Account.id)
        .where(Account.id.in_(account_ids))
    )
    ends: dict[int, datetime] = {}
    for row in await session.execute(statement):
        quiet = quiet_hours_of(row, usual)
        end = quiet.end_after(at, row.time_zone) if quiet else None
        if end is not None:
            ends[row.account_id] = end
    return ends
