"""Is the database there, at the right revision, writable, and does a worker live?"""

import tempfile
from datetime import timedelta
from pathlib import Path

import asyncpg
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.cli.errors import UserError
from app.cli.explanations import database_reason
from app.cli.findings import Finding, failed, ok, warn
from app.cli.schema_state import checked_url, schema_state
from app.core.clock import now
from app.core.database import Database
from app.core.errors import DatabaseBusy
from app.core.settings import Settings
from app.models import WorkerHeartbeat

_HEARTBEAT_MAX_AGE = timedelta(seconds=60)


def check_url(settings: Settings) -> Finding | None:
    """What is wrong with DATABASE_URL itself; None where it names a database."""
    try:
        url = make_url(checked_url(settings.database_url))
    except ArgumentError:
        return failed(
            "database", "DATABASE_URL cannot be read: write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        )
    except UserError as error:
        return failed("database", str(error))
    if url.get_backend_name() == "sqlite" and not url.database:
        return failed("database", "DATABASE_URL names no file: write sqlite:///PATH")
    return None


async def check_database(settings: Settings) -> list[Finding]:
    """Everything about the database; later questions are asked only where the earlier ones have good answers."""
    is_sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    folder = check_folder(settings.data_directory, "SQLite and" if is_sqlite else "")
    try:
        return [folder, *await _ask(settings, is_sqlite=is_sqlite)]
    except (DBAPIError, asyncpg.PostgresError, DatabaseBusy, OSError) as error:
        reason = database_reason(error)
        return [folder, failed("database", f"cannot be reached ({reason}): check DATABASE_URL and the server")]


def check_folder(folder: Path, purpose: str) -> Finding:
    """Whether files can be made in the data folder."""
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return failed("data folder", f"{existing} cannot be written to ({error.strerror}): give this user the right to")
    return ok("data folder", f"{folder} can be written to (for {f'{purpose} metrics'.strip()})")


async def _ask(settings: Settings, *, is_sqlite: bool) -> list[Finding]:
    state = await schema_state(settings.database_url)
    if state.current is None and is_sqlite:
        return [failed("migrations", state.explain())]
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        async with database.read() as connection:
            version = await connection.scalar(text("SELECT sqlite_version()" if is_sqlite else "SHOW server_version"))
            findings = [ok("database", f"{'SQLite' if is_sqlite else 'PostgreSQL'} {version} answers")]
            if not state.is_current:
                return [*findings, failed("migrations", state.explain())]
            beat = await connection.scalar(select(func.max(WorkerHeartbeat.beat_at)))
    finally:
        await database.aclose()
    is_alive = beat is not None and beat > now() - _HEARTBEAT_MAX_AGE
    worker = (
        ok("worker", "alive")
        if is_alive
        else warn("worker", f"silent since {beat or 'ever'}: start `idea-storage serve` or `worker`")
    )
    return [*findings, ok("migrations", state.explain()), worker]
