"""What the worker leaves to itself of telling people."""

from typing import ClassVar

from app.outbox.events import Event


class FollowersToTell(Event):
    """The next followers of a mini-cluster are to be told of a new idea there.

    They are told in portions, each in a transaction of its own. To those who are told it is one event: the publishing.
    """

    kind: ClassVar[str] = "notifications.followers_to_tell"
    idea_id: int
    first_event_id: int
    after_account_id: int


class ItemsRead(Event):
    """A person has read entries of his inbox: pushes about them are taken off the screens of his phones."""

    kind: ClassVar[str] = "notifications.items_read"
    account_id: int


class DigestDue(Event):
    """A person is to be mailed what he has not read of the inbox items after one, up to another."""

    kind: ClassVar[str] = "notifications.digest_due"
    account_id: int
    after_item_id: int
    up_to_item_id: int
