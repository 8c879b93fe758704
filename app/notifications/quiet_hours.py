"""The hours of the day in which a person's phones stay quiet. What falls into them is pushed when they end."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, past midnight where the end is the earlier one."""

    begins_at: time
    ends_at: time

    @classmethod
    def of_minutes(cls, begin: int | None, end: int | None) -> Self | None:
        """Quiet hours as they are stored: minutes since midnight. None where there are none, or empty ones."""
        if begin is None or end is None or begin == end:
            return None
        return cls(time(begin // 60, begin % 60), time(end // 60, end % 60))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Quiet hours as settings have them, ``21:00-07:30``; None for an empty text."""
        if not text:
            return None
        begin, _, end = text.partition("-")
        return cls.of_minutes(minutes_of(time.fromisoformat(begin)), minutes_of(time.fromisoformat(end)))

    def end_after(self, at: datetime, time_zone: str) -> datetime | None:
        """When the quiet hours that hold ``at`` end; None when it is outside of them."""
        zone = ZoneInfo(time_zone)
        local = at.astimezone(zone)
        clock = local.time()
        wraps = self.begins_at > self.ends_at
        is_late, is_early = clock >= self.begins_at, clock < self.ends_at
        if not ((is_late or is_early) if wraps else (is_late and is_early)):
            return None
        ends_tomorrow = wraps and is_late
        day = local.date() + timedelta(days=1 if ends_tomorrow else 0)
        # In the hour that comes twice when summer time ends, the end lies in the same one of the two.
        fold = 0 if ends_tomorrow else local.fold
        return datetime.combine(day, self.ends_at, zone).replace(fold=fold).astimezone(UTC)


def minutes_of(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute
