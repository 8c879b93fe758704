"""SMTP as servers speak it: encryption, sign-in, refusals and failures."""

import asyncio
import socket
import ssl
from typing import Any

import pytest

from app.core.localisation import Locale
from app.core.settings import Settings
from app.mail.smtp import SmtpTransport
from app.mail.transport import Mail, MailDelayed, MailError, MailRefused
from tests.smtp_server import DISCONNECT, HANG, Certificate, SmtpServer, throwaway_certificate

MAIL = Mail(to="haneul@example.kr", subject="알림", text="본문\n", locale=Locale.KOREAN, reference="test.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return throwaway_certificate(tmp_path_factory.mktemp("smtp"))


def transport_to(server: SmtpServer, *, tls: ssl.SSLContext | None = None, **settings: Any) -> SmtpTransport:
    values: dict[str, Any] = {"smtp_security": server.security, "smtp_port": server.port} | settings
    return SmtpTransport(Settings(_env_file=None, **values), tls=tls, timeout_seconds=0.5)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_the_mail_and_the_password_travel_encrypted(security: str, certificate: Certificate) -> None:
    with SmtpServer(security=security, certificate=certificate, credentials=("mailer", "s3cret")) as server:
        transport = transport_to(server, tls=certificate.for_client, smtp_username="mailer", smtp_password="s3cret")
        await transport.send(MAIL)
        (mail,) = server.mails
    assert mail.encrypted
    assert mail.username == "mailer"
    assert mail.sender == "no-reply@idea-storage.invalid"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_vouches_for_is_refused(security: str, certificate: Certificate) -> None:
    with SmtpServer(security=security, certificate=certificate) as server:
        with pytest.raises(MailDelayed):
            await transport_to(server).send(MAIL)
        assert server.mails == []


async def test_a_server_without_starttls_gets_nothing(certificate: Certificate) -> None:
    with SmtpServer() as server:
        transport = transport_to(server, tls=certificate.for_client, smtp_security="starttls")
        with pytest.raises(MailDelayed, match="connection_failed"):
            await transport.send(MAIL)
        assert server.mails == []


async def test_wrong_credentials_are_a_matter_of_settings_not_of_the_mail() -> None:
    with SmtpServer(credentials=("mailer", "s3cret")) as server:
        transport = transport_to(server, smtp_username="mailer", smtp_password="wrong")
        with pytest.raises(MailDelayed, match="smtp_535"):
            await transport.send(MAIL)


@pytest.mark.parametrize(
    ("command", "answer", "error", "code"),
    [
        ("CONNECT", "421 4.3.2 not now", MailDelayed, "smtp_421"),
        ("MAIL", "550 5.7.1 not from you", MailDelayed, "smtp_550"),
        ("RCPT", "450 4.2.1 mailbox busy", MailDelayed, "smtp_450"),
        ("RCPT", "550 5.1.1 no such user", MailRefused, "smtp_550"),
        ("DATA", "451 4.3.0 try later", MailDelayed, "smtp_451"),
        ("END", "554 5.7.1 looks like spam", MailRefused, "smtp_554"),
        ("END", "452 4.3.1 disk full", MailDelayed, "smtp_452"),
        ("CONNECT", HANG, MailDelayed, "timeout"),
        ("END", HANG, MailDelayed, "timeout"),
        ("RCPT", DISCONNECT, MailDelayed, "connection_failed"),
    ],
)
async def test_what_servers_answer(command: str, answer: str, error: type[MailError], code: str) -> None:
    with SmtpServer() as server:
        server.answers[command] = answer
        transport = transport_to(server)
        with pytest.raises(error) as caught:
            await transport.send(MAIL)
        assert (type(caught.value), caught.value.code) == (error, code)
        assert "example.kr" not in str(caught.value)
        server.answers.clear()
        await transport.send(MAIL)
        assert len(server.mails) == 1


async def test_nobody_listening_is_a_delay() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(_env_file=None, smtp_security="none", smtp_port=taken.getsockname()[1])
        with pytest.raises(MailDelayed, match="connection_failed"):
            await SmtpTransport(settings, timeout_seconds=0.5).send(MAIL)


async def test_mails_at_one_time_do_not_wait_for_each_other() -> None:
    with SmtpServer() as server:
        transport = transport_to(server)
        await asyncio.gather(*(transport.send(MAIL) for _ in range(10)))
        assert len(server.mails) == 10
