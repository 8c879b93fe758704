"""Commands in this process, with an environment that holds nothing of this machine's settings."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.application import application
from app.core.settings import Settings
from tests.postgres import PostgresServer

SECRET_KEY = "cli-tests-only-secret-key-of-40-characters"
ROOT = Path(__file__).resolve().parents[2]
RunCommand = Callable[..., Result]


def process_environment(database_url: str) -> dict[str, str]:
    """The environment of a command that runs as a process of its own, in any folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY, "PYTHONPATH": str(ROOT)}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting comes from outside, and relative paths lead into the test's folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    # Loggers keep the configuration they were first used with: other tests of this process look at theirs.
    monkeypatch.setattr("app.core.logging.configure_logging", lambda _level, _log_format: None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(own_environment: None) -> RunCommand:
    """Run a command in this process, with settings by name: ``command("check", database_url=…)``."""

    def run(*arguments: str, typed: str | None = None, **settings: str) -> Result:
        environment = {name.upper(): value for name, value in settings.items()}
        return CliRunner().invoke(application, arguments, input=typed, env=environment)

    return run


@pytest.fixture
def empty_database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A place for a database in which nothing is yet, on either engine."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/new/idea-storage.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
