"""Whether the schema of the database is the one this release works with."""

from pathlib import Path
from typing import NamedTuple

from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.cli.errors import UserError
from app.core import migrations
from app.core.database import Database, async_url
from app.core.settings import Settings


class SchemaState(NamedTuple):
    """Where a database stands, and where this release needs it."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        """Whether nothing needs to be migrated."""
        return self.current == self.head

    def explain(self) -> str:
        """What is wrong and what to do, or that all is well."""
        if self.is_current:
            return f"at the newest revision, {self.head}"
        if self.current is None:
            return "it holds no tables yet: run `idea-storage migrate`"
        if self.current in known_revisions():
            return f"it is at revision {self.current}, this release needs {self.head}: run `idea-storage migrate`"
        return f"it is at revision {self.current}, which this release does not know: run the newer release that made it"


def known_revisions() -> list[str]:
    """The revisions this release knows, the oldest first."""
    script = ScriptDirectory.from_config(migrations.configuration(""))
    return [revision.revision for revision in script.walk_revisions()][::-1]


async def schema_state(database_url: str) -> SchemaState:
    """Read the revision of a database. Looking does not make a missing SQLite file."""
    head = migrations.head_revision()
    if not sqlite_file_exists(database_url):
        return SchemaState(None, head)
    database = Database(checked_url(database_url), pool_size=1)
    try:
        async with database.read() as connection:
            return SchemaState(await connection.run_sync(migrations.current_revision), head)
    finally:
        await database.aclose()


async def require_current_schema(settings: Settings) -> None:
    """Stop where the database is not at the revision of this release.

    :raises UserError: it is not; the message says what to do.
    """
    state = await schema_state(settings.database_url)
    if not state.is_current:
        raise UserError(f"the database cannot be used: {state.explain()}")


def checked_url(database_url: str) -> str:
    """``database_url`` as it is given.

    :raises UserError: it names an engine this service does not run on.
    """
    try:
        async_url(database_url)
    except ValueError as error:
        raise UserError(str(error)) from error
    return database_url


def sqlite_file_exists(database_url: str) -> bool:
    """Whether there can be anything to read: False for an SQLite file that is not there."""
    url = make_url(database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()
