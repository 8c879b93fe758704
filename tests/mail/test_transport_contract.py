"""One contract for both mail transports: the real one against a local SMTP server, and the console."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest

from app.core.localisation import Locale
from app.core.settings import Settings
from app.mail.console import ConsoleMailTransport
from app.mail.smtp import SmtpTransport
from app.mail.transport import Mail, MailTransport
from tests.smtp_server import SmtpServer


class Rig(Protocol):
    """A transport, and what arrives."""

    @property
    def transport(self) -> MailTransport: ...

    def arrived(self) -> list[str]:
        """Address, subject and text of each mail."""


@dataclass
class SmtpRig:
    """The real transport and the local server."""

    transport: MailTransport
    server: SmtpServer

    def arrived(self) -> list[str]:
        return [f"{', '.join(mail.recipients)}\n{mail.text}" for mail in self.server.mails]


@dataclass
class ConsoleRig:
    """The printing transport and what it printed."""

    transport: MailTransport
    stream: io.StringIO

    def arrived(self) -> list[str]:
        return re.findall(r"┌─ mail[─ ]*\n(.*?)└", self.stream.getvalue(), re.DOTALL)


@pytest.fixture(params=["smtp", "console"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "console":
        stream = io.StringIO()
        yield ConsoleRig(ConsoleMailTransport(stream), stream)
        return
    with SmtpServer() as server:
        settings = Settings(
            _env_file=None, smtp_port=server.port, smtp_security="none", mail_from="no-reply@example.kr"
        )
        yield SmtpRig(SmtpTransport(settings), server)


def a_mail(number: int = 1) -> Mail:
    return Mail(
        to=f"person{number}@example.kr",
        subject=f"[아이디어 저장소] 로그인 코드 {number}",
        text="첫 줄입니다.\n\n.점으로 시작하는 줄\n끝.\n",
        locale=Locale.KOREAN,
        reference=f"test.{number}",
    )


async def test_a_mail_arrives_whole(rig: Rig) -> None:
    await rig.transport.send(a_mail())
    (mail,) = rig.arrived()
    for part in ("person1@example.kr", "[아이디어 저장소] 로그인 코드 1", "첫 줄입니다.", ".점으로 시작하는 줄", "끝."):
        assert part in mail


async def test_mails_arrive_one_by_one(rig: Rig) -> None:
    for number in (1, 2, 3):
        await rig.transport.send(a_mail(number))
    assert [re.findall(r"person\d", mail) for mail in rig.arrived()] == [["person1"], ["person2"], ["person3"]]


async def test_closing_twice_is_safe_and_sending_after_it_is_an_error(rig: Rig) -> None:
    await rig.transport.aclose()
    await rig.transport.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await rig.transport.send(a_mail())
    assert rig.arrived() == []
