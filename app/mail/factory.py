"""Choosing the mail transport from the settings."""

from typing import TextIO

from app.core.settings import Settings
from app.mail.console import ConsoleMailTransport
from app.mail.smtp import SmtpTransport
from app.mail.transport import MailTransport


def open_mail_transport(settings: Settings, *, stream: TextIO | None = None) -> MailTransport:
    """The transport MAIL_TRANSPORT names; ``console`` prints to ``stream`` (standard output).

    The caller awaits ``aclose()`` in the end.

    :raises ValueError: MAIL_FROM is not an address.
    """
    if settings.mail_transport == "smtp":
        return SmtpTransport(settings)
    return ConsoleMailTransport(stream)
