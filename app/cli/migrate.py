"""``idea-storage migrate``: bring the schema to the revision of this release."""

import asyncio
from typing import Annotated

import typer

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors


def migrate(
    to: Annotated[str, typer.Option(metavar="REVISION", help="The revision to stop at.")] = "head",
) -> None:
    """Bring the database to the newest revision, making an SQLite file where there is none. Takes no data away."""
    from app.cli.schema_state import checked_url, schema_state
    from app.core import migrations

    with one_line_errors():
        url = checked_url(load_settings().database_url)
        state = asyncio.run(schema_state(url))
        target = state.head if to == "head" else to
        _check_direction(state.current, target)
        migrations.upgrade(url, target)
        if state.current == target:
            typer.echo(f"The database is at revision {target} already.")
        else:
            typer.echo(f"The database went from {state.current or 'nothing'} to revision {target}.")


def _check_direction(current: str | None, target: str) -> None:
    """Refuse what is not an upgrade.

    :raises UserError: a revision is unknown, or the target is older than the database.
    """
    from app.cli.schema_state import known_revisions

    known = known_revisions()
    if target not in known:
        raise UserError(f"there is no revision {target}; known are {', '.join(known)}")
    if current is None:
        return
    if current not in known:
        raise UserError(f"the database is at revision {current}, which this release does not know: run the newer one")
    if known.index(target) < known.index(current):
        raise UserError(
            f"the database is at {current}, newer than {target}; going back loses data: restore a backup instead"
        )
