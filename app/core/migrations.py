"""Migrations from code: up, down, and what is pending. They block: call them from a thread in async code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

_ROOT = Path(__file__).resolve().parents[2]


def configuration(database_url: str) -> Config:
    """The configuration of Alembic for one database."""
    config = Config(_ROOT / "alembic.ini")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring a database up to ``revision``; make the SQLite file and its folder where they are missing."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(configuration(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take a database back to ``revision``, ``base`` for an empty one."""
    command.downgrade(configuration(database_url), revision)


def head_revision() -> str:
    """The newest revision this release knows."""
    head = ScriptDirectory.from_config(configuration("")).get_current_head()
    if head is None:
        raise RuntimeError("the folder migrations/versions holds no revision")
    return head


def current_revision(connection: Connection) -> str | None:
    """The revision a database is at; None where nothing was ever migrated."""
    return MigrationContext.configure(connection).get_current_revision()
