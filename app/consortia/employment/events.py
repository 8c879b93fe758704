"""What the worker is told of changes of employers, and whom it is to write to."""

from typing import ClassVar

from app.outbox.events import Event


class EmployerChangeWaiting(Event):
    """A change waits for those who confirm it."""

    kind: ClassVar[str] = "employer_change.waiting"
    change_id: int


class EmployerChangeMailDue(Event):
    """One person is to be written to: whoever confirms it, or, once it is decided, the person concerned."""

    kind: ClassVar[str] = "employer_change.mail_due"
    change_id: int
    account_id: int
    is_decided: bool
