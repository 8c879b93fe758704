"""What the worker is told of signing in."""

from typing import ClassVar

from app.outbox.events import Event


class SignInCodeRequested(Event):
    """Somebody asked for a code; the mail is still to be sent, if anybody has the address."""

    kind: ClassVar[str] = "sign_in.code_requested"
    code_id: int
