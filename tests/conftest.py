"""What every test stands on: a migrated database of its own, on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core import migrations
from app.core.database import Database
from app.core.settings import Settings
from app.main import create_app
from tests.factories import Factory
from tests.journeys.chromium import what_is_missing
from tests.postgres import EmptyDatabases, PostgresServer, running_postgres

ENGINES = ("sqlite", "postgresql")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what a journey could not do on this machine."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    if any("journeys/test_console.py" in getattr(report, "nodeid", "") for report in reports):
        for line in what_is_missing():
            terminalreporter.write_line(line, yellow=True, bold=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL for this test process: the one of TEST_DATABASE_URL, or one that pip brought."""
    # Not in pytest's folder: each new session closes that one to others, and as root the server runs as another user.
    with (
        tempfile.TemporaryDirectory(prefix="idea-storage-", ignore_cleanup_errors=True) as folder,
        running_postgres(Path(folder), os.environ.get("TEST_DATABASE_URL")) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_databases(postgres: PostgresServer) -> EmptyDatabases:
    """Migrated, empty databases on PostgreSQL."""
    template = f"template_{uuid.uuid4().hex[:8]}"
    postgres.execute(f"CREATE DATABASE {template}")
    migrations.upgrade(postgres.url(template))
    return EmptyDatabases(postgres, template)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine; a test that takes it, or ``database_url``, runs once on each."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of this test alone."""
    with empty_database(engine, tmp_path, request) as url:
        yield url


@contextmanager
def empty_database(engine: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database that nobody else uses while the block lasts."""
    if engine == "sqlite":
        path = folder / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    databases: EmptyDatabases = request.getfixturevalue("postgres_databases")
    with databases.lend() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The engines of one process on this test's database."""
    opened = Database(database_url, pool_size=10)
    yield opened
    await opened.aclose()


@pytest.fixture
def factory(database: Database) -> Factory:
    """Makes rows in this test's database."""
    return Factory(database)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a development installation on this test's database; nothing comes from the environment."""
    return Settings(_env_file=None, database_url=database_url, secret_key="test-only-secret-key-of-40-characters-xx")


_IDLE_APPS: dict[str, list[FastAPI]] = defaultdict(list)
"""Apps that no test uses now, by the settings their making depends on; all others are read at their start."""
_MAKING = {"cors_origins", "max_body_bytes", "trusted_proxies"}


@asynccontextmanager
async def started_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API of these settings, started.

    Its routes take more than a second to build: tests share them, one after the other.
    """
    idle = _IDLE_APPS[settings.model_dump_json(include=_MAKING)]
    app = idle.pop() if idle else create_app(settings)
    app.state.settings = settings
    async with app.router.lifespan_context(app):
        yield app
    idle.append(app)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API, started."""
    async with started_app(settings) as started:
        yield started


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls the API in process; errors come as responses, as over the network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened
