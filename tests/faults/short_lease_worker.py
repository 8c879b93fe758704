"""A worker like any other, but that its leases are short: what a killed one held is taken over within seconds."""

from datetime import timedelta
from typing import Any

from app import worker
from app.notifications.sender import Sender
from app.outbox.relay import Relay

LEASE = timedelta(seconds=4)
"""Longer than a send to the local server, and than any handler."""


class ShortLeaseSender(Sender):
    """A sender that holds what it sends for a short time only."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "lease": LEASE})


class ShortLeaseRelay(Relay):
    """A relay that holds what it handles for a short time only."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "lease": LEASE})


if __name__ == "__main__":
    vars(worker).update(Sender=ShortLeaseSender, Relay=ShortLeaseRelay)
    worker.main()
