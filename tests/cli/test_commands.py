"""What holds for all commands: help, settings that are wrong, errors in one line."""

import subprocess
import sys

import pytest

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from tests.cli.conftest import ROOT, RunCommand

COMMANDS = ("serve", "worker", "migrate", "demo", "create-operator", "openapi", "check", "copy-database")


def test_help_names_every_command(command: RunCommand) -> None:
    shown = command("--help")
    assert shown.exit_code == 0
    assert [name for name in COMMANDS if f"  {name} " not in shown.output] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(command: RunCommand, name: str) -> None:
    shown = command(name, "--help")
    assert shown.exit_code == 0
    assert "Usage:" in shown.output


def test_the_module_is_the_command() -> None:
    shown = subprocess.run([sys.executable, "-m", "app.cli", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stdout.startswith("Usage: idea-storage ")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("port", "abc", "PORT: Input should be a valid integer"),
        ("port", "70000", "PORT: Input should be less than or equal to 65535"),
        ("environment", "staging", "ENVIRONMENT: Input should be 'development' or 'production'"),
        ("log_level", "LOUD", "expected: lowest level that is logged"),
    ],
)
def test_a_wrong_setting_is_named(command: RunCommand, name: str, value: str, said: str) -> None:
    failed = command("migrate", **{name: value})
    assert failed.exit_code == 1
    assert said in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


def test_all_wrong_settings_are_named_at_once(command: RunCommand) -> None:
    failed = command("migrate", port="abc", smtp_port="x")
    assert "PORT:" in failed.stderr
    assert "SMTP_PORT:" in failed.stderr


def test_the_value_of_a_secret_is_never_shown(command: RunCommand) -> None:
    failed = command("migrate", secret_key="too-short-secret")
    assert "SECRET_KEY: " in failed.stderr
    assert "too-short-secret" not in failed.output


def test_production_needs_a_secret_key(command: RunCommand) -> None:
    failed = command("migrate", environment="production")
    assert (failed.exit_code, failed.stderr) == (
        1,
        "Error: SECRET_KEY must be set in production: 32 or more random characters\n",
    )


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/ideas"])
def test_an_address_of_no_database_of_ours(command: RunCommand, url: str) -> None:
    failed = command("migrate", database_url=url)
    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: DATABASE_URL ")
    assert "sqlite:///PATH" in failed.stderr


def test_a_database_that_is_not_there(command: RunCommand) -> None:
    failed = command("migrate", database_url="postgresql://nobody@127.0.0.1:1/nothing")
    assert failed.exit_code == 1
    assert len(failed.stderr.splitlines()) == 1
    assert "Connect call failed" in failed.stderr or "refused" in failed.stderr


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(KeyError), one_line_errors():
        raise KeyError("a bug")


def test_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert (load_settings().port, load_settings(port=9001).port, load_settings(port=None).port) == (9000, 9001, 9000)
    with pytest.raises(UserError, match="PORT"):
        load_settings(port=-1)
