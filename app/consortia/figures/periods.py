"""Weeks, months and years of the calendar of Korea as stretches of time."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from app.core.clock import SEOUL
from app.models.figures import FiguresPeriod


class Period(NamedTuple):
    """A period: its first day, and the first day after it."""

    kind: FiguresPeriod
    begins_on: date
    next_on: date

    @property
    def begins(self) -> datetime:
        """The moment at which it begins."""
        return _midnight(self.begins_on)

    @property
    def ends(self) -> datetime:
        """The moment at which the next one begins."""
        return _midnight(self.next_on)


def period_of(kind: FiguresPeriod, day: date) -> Period:
    """The period in which a day lies."""
    match kind:
        case FiguresPeriod.WEEK:
            first = day - timedelta(days=day.weekday())
            return Period(kind, first, first + timedelta(days=7))
        case FiguresPeriod.MONTH:
            first = day.replace(day=1)
            return Period(kind, first, date(day.year + day.month // 12, day.month % 12 + 1, 1))
        case FiguresPeriod.YEAR:
            return Period(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL).astimezone(UTC)
