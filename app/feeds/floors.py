"""How far down the first page of a feed reached when it was last read: the floor of its next reading.

PostgreSQL reads an index a whole leaf page at a time. A branch that knows a lower bound stops at it, instead of copying
a hundred entries of which it needs two: a quarter of the time of a page with many streams (docs/decisions/0003). A
floor is a hint and never decides what is shown: where fewer entries than wanted lie above it, the page is read again
without. New entries come in above it, so one that was true stays true until entries are hidden or sink.
"""

from collections import OrderedDict
from collections.abc import Sequence

from app.feeds.sorts import Order

_KEPT = 20_000
"""About 4 MB; the feeds read longest ago are forgotten first."""


class FeedFloors:
    """The floors this process knows, by feed."""

    def __init__(self, kept: int = _KEPT) -> None:
        """Know at most ``kept`` feeds."""
        self._kept = kept
        self._keys: OrderedDict[int, int] = OrderedDict()

    def of(self, order: Order, bucket: int, scan: int, streams: Sequence[int]) -> int | None:
        """The lowest key among the first ``scan`` entries of these streams when they were last read, where known."""
        return self._keys.get(_name(order, bucket, scan, streams))

    def remember(self, order: Order, bucket: int, scan: int, streams: Sequence[int], key: int | None) -> None:
        """Keep ``key``, or forget what was known where there were fewer than ``scan`` entries."""
        name = _name(order, bucket, scan, streams)
        self._keys.pop(name, None)
        if key is not None:
            self._keys[name] = key
            if len(self._keys) > self._kept:
                self._keys.popitem(last=False)


def _name(order: Order, bucket: int, scan: int, streams: Sequence[int]) -> int:
    """A number for a feed. Two feeds that share one only spoil each other's hint."""
    return hash((order.name, bucket, scan, *streams))
