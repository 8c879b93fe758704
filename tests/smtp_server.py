"""A small SMTP server on the loopback for tests: it keeps what it gets, and answers as it is told.

It runs in a thread, so that tests of processes and blocking tests can use it too.
"""

import asyncio
import base64
import ipaddress
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HANG = "hang"
DISCONNECT = "disconnect"


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as the server took it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    username: str | None
    encrypted: bool

    @property
    def text(self) -> str:
        """Subject and text, decoded."""
        return f"Subject: {self.message['Subject']}\n\n{self.message.get_content()}"


@dataclass(frozen=True)
class Certificate:
    """A throw-away certificate for 127.0.0.1, and the client's view of it."""

    for_server: ssl.SSLContext
    for_client: ssl.SSLContext


def throwaway_certificate(folder: Path) -> Certificate:
    """A self-signed certificate; its files are written into ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "smtp.test")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "smtp.pem"
    file.write_bytes(secret + pem)
    for_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for_server.load_cert_chain(file)
    return Certificate(for_server, ssl.create_default_context(cadata=pem.decode()))


class SmtpServer:
    """The server; use it as a context. ``security`` is ``none``, ``starttls`` or ``tls``."""

    def __init__(
        self,
        *,
        security: str = "none",
        certificate: Certificate | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.security = security
        self.certificate = certificate
        self.credentials = credentials
        self.answers: dict[str, str] = {}
        """The answer to a command instead of the usual one: a reply line, HANG or DISCONNECT."""
        self.mails: list[ReceivedMail] = []
        self._talking: set[asyncio.Task[object]] = set()
        self.port = 0
        self._arrived = threading.Condition()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="smtp-server")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def wait_for_mail(self, recipient: str, timeout: float = 15.0) -> str:
        """The text of the next mail to an address; each mail is given once."""
        with self._arrived:
            found: list[ReceivedMail] = []

            def has_come() -> bool:
                found[:] = [mail for mail in self.mails if recipient in mail.recipients]
                return bool(found)

            assert self._arrived.wait_for(has_come, timeout), f"no mail to {recipient} in {timeout} s"
            self.mails.remove(found[0])
            return found[0].text

    def keep(self, mail: ReceivedMail) -> None:
        """Keep a mail that came in."""
        with self._arrived:
            self.mails.append(mail)
            self._arrived.notify_all()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        tls = self.certificate.for_server if self.certificate and self.security == "tls" else None
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._closing.wait()
        server.close()
        await asyncio.gather(*self._talking, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._talking.add(task)
        conversation = asyncio.ensure_future(_Conversation(self, reader, writer).run())
        closing = asyncio.ensure_future(self._closing.wait())
        await asyncio.wait({conversation, closing}, return_when=asyncio.FIRST_COMPLETED)
        conversation.cancel()
        closing.cancel()
        # A client that breaks off, or doesn't trust the certificate, is the test's business.
        await asyncio.gather(conversation, closing, return_exceptions=True)
        writer.transport.abort()
        await asyncio.sleep(0)
        self._talking.discard(task)


class _Conversation:
    """One connection."""

    def __init__(self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._encrypted = server.security == "tls"
        self._username: str | None = None
        self._sender = ""
        self._recipients: list[str] = []

    async def run(self) -> None:
        if not await self._answer("CONNECT", "220 smtp.test ESMTP"):
            return
        while line := (await self._reader.readline()).decode().rstrip("\r\n"):
            command, _, argument = line.partition(" ")
            if not await self._handle(command.upper(), argument):
                return

    async def _handle(self, command: str, argument: str) -> bool:
        acts: dict[str, Callable[[str], Awaitable[bool]]] = {
            "STARTTLS": self._start_tls,
            "AUTH": self._authenticate,
            "MAIL": self._take_sender,
            "RCPT": self._take_recipient,
            "DATA": self._take_content,
        }
        if command in acts:
            return await acts[command](argument)
        usual = {"EHLO": self._greeting(), "QUIT": "221 bye"}.get(command, "500 5.5.1 unknown command")
        return await self._answer(command, usual) and command != "QUIT"

    async def _start_tls(self, _argument: str) -> bool:
        if self._server.certificate is None:
            return await self._answer("STARTTLS", "454 4.7.0 no certificate")
        await self._answer("STARTTLS", "220 go ahead")
        await self._writer.start_tls(self._server.certificate.for_server)
        self._encrypted = True
        return True

    async def _take_sender(self, argument: str) -> bool:
        if self._server.credentials and self._username is None:
            return await self._answer("MAIL", "530 5.7.0 authentication required")
        self._sender = argument.partition("<")[2].partition(">")[0]
        return await self._answer("MAIL", "250 ok")

    async def _take_recipient(self, argument: str) -> bool:
        self._recipients.append(argument.partition("<")[2].partition(">")[0])
        return await self._answer("RCPT", "250 ok")

    def _greeting(self) -> str:
        server = self._server
        offers = ["smtp.test", "8BITMIME"]
        offers += ["STARTTLS"] if server.security == "starttls" and not self._encrypted else []
        offers += ["AUTH PLAIN"] if server.credentials else []
        return "\r\n".join([*(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}"])

    async def _authenticate(self, argument: str) -> bool:
        _, username, password = base64.b64decode(argument.partition(" ")[2]).decode().split("\0")
        if (username, password) != self._server.credentials:
            return await self._answer("AUTH", "535 5.7.8 wrong credentials")
        self._username = username
        return await self._answer("AUTH", "235 2.7.0 welcome")

    async def _take_content(self, _argument: str) -> bool:
        if not await self._answer("DATA", "354 go on"):
            return False
        if "DATA" in self._server.answers:
            return True
        lines: list[bytes] = []
        while (line := await self._reader.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        if not await self._answer("END", "250 2.0.0 taken"):
            return False
        if "END" not in self._server.answers:
            message = message_from_bytes(b"".join(lines), policy=default)
            assert isinstance(message, EmailMessage)
            recipients = tuple(self._recipients)
            self._server.keep(ReceivedMail(self._sender, recipients, message, self._username, self._encrypted))
        return True

    async def _answer(self, command: str, usual: str) -> bool:
        """Send the reply; False to break off."""
        reply = self._server.answers.get(command, usual)
        if reply == HANG:
            await asyncio.Event().wait()
        if reply == DISCONNECT:
            return False
        self._writer.write(reply.encode() + b"\r\n")
        await self._writer.drain()
        return True
