"""What a mail may hold, and how it looks on the wire."""

import pytest

from app.core.localisation import Locale
from app.core.settings import Settings
from app.mail.console import ConsoleMailTransport
from app.mail.factory import open_mail_transport
from app.mail.smtp import SmtpTransport
from app.mail.transport import Mail, as_message, sender_address

SENDER = sender_address("아이디어 저장소 <no-reply@example.kr>")


def a_mail(**changes: str) -> Mail:
    values = {
        "to": "haneul@example.kr",
        "subject": "[아이디어 저장소] 알림",
        "text": "안녕하세요.\n",
        "reference": "test.1",
    }
    return Mail(locale=Locale.KOREAN, **(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ""},
        {"to": "haneul@example.kr\r\nBcc: everybody@example.kr"},
        {"to": "하늘@example.kr"},
        {"to": "a@example.kr, b@example.kr"},
        {"subject": ""},
        {"subject": "알림\nBcc: everybody@example.kr"},
        {"reference": "한글"},
        {"reference": "a b"},
    ],
)
def test_nothing_slips_into_a_header(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        a_mail(**changes)


def test_message_is_utf_8_in_seven_bits() -> None:
    message = as_message(a_mail(), SENDER)
    raw = message.as_bytes()
    assert raw.isascii()
    assert message["Subject"] == "[아이디어 저장소] 알림"
    assert message["From"].addresses[0].display_name == "아이디어 저장소"
    assert message["Content-Language"] == "ko"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == "안녕하세요.\n"


def test_the_same_reference_makes_the_same_message_id() -> None:
    first, again, other = (as_message(a_mail(reference=name), SENDER) for name in ("code.1", "code.1", "code.2"))
    assert first["Message-ID"] == again["Message-ID"] == "<code.1@example.kr>"
    assert first["Message-ID"] != other["Message-ID"]


@pytest.mark.parametrize("mail_from", ["", "nobody", "a@example.kr, b@example.kr", "Name <>", "Name <a@b\r\nBcc: c@d>"])
def test_a_sender_that_is_no_address_is_refused_with_advice(mail_from: str) -> None:
    with pytest.raises(ValueError, match="MAIL_FROM must be one address"):
        sender_address(mail_from)


def test_a_mail_does_not_show_in_logs() -> None:
    shown = repr(a_mail(text="code 402917"))
    assert "402917" not in shown
    assert "haneul" not in shown


def test_the_settings_choose_the_transport() -> None:
    assert isinstance(open_mail_transport(Settings(_env_file=None)), ConsoleMailTransport)
    assert isinstance(open_mail_transport(Settings(_env_file=None, mail_transport="smtp")), SmtpTransport)
    with pytest.raises(ValueError, match="MAIL_FROM"):
        open_mail_transport(Settings(_env_file=None, mail_transport="smtp", mail_from="nobody"))
