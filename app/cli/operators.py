"""``idea-storage create-operator`` and ``reset-second-factor``: what no other operator may be there to do."""

import asyncio
from typing import Annotated

import typer

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from app.core.settings import Settings

_LONGEST_NAME = 80


def create_operator(
    email: Annotated[str, typer.Option(prompt="E-mail address", help="The address to sign in with.")],
    name: Annotated[str, typer.Option(prompt="Name", help="The name others see.")],
    password: Annotated[
        str,
        typer.Option(
            prompt="Password (leave empty to sign in by mailed codes only)",
            prompt_required=True,
            confirmation_prompt="The same again",
            hide_input=True,
            help="At least 10 characters; empty for none. Others can see an option in the list of processes:"
            " better let it be asked.",
        ),
    ] = "",
) -> None:
    """Make an account that may do everything, asking for what the options do not say."""
    with one_line_errors():
        settings = load_settings()
        asyncio.run(_make(settings, email.strip(), name.strip(), password or None))
        sign_in = "the password" if password else "a code by mail"
        typer.echo(f"{email.strip()} can sign in now, by {sign_in}.")


def reset_second_factor(
    email: Annotated[str, typer.Option(prompt="E-mail address", help="The address of the account.")],
) -> None:
    """Remove the second factor of somebody who lost it, and sign all devices out. Recorded, and told by mail."""
    with one_line_errors():
        settings = load_settings()
        asyncio.run(_reset(settings, email.strip().lower()))
        typer.echo(f"{email.strip()} signs in without a second factor now, and should set up a new one.")


async def _reset(settings: Settings, email: str) -> None:
    from app.cli.schema_state import require_current_schema
    from app.core.database import Database
    from app.identity.accounts.queries import find_active_by_email
    from app.identity.second_factor.service import reset_second_factor as reset

    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        async with database.write() as session:
            account = await find_active_by_email(session, email)
            if account is None:
                raise UserError(f"nobody can sign in as {email}")
            await reset(session, account.id, actor_id=None)
    finally:
        await database.aclose()


async def _make(settings: Settings, email: str, name: str, password: str | None) -> None:
    from app.cli.schema_state import require_current_schema
    from app.core.database import Database
    from app.identity.accounts.service import create_operator as make_operator

    if not 1 <= len(name) <= _LONGEST_NAME:
        raise UserError(f"the name must have 1 to {_LONGEST_NAME} characters")
    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        async with database.write() as session:
            await make_operator(session, email, name, password)
    except ValueError as error:
        raise UserError(str(error)) from error
    finally:
        await database.aclose()
