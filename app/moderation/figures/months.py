"""Calendar months of Seoul as stretches of time."""

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from app.core.clock import SEOUL, seoul_date
from app.core.errors import invalid_field

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class Month(NamedTuple):
    """A calendar month: its name, when it begins, and when the next one does."""

    name: str
    begins: datetime
    ends: datetime


def month_of(day: date) -> Month:
    """The month a day lies in."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Month(f"{day.year}-{day.month:02}", _midnight(day.replace(day=1)), _midnight(following))


def month_named(name: str) -> Month:
    """The month of a name such as 2026-11.

    :raises Invalid: it is none.
    """
    if not _MONTH.fullmatch(name):
        raise invalid_field("/query/month", "invalid_month", "2026-11처럼 보내 주세요.", "Send it like 2026-11.")
    return month_of(date(int(name[:4]), int(name[5:]), 1))


def latest_months(moment: datetime, number: int) -> list[Month]:
    """The month a moment lies in, and those before it."""
    day = seoul_date(moment).replace(day=1)
    months = []
    for _ in range(number):
        months.append(month_of(day))
        day = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
    return months


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL).astimezone(UTC)
