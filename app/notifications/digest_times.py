"""When digests are mailed: in the morning of the person's time zone, daily, or weekly on Mondays."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.models.notifications import DigestRhythm

MORNING = time(8)


def next_digest(rhythm: DigestRhythm, at: datetime, time_zone: str) -> datetime:
    """The first time to mail a digest after ``at``."""
    zone = ZoneInfo(time_zone)
    local = at.astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    if rhythm is DigestRhythm.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
