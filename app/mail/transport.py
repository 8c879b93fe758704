"""The contract between those who write mails and whatever carries them to the mailbox."""

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Protocol

from app.core.clock import now
from app.core.localisation import Locale


class MailError(Exception):
    """A mail did not leave. ``code`` is stable and holds neither an address nor a text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MailDelayed(MailError):
    """The server can't take the mail now, or the settings are wrong: sending it again later may succeed."""


class MailRefused(MailError):
    """The server will never take this mail to this address: sending it again is of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One plain-text mail to one person.

    ``reference`` names what the mail is about: the same reference makes the same Message-ID, by which mailboxes drop
    the second copy of a mail that had to be sent again. Raises ValueError for what can't stand in a header.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    locale: Locale
    reference: str
    unsubscribe_url: str | None = field(default=None, repr=False)
    """Where one click ends mails of this kind (RFC 8058); None for mails that one can't do without."""

    def __post_init__(self) -> None:
        if not self.to.isascii() or _breaks_header(self.to):
            raise ValueError("to: an e-mail address of ASCII characters; write other domains in their xn-- form")
        if not self.reference.isascii() or _breaks_header(self.reference):
            raise ValueError("reference: ASCII letters, digits, dots and hyphens")
        if self.unsubscribe_url is not None and (
            not self.unsubscribe_url.isascii() or _breaks_header(self.unsubscribe_url)
        ):
            raise ValueError("unsubscribe_url: an address of ASCII characters")
        if _breaks_header(self.subject, allowed=" "):
            raise ValueError("subject: one line without control characters")


class MailTransport(Protocol):
    """Carries mails. Implementations serve several tasks at once."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail over, without retries of its own.

        :raises MailDelayed: it may be taken later.
        :raises MailRefused: it will never be taken.
        :raises RuntimeError: the transport was closed.
        """
        ...

    async def aclose(self) -> None:
        """Give back what is held. Safe to call twice."""
        ...


def sender_address(mail_from: str) -> Address:
    """The parsed sender, for example ``Idea Storage <no-reply@example.kr>``.

    :raises ValueError: it is not one address.
    """
    message = EmailMessage()
    try:
        message["From"] = mail_from
        (address,) = message["From"].addresses
    except (ValueError, MessageError) as error:
        raise ValueError(_BAD_SENDER) from error
    if message["From"].defects or not address.username or not address.domain:
        raise ValueError(_BAD_SENDER)
    return Address(address.display_name, address.username, address.domain)


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header that holds one address on the web: folded, it would be encoded, and mailboxes would not read it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def as_message(mail: Mail, sender: Address) -> EmailMessage:
    """The mail as it goes over the wire (RFC 5322), marked as sent by a machine (RFC 3834)."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = str(sender)
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{mail.reference}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, charset="utf-8", cte="base64")
    message["Content-Language"] = mail.locale.value
    return message


_BAD_SENDER = "MAIL_FROM must be one address, for example: Idea Storage <no-reply@example.kr>"


def _breaks_header(value: str, allowed: str = "") -> bool:
    """Whether a value is empty, or would let text slip into other headers."""
    return not value or any(ord(character) <= 32 and character not in allowed for character in value)
