"""``idea-storage push``: how the pushes stand, those that were given up, and trying them anew."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from app.core.database import Database

application = typer.Typer(help="See how pushes stand, and try anew those that were given up.", no_args_is_help=True)
dead = typer.Typer(help="Pushes that were given up; they are kept for 30 days.", no_args_is_help=True)
application.add_typer(dead, name="dead")

ResultT = TypeVar("ResultT")


@application.command()
def status() -> None:
    """Show what waits, what is due and since when, what became of the pushes of 30 days, and the devices."""
    from app.core.clock import now
    from app.notifications.dead_letters import Status, read_status

    async def read(database: Database) -> Status:
        async with database.read() as connection:
            return await read_status(connection, now())

    found = _on_database(read)
    age = 0 if found.oldest_due is None else int((now() - found.oldest_due).total_seconds())
    typer.echo(f"waiting to be bundled  {found.waiting_jobs}")
    typer.echo(f"due                    {found.due}" + (f", the oldest for {age} s" if found.due else ""))
    for state, number in sorted(found.by_state.items()):
        typer.echo(f"{state:<22} {number}")
    typer.echo(f"devices                {found.enabled_devices}")
    for reason, number in sorted(found.disabled_devices.items()):
        typer.echo(f"disabled, {reason:<12} {number}")


@dead.command("list")
def list_dead(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the latest first.")] = 50,
) -> None:
    """List pushes that were given up: number, code, tries, when, platform and device, topic."""
    from app.notifications import dead_letters

    async def read(database: Database) -> list[str]:
        async with database.read() as connection:
            rows = await dead_letters.list_dead(connection, limit)
        return [
            f"{row.id}  {row.last_code}  {row.attempts} tries  {row.settled_at:%Y-%m-%d %H:%M:%S}Z  "
            f"{row.platform.value} {row.device}  {row.topic.value}"
            for row in rows
        ]

    lines = _on_database(read)
    typer.echo("\n".join(lines) if lines else "There are none.")


@application.command()
def requeue(
    number: Annotated[int | None, typer.Argument(help="The push, as `push dead list` numbers it.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Have pushes tried anew that were given up. What was read meanwhile is not sent."""
    from app.core.clock import now
    from app.notifications import dead_letters

    async def change(database: Database) -> int:
        if (number is None) is not everything:
            raise UserError("name one push, or give --all")
        return await dead_letters.requeue(database, now(), number)

    changed = _on_database(change)
    typer.echo(f"{changed} to be tried anew.")


def _on_database(work: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    with one_line_errors():
        return asyncio.run(_open_and(work))


async def _open_and(work: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    from app.cli.schema_state import require_current_schema

    settings = load_settings()
    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        return await work(database)
    finally:
        await database.aclose()
