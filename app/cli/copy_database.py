"""``idea-storage copy-database``: from SQLite to PostgreSQL, or between any two, verified."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table as Sheet

from app.cli.errors import UserError, one_line_errors

if TYPE_CHECKING:
    from app.cli.copying import CopiedTable


def copy_database(
    source: Annotated[
        str, typer.Argument(help="URL of the database to read, for example sqlite:///var/idea-storage.db")
    ],
    target: Annotated[str, typer.Argument(help="URL of the empty database to fill, for example postgresql://…")],
    migrate: Annotated[bool, typer.Option("--migrate", help="Make the tables of the target first.")] = False,
) -> None:
    """Copy everything from one database into another, empty one, and verify it by counts and hashes.

    Stop the service first: what is written to the source during the copy is refused. The target is filled in
    one transaction: after an error it is as empty as before.
    """
    from app.core import migrations

    with one_line_errors():
        _check_places(source, target)
        if migrate:
            migrations.upgrade(target)
        copied = asyncio.run(_copy(source, target))
        _report(copied)


def _check_places(source: str, target: str) -> None:
    from app.cli.schema_state import checked_url, sqlite_file_exists

    if checked_url(source) == checked_url(target):
        raise UserError("source and target are the same database")
    if not sqlite_file_exists(source):
        raise UserError(f"there is no file to read at {source}")


async def _copy(source: str, target: str) -> "list[CopiedTable]":
    from app.cli.copying import copy_all
    from app.cli.schema_state import schema_state

    for name, url in (("source", source), ("target", target)):
        state = await schema_state(url)
        if not state.is_current:
            hint = "; give --migrate to make its tables" if name == "target" and state.current is None else ""
            raise UserError(f"the {name} cannot be used: {state.explain()}{hint}")
    return await copy_all(source, target, lambda table: typer.echo(f"  {table}", err=True))


def _report(copied: "list[CopiedTable]") -> None:
    sheet = Sheet("table", "rows", "sha-256 of the content, the same on both sides")
    for table in copied:
        sheet.add_row(table.name, f"{table.rows:,}", table.digest[:16])
    Console().print(sheet)
    typer.echo(f"Copied {sum(table.rows for table in copied):,} rows; counts and hashes agree.")
