"""What the worker is told of announcements."""

from typing import ClassVar

from app.outbox.events import Event


class AnnouncementMade(Event):
    """An announcement is to be told to everyone it is for.

    They are told in portions, each in a transaction of its own that appends the event of the next one. The portions
    are one event to those who are told: the first.
    """

    kind: ClassVar[str] = "announcement.made"
    announcement_id: int
    first_event_id: int | None = None
    after_account_id: int = 0
