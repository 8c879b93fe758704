"""The orders of a feed, and the column of ``feed_entries`` each one runs along."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.types import TypeEngine

MAX_BIGINT = 2**63 - 1
MAX_INTEGER = 2**31 - 1


class Sort(StrEnum):
    """How a feed is ordered."""

    NEW = "new"
    HOT = "hot"
    TOP = "top"
    UNANSWERED = "unanswered"


class Period(StrEnum):
    """The calendar period (in Seoul) of which ``top`` shows the most recommended ideas."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Order:
    """An index order: rows of a stream by ``key`` and id downwards, within a period or a condition where given."""

    name: str
    key: str
    key_type: TypeEngine[Any]
    first_key: int
    """Above every key: where the first page begins. An INTEGER column compared with more than 2^31-1 overflows."""
    period: Period | None = None
    only_unanswered: bool = False

    @property
    def lowest_key(self) -> int:
        """Below every key: no floor."""
        return -self.first_key


NEW = Order("new", "published_at", BigInteger(), MAX_BIGINT)
HOT = Order("hot", "hot", BigInteger(), MAX_BIGINT)
UNANSWERED = Order("unanswered", "published_at", BigInteger(), MAX_BIGINT, only_unanswered=True)
TOP = {period: Order(f"top_{period}", "vote_count", Integer(), MAX_INTEGER, period) for period in Period}


def order_of(sort: Sort, period: Period) -> Order:
    """The order that a request asks for; the period counts only for ``top``."""
    if sort is Sort.TOP:
        return TOP[period]
    return {Sort.NEW: NEW, Sort.HOT: HOT, Sort.UNANSWERED: UNANSWERED}[sort]
