"""``idea-storage roster import``: what a manager does over the API, for whoever has the file on the server."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from app.core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.consortia.queries import MiniClusterKey
    from app.consortia.roster.schemas import RosterImport, RosterPreview

application = typer.Typer(help="Rosters of mini-clusters.", no_args_is_help=True)


@application.callback()
def _roster() -> None:
    """Rosters of mini-clusters."""


@application.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="A CSV (UTF-8 or CP949) or XLSX file.", exists=True, dir_okay=False)],
    mini_cluster: Annotated[str, typer.Option(help="The id or the code of the mini-cluster.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Take it over.")] = False,
    end_memberships: Annotated[
        bool, typer.Option("--end-memberships", help="End memberships of people who are no longer on it.")
    ] = False,
) -> None:
    """Preview a roster, or take it over: all of it or nothing. Nobody is invited by this."""
    with one_line_errors():
        preview, made = asyncio.run(
            _run(load_settings(), file.read_bytes(), mini_cluster.strip(), confirm, end_memberships)
        )
        _show(preview)
        if made is not None:
            typer.echo(f"Taken over; {made.ended_count} memberships ended.")
        elif preview.error_row_count:
            raise UserError(f"{preview.error_row_count} rows have errors; nothing was stored")
        else:
            typer.echo("Nothing was stored: add --confirm to take it over.")


async def _run(
    settings: Settings, content: bytes, mini_cluster: str, confirm: bool, ends_memberships: bool
) -> "tuple[RosterPreview, RosterImport | None]":
    from app.cli.schema_state import require_current_schema
    from app.consortia.roster.reading import read_roster
    from app.consortia.roster.service import preview_in
    from app.consortia.roster.taking_over import TakeOver
    from app.core.database import Database
    from app.core.localisation import Locale

    await require_current_schema(settings)
    roster = await read_roster(content)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        async with database.write() as session:
            place = await _place(session, mini_cluster)
            preview = await preview_in(session, place, roster, Locale.ENGLISH, ends_memberships=ends_memberships)
            made = None
            if confirm and not roster.faults:
                made = await TakeOver(session, place, None, roster, ends_memberships=ends_memberships).run(None)
            return preview, made
    finally:
        await database.aclose()


async def _place(session: "AsyncSession", mini_cluster: str) -> "MiniClusterKey":
    """Found by its id, or by its code."""
    import uuid

    from sqlalchemy import select

    from app.consortia.queries import locate_mini_cluster
    from app.core.errors import NotFound
    from app.models import MiniCluster

    by_code = select(MiniCluster.public_id).where(MiniCluster.code == mini_cluster)
    try:
        return await locate_mini_cluster(session, await session.scalar(by_code) or uuid.UUID(mini_cluster))
    except (ValueError, NotFound):
        raise UserError(f"there is no mini-cluster {mini_cluster}") from None


def _show(preview: "RosterPreview") -> None:
    for error in preview.errors:
        typer.echo(f"row {error.row}, {error.column}: {error.detail}", err=True)
    for title, people in (("new", preview.new), ("changed", preview.changed), ("left", preview.left)):
        for person in people:
            what = f" ({', '.join(person.changed)})" if person.changed else ""
            typer.echo(f"{title}: {person.name}, {person.organisation}{what}")
    if preview.ignored_columns:
        typer.echo(f"columns left alone: {', '.join(preview.ignored_columns)}")
    typer.echo(
        f"{preview.row_count} people: {preview.new_count} new, {preview.changed_count} changed,"
        f" {preview.kept_count} as before; {preview.left_count} have left"
    )
