"""When people of companies write: on workdays, mornings and afternoons, some in the evening."""

import random
from bisect import bisect
from datetime import datetime, timedelta
from itertools import accumulate

from app.core.clock import SEOUL, to_micros

DAY = 86_400_000_000
"""Microseconds of a day, as all times of this module are microseconds since 1970."""
_HOUR = 3_600_000_000
_MINUTE = 60_000_000
_OFFSET = 9 * _HOUR
"""Seoul is nine hours ahead of UTC, without summer time since 1988."""
_WEEKDAYS = (10, 11, 11, 10, 9, 3, 2)
# Of a thousand posts, those in each hour of the day, from midnight on.
_HOURS = (4, 2, 1, 1, 1, 3, 10, 28, 70, 98, 102, 84, 46, 74, 92, 90, 84, 70, 42, 28, 26, 22, 14, 8)
_UP_TO_HOUR = tuple(accumulate(_HOURS))
WINDOW_DAYS = 730


class Rhythm:
    """Draws moments of the two years up to ``end``."""

    def __init__(self, rng: random.Random, end: datetime) -> None:
        self._rng = rng
        self.end = to_micros(end)
        self.first_day = _midnight(end) - WINDOW_DAYS * DAY
        weekday = (end.astimezone(SEOUL).date() - timedelta(days=WINDOW_DAYS)).weekday()
        # The community grows: a day at the end sees twice what one at the beginning saw.
        weights = (_WEEKDAYS[(weekday + day) % 7] * (1 + day / WINDOW_DAYS) for day in range(WINDOW_DAYS + 1))
        self._up_to_day = tuple(accumulate(weights))
        self._weekday = weekday

    def moment(self) -> int:
        """A moment of the window."""
        day = bisect(self._up_to_day, self._rng.random() * self._up_to_day[-1])
        return self._not_after_end(self.first_day + day * DAY + self._time_of_day())

    def answer_to(self, moment: int) -> int:
        """A moment after ``moment``, most often within two days, at times weeks later; never after the end."""
        draw = self._rng.random()
        if draw < 0.35:
            return self._not_after_end(moment + int(self._rng.random() * 6 * _HOUR) + _MINUTE, moment)
        days = 1 + int(self._rng.expovariate(0.9 if draw < 0.8 else 0.08))
        midnight = moment - (moment + _OFFSET) % DAY
        day = midnight + days * DAY
        if self._is_weekend(day) and self._rng.random() < 0.7:
            day += 2 * DAY
        return self._not_after_end(day + self._time_of_day(), moment)

    def earlier(self, least_days: float, most_days: float) -> int:
        """A moment in working hours, so many days before the window begins."""
        days = int(self._rng.uniform(least_days, most_days))
        return self.first_day - days * DAY + self._time_of_day()

    def _time_of_day(self) -> int:
        hour = bisect(_UP_TO_HOUR, self._rng.random() * _UP_TO_HOUR[-1])
        return hour * _HOUR + int(self._rng.random() * _HOUR)

    def _is_weekend(self, midnight: int) -> bool:
        return (self._weekday + (midnight - self.first_day) // DAY) % 7 >= 5

    def _not_after_end(self, moment: int, after: int | None = None) -> int:
        """``moment``, or one drawn between ``after`` (an hour before the end by default) and the end."""
        if moment < self.end:
            return moment
        start = self.end - _HOUR if after is None else min(after, self.end - 1)
        return start + 1 + int(self._rng.random() * (self.end - start - 1))


def _midnight(moment: datetime) -> int:
    """The beginning of the day in Seoul."""
    micros = to_micros(moment)
    return micros - (micros + _OFFSET) % DAY
