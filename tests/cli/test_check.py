"""``idea-storage check``: what it finds, what it advises, and when it fails."""

import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.database_checks import check_folder
from app.core import migrations
from app.core.clock import now
from app.core.database import Database
from app.models import WorkerHeartbeat
from tests.cli.conftest import SECRET_KEY, RunCommand
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.smtp_server import SmtpServer


@pytest.fixture
def fcm() -> Iterator[FcmServer]:
    with FcmServer() as server:
        yield server


def finding(output: str, subject: str) -> str:
    """The line about one thing, with its grade."""
    lines = [" ".join(line.split()) for line in output.splitlines()]
    found = [line for line in lines if line.partition(" ")[2].startswith(subject)]
    assert len(found) == 1, output
    return found[0]


def test_all_is_well_on_a_developers_machine(command: RunCommand, database_url: str) -> None:
    async def beat() -> None:
        database = Database(database_url, pool_size=1)
        async with database.write() as session:
            session.add(WorkerHeartbeat(worker="one", started_at=now(), beat_at=now()))
        await database.aclose()

    asyncio.run(beat())
    checked = command("check", database_url=database_url)
    assert checked.exit_code == 0, checked.output
    assert finding(checked.output, "database").endswith("answers")
    head = migrations.head_revision()
    assert finding(checked.output, "migrations") == f"ok migrations at the newest revision, {head}"
    assert finding(checked.output, "worker") == "ok worker alive"
    assert finding(checked.output, "push").startswith("ok push no credentials: pushes are printed")
    assert finding(checked.output, "mail").startswith("ok mail printed, not sent")


def test_a_silent_worker_is_a_warning(command: RunCommand, database_url: str) -> None:
    checked = command("check", database_url=database_url)
    assert checked.exit_code == 0
    assert "start `idea-storage serve` or `worker`" in finding(checked.output, "worker")
    assert finding(checked.output, "worker").startswith("warn ")


def test_an_empty_database(command: RunCommand, empty_database_url: str) -> None:
    checked = command("check", database_url=empty_database_url)
    assert checked.exit_code == 1
    assert finding(checked.output, "migrations") == (
        "fail migrations it holds no tables yet: run `idea-storage migrate`"
    )


def test_looking_makes_no_file(command: RunCommand, tmp_path: Path) -> None:
    command("check", database_url=f"sqlite:///{tmp_path}/new/a.db")
    assert list(tmp_path.iterdir()) == []


def test_a_schema_of_a_newer_release(command: RunCommand, sqlite_template: Path, tmp_path: Path) -> None:
    place = tmp_path / "newer.db"
    place.write_bytes(sqlite_template.read_bytes())
    connection = sqlite3.connect(place)
    connection.execute("UPDATE alembic_version SET version_num = '7777'")
    connection.commit()
    connection.close()
    checked = command("check", database_url=f"sqlite:///{place}")
    assert checked.exit_code == 1
    assert "revision 7777, which this release does not know" in finding(checked.output, "migrations")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "DATABASE_URL cannot be read"),
        ("mysql://root@localhost/ideas", "DATABASE_URL names the database 'mysql'"),
        ("sqlite://", "DATABASE_URL names no file"),
        ("postgresql://nobody:secret-word@127.0.0.1:1/nothing", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere(command: RunCommand, url: str, said: str) -> None:
    checked = command("check", database_url=url)
    assert checked.exit_code == 1
    assert finding(checked.output, "database").startswith(f"fail database {said}")
    assert "secret-word" not in checked.output


def test_a_file_that_is_no_database(command: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, however long it may be. " * 50)
    checked = command("check", database_url=f"sqlite:///{tmp_path}/text.db")
    assert checked.exit_code == 1
    assert "file is not a database" in finding(checked.output, "database")


def test_a_folder_nobody_may_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    found = check_folder(tmp_path / "var", "SQLite and")
    assert (found.grade, found.text) == (
        "fail",
        f"{tmp_path} cannot be written to (Permission denied): give this user the right to",
    )


def test_settings_that_are_wrong_are_listed(command: RunCommand) -> None:
    checked = command("check", port="abc", fcm_timeout_seconds="-1")
    assert checked.exit_code == 1
    assert "valid integer" in finding(checked.output, "setting PORT")
    assert "longest wait for a reply of FCM" in finding(checked.output, "setting FCM_TIMEOUT_SECONDS")


def test_warnings_of_production(command: RunCommand, database_url: str) -> None:
    settings = {"environment": "production", "secret_key": SECRET_KEY, "database_url": database_url}
    assert "second factor" not in command("check", **settings).output
    checked = command("check", **settings, staff_second_factor="optional")
    assert checked.exit_code == 0
    for subject in ("second factor", "public address", "proxies", "push", "mail"):
        assert finding(checked.output, subject).startswith("warn ")


def test_the_emulator_is_refused_in_production(
    command: RunCommand, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    assert finding(command("check", database_url=database_url).output, "emulator").startswith("warn ")
    checked = command("check", environment="production", secret_key=SECRET_KEY, database_url=database_url)
    assert checked.exit_code == 1
    assert finding(checked.output, "emulator").startswith("fail ")


def test_push_credentials_that_can_be_read(command: RunCommand, database_url: str, fcm: FcmServer) -> None:
    account = json.dumps(throwaway_service_account(fcm))
    checked = command("check", database_url=database_url, fcm_credentials_json=account)
    assert "credentials of project idea-storage-test are readable" in finding(checked.output, "push")
    assert fcm.token_requests == []


def test_push_credentials_that_give_a_token(command: RunCommand, database_url: str, fcm: FcmServer) -> None:
    account = json.dumps(throwaway_service_account(fcm))
    checked = command("check", "--online", database_url=database_url, fcm_credentials_json=account)
    assert finding(checked.output, "push") == "ok push Google gave a token for project idea-storage-test"


def test_push_credentials_that_google_does_not_know(command: RunCommand, database_url: str, fcm: FcmServer) -> None:
    account = json.dumps(throwaway_service_account(fcm, registered=False))
    checked = command("check", "--online", database_url=database_url, fcm_credentials_json=account)
    assert checked.exit_code == 1
    assert "make a new key in the Firebase console" in finding(checked.output, "push")


@pytest.mark.parametrize("damage", ["not json", "{}", None])
def test_push_credentials_that_are_damaged(
    command: RunCommand, database_url: str, fcm: FcmServer, damage: str | None
) -> None:
    account = throwaway_service_account(fcm) | {"private_key": "-----BEGIN PRIVATE KEY-----\nx"}
    checked = command("check", database_url=database_url, fcm_credentials_json=damage or json.dumps(account))
    assert checked.exit_code == 1
    assert finding(checked.output, "push").startswith("fail ")
    assert "Firebase console" in checked.output or "download a new key" in checked.output


def test_a_missing_credentials_file(command: RunCommand, database_url: str) -> None:
    checked = command("check", database_url=database_url, fcm_credentials_file="missing.json")
    assert checked.exit_code == 1
    assert "missing.json can't be read" in finding(checked.output, "push")


def test_the_mail_server_lets_us_in_or_not(command: RunCommand, database_url: str) -> None:
    with SmtpServer() as server:
        settings = {
            "database_url": database_url,
            "mail_transport": "smtp",
            "smtp_host": "127.0.0.1",
            "smtp_port": str(server.port),
            "smtp_security": "none",
        }
        offline = command("check", **settings)
        online = command("check", "--online", **settings)
    gone = command("check", "--online", **settings)
    assert "--online signs in there" in finding(offline.output, "mail")
    assert finding(online.output, "mail") == f"ok mail 127.0.0.1, port {server.port} lets us in"
    assert gone.exit_code == 1
    assert "check SMTP_HOST" in finding(gone.output, "mail")


def test_a_sender_that_is_no_address(command: RunCommand, database_url: str) -> None:
    checked = command("check", database_url=database_url, mail_from="nobody")
    assert checked.exit_code == 1
    assert "MAIL_FROM must be one address" in finding(checked.output, "mail")


def test_the_environment_of_the_test_is_its_own() -> None:
    assert "DATABASE_URL" not in os.environ
