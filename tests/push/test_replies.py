"""Reading FCM's replies: the headers and bodies the contract suite has no room for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from app.push.replies import MAX_WAIT_SECONDS, message_id, refused, retry_after_seconds
from app.push.transport import OutcomeKind

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("0", 1.0),
        ("9" * 5000, MAX_WAIT_SECONDS),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 1.0),
        ("Mon, 30 Nov 2026 09:02:00 -0000", 120.0),
        ("Mon, 30 Nov 2026 18:02:00 +0900", 120.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_WAIT_SECONDS),
        ("Mon, 99 Nov 2026 09:02:00 GMT", None),
    ],
)
def test_retry_after_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now=NOW) == seconds


def test_a_short_wait_named_by_a_503_is_no_less_than_ten_seconds() -> None:
    assert refused(503, {"Retry-After": "2"}, b"", now=NOW).retry_after == 10.0


@pytest.mark.parametrize("body", [b"", b"null", b'{"name": 7}', b'{"name": ""}', b"\xff", b"[" * 100_000])
def test_a_body_without_a_name_has_no_message_id(body: bytes) -> None:
    assert message_id(body) is None


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("message.token", OutcomeKind.TOKEN_DEAD),
        ("message.fid", OutcomeKind.TOKEN_DEAD),
        ("message.token_of_something", OutcomeKind.PAYLOAD_REJECTED),
        ("message.data[0].value", OutcomeKind.PAYLOAD_REJECTED),
    ],
)
def test_a_named_field_decides_even_where_the_sentence_speaks_of_tokens(field: str, kind: OutcomeKind) -> None:
    body = (
        '{"error": {"message": "The registration token is fine", "status": "INVALID_ARGUMENT",'
        f' "details": [{{"fieldViolations": [{{"field": "{field}"}}]}}]}}}}'
    ).encode()
    assert refused(400, {}, body, now=NOW).kind is kind


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599, 304])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert refused(status, {}, b"", now=NOW).kind is OutcomeKind.RETRY


def test_only_the_word_unregistered_makes_a_404_the_devices_fault() -> None:
    assert refused(404, {}, b"<html>nothing here</html>", now=NOW).kind is OutcomeKind.CREDENTIALS_REJECTED


def test_a_long_sentence_is_cut() -> None:
    body = b'{"error": {"message": "' + b"x" * 5000 + b'"}}'
    assert len(refused(400, {}, body, now=NOW).detail) == 300
