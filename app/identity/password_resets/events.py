"""What the worker is told of resetting a password."""

from typing import ClassVar

from app.outbox.events import Event


class PasswordResetRequested(Event):
    """Somebody wants a new password; the mail is still to be sent, if anybody has the address."""

    kind: ClassVar[str] = "password_reset.requested"
    reset_id: int
