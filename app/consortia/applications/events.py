"""What the worker is told of applications, and whom it is to write to."""

from enum import StrEnum
from typing import ClassVar

from app.outbox.events import Event


class ApplicationWaiting(Event):
    """An application waits for those who decide; told at once, and once more after some days."""

    kind: ClassVar[str] = "application.waiting"
    application_id: int
    is_reminder: bool


class ApplicationDecided(Event):
    """An applicant was admitted or declined."""

    kind: ClassVar[str] = "application.decided"
    application_id: int
    account_id: int


class ApplicationNews(StrEnum):
    """What a mail about an application says."""

    RECEIVED = "received"
    STILL_WAITING = "still_waiting"
    DECIDED = "decided"


class ApplicationMailDue(Event):
    """One person is to be written to about an application."""

    kind: ClassVar[str] = "application.mail_due"
    application_id: int
    account_id: int
    news: ApplicationNews
