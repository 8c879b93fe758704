"""What the worker is told of changing an address."""

from typing import ClassVar

from app.outbox.events import Event


class EmailChangeRequested(Event):
    """A person wants another address; a code is still to be mailed to each of the two.

    One event for each mail: when one mailbox makes us wait, the other does not get its mail again.
    """

    kind: ClassVar[str] = "email_change.requested"
    change_id: int
    to_new: bool
