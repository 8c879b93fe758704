"""When what waits for managers and coordinators is pushed: in working hours of the person's time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGIN, END = time(9), time(18)
_SATURDAY = 5


def working_time(at: datetime, time_zone: str) -> datetime:
    """``at``, or the first working hour after it: Monday to Friday, from nine to six."""
    zone = ZoneInfo(time_zone)
    local = at.astimezone(zone)
    day = local.date()
    if day.weekday() < _SATURDAY and BEGIN <= local.time() < END:
        return at
    if local.time() >= BEGIN:
        day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, BEGIN, zone).astimezone(UTC)
