"""What the worker is told of people who want an account."""

from typing import ClassVar

from app.outbox.events import Event


class ApplicantRegistered(Event):
    """Somebody wants an account; the mail with the code that makes it is still to be sent."""

    kind: ClassVar[str] = "applicant.registered"
    registration_id: int
