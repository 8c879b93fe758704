"""The transport of a real installation: one SMTP connection a mail, which is plenty for sign-in codes."""

import ssl

import aiosmtplib

from app.core.settings import Settings
from app.mail.transport import Mail, MailDelayed, MailRefused, as_message, sender_address

_TIMEOUT_SECONDS = 20.0
_PERMANENT = range(500, 600)


class SmtpTransport:
    """Sends through the server of the settings; its certificate is checked wherever TLS is used."""

    def __init__(
        self, settings: Settings, *, tls: ssl.SSLContext | None = None, timeout_seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        """``tls`` says whom to trust (the system's authorities by default); ``timeout_seconds`` bounds each step.

        :raises ValueError: MAIL_FROM is not an address.
        """
        self._settings = settings
        self._sender = sender_address(settings.mail_from)
        self._tls = tls
        self._timeout_seconds = timeout_seconds
        self._closed = False

    async def send(self, mail: Mail) -> None:
        """Send. See MailTransport.send."""
        if self._closed:
            raise RuntimeError("the mail transport was closed")
        try:
            await self._send(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refusal.code for refusal in error.recipients]
            raise _refusal(codes[0] if codes else 450) from error
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error.code) from error
        except aiosmtplib.SMTPTimeoutError as error:
            raise MailDelayed("timeout") from error
        except aiosmtplib.SMTPResponseException as error:
            # The greeting, the sign-in or the sender was refused: not this mail's fault, and settings can be mended.
            raise MailDelayed(f"smtp_{error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailDelayed("connection_failed") from error

    async def _send(self, mail: Mail) -> None:
        settings = self._settings
        password = settings.smtp_password
        await aiosmtplib.send(
            as_message(mail, self._sender),
            sender=self._sender.addr_spec,
            recipients=[mail.to],
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            tls_context=self._tls if settings.smtp_security != "none" else None,
            timeout=self._timeout_seconds,
        )

    async def aclose(self) -> None:
        """Refuse further mails; each one had a connection of its own."""
        self._closed = True


def _refusal(code: int) -> MailDelayed | MailRefused:
    return (MailRefused if code in _PERMANENT else MailDelayed)(f"smtp_{code}")
