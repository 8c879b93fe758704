"""What a push may be, how it is printed, which transport is chosen, and what is said about bad credentials."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.push.console import ConsoleTransport
from app.push.credentials import PushCredentialsError, load_service_account
from app.push.factory import open_transport
from app.push.fcm import FcmTransport
from app.push.settings import PushSettings
from app.push.transport import OutcomeKind
from tests.push.messages import a_push, a_silent_push

ACCOUNT = {
    "type": "service_account",
    "project_id": "a-project",
    "client_email": "push@a-project.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": ""}, "token"),
        ({"token_kind": "topic"}, "token"),
        ({"title": None}, "title"),
        ({"tag": ""}, "tag"),
        ({"tag": "가" * 22}, "tag"),
        ({"ttl_seconds": -1}, "ttl_seconds"),
        ({"ttl_seconds": 2_419_201}, "ttl_seconds"),
        ({"badge": -1}, "badge"),
        ({"body": "half \ud83d"}, "body"),
        ({"data": {"note": "\udc00"}}, "data"),
        *(
            ({"data": {key: "x"}}, "data")
            for key in ("from", "message_type", "gcm.notification.x", "google.c.id", "aps")
        ),
    ],
)
def test_what_fcm_or_apns_would_refuse_is_refused_at_once(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        a_push(**changes)


def test_data_holds_strings_only() -> None:
    with pytest.raises(TypeError, match="'badge' must be a string"):
        a_push(data={"badge": 3})


def test_a_message_in_a_log_line_shows_no_token_and_no_text() -> None:
    shown = repr(a_push())
    assert "device-1" not in shown
    assert "김민수" not in shown
    assert "responses" in shown


async def test_the_console_prints_what_the_phone_would_show() -> None:
    stream = io.StringIO()
    transport = ConsoleTransport(stream)
    outcome = await transport.send(a_push(token="t" * 100))
    await transport.send(a_silent_push(badge=None))
    await transport.aclose()
    printed = stream.getvalue()
    assert outcome.kind is OutcomeKind.SENT
    assert outcome.message_id is not None
    assert "│ 새 답글 · 메카트로닉스 미니클러스터\n" in printed
    assert "│   김민수 과장: 금형 온도를" in printed
    assert "│ data     kind = reply\n" in printed
    assert "silent push" in printed
    assert "badge unchanged" in printed
    assert "t" * 13 not in printed, "a token is a secret, also on a screen"


async def test_the_console_prints_to_standard_output_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleTransport().send(a_push())
    assert "새 답글" in capsys.readouterr().out


async def test_fcm_is_chosen_when_there_are_credentials(push_settings: PushSettings, tmp_path: Path) -> None:
    assert isinstance(open_transport(PushSettings()), ConsoleTransport)
    path = tmp_path / "account.json"
    path.write_text(push_settings.credentials_json or "", encoding="utf-8")
    for settings in (push_settings, PushSettings(credentials_file=str(path), fcm_base_url=push_settings.fcm_base_url)):
        transport = open_transport(settings)
        assert isinstance(transport, FcmTransport)
        assert (await transport.send(a_push())).kind is OutcomeKind.SENT
        await transport.aclose()


def test_choosing_and_describing_pushes_imports_no_sdk() -> None:
    program = (
        "import sys, app.push.factory, app.push.payload, app.push.wire, app.push.credentials, app.push.replies\n"
        "app.push.factory.open_transport(app.push.factory.PushSettings())\n"
        "print(sorted({'firebase_admin', 'google.auth', 'requests'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credentials_file": "a", "credentials_json": "{}"}, "not both"),
        ({"fcm_base_url": "fcm.googleapis.com"}, "https://"),
        ({"timeout_seconds": 0}, "time-out"),
        ({"max_in_flight": 0}, "in flight"),
    ],
)
def test_bad_settings_say_what_to_do(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PushSettings(**changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("secret!", "not JSON"),
        ("[]", "not a service account"),
        ('{"type": "authorized_user"}', "not a service account"),
        (json.dumps({**ACCOUNT, "private_key": ""}), "lacks private_key"),
        (json.dumps({**ACCOUNT, "project_id": ""}), "project_id"),
    ],
)
def test_bad_credentials_say_what_to_do_and_show_nothing(text: str, words: str) -> None:
    with pytest.raises(PushCredentialsError, match=words) as raised:
        load_service_account(PushSettings(credentials_json=text))
    assert "secret" not in str(raised.value)
    assert "c2VjcmV0" not in str(raised.value)


def test_credentials_that_cannot_be_read_name_the_file(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (missing, binary, tmp_path):
        with pytest.raises(PushCredentialsError, match=path.name):
            load_service_account(PushSettings(credentials_file=str(path)))
    with pytest.raises(PushCredentialsError, match="no push credentials"):
        load_service_account(PushSettings())


def test_the_project_of_the_settings_comes_first() -> None:
    settings = PushSettings(credentials_json=json.dumps(ACCOUNT), project_id="another")
    assert load_service_account(settings)["project_id"] == "another"
    assert "c2VjcmV0" not in repr(settings)
