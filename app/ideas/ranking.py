"""The keys that feeds sort by, and their refreshing after votes and comments.

``hot`` follows the idea of Reddit's ranking (its source was public until 2017, and A. Salihefendic described it in
"How Reddit ranking algorithms work", 2010): a score that never needs to be computed again for the mere passing of
time, since newer ideas begin higher. Here ::

    hot = published_at + 4 days * log10(1 + votes + comments / 2)

in microseconds: ten times the response makes up for four days of age. Reddit takes 12.5 hours; the members of a
mini-cluster look in a few times a week.
"""

import math
from datetime import datetime

from app.core.clock import seoul_date, to_micros

DECADE_MICROS = 4 * 86_400 * 1_000_000
COMMENT_WEIGHT = 0.5


def hot_key(published_at: datetime, votes: int, comments: int) -> int:
    """The sort key of ``hot``: a time in microseconds, moved into the future by the response."""
    response = votes + COMMENT_WEIGHT * comments
    return to_micros(published_at) + round(DECADE_MICROS * math.log10(1 + response))


def calendar_keys(published_at: datetime) -> tuple[int, int, int]:
    """The numbers of the day, the week (from Monday) and the month in Seoul in which an idea was published."""
    day = seoul_date(published_at)
    return day.toordinal(), (day.toordinal() - 1) // 7, day.year * 12 + day.month - 1
