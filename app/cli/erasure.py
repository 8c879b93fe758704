"""``idea-storage erase-account``: for people who asked by letter, or can't sign in, and after a backup was restored."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from app.core.database import Database
from app.core.settings import Settings


def erase_account(
    email: Annotated[str | None, typer.Option(help="The address of the account.")] = None,
    number: Annotated[
        int | None, typer.Option(help="Or its number, as `account.erased` in the logs has it: after a restored backup.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take an erasure that waits back.")] = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Without the 14 days in which it can be taken back.")
    ] = False,
) -> None:
    """Have an account erased in 14 days, as its person could himself. Recorded, and told by mail."""
    with one_line_errors():
        if (email is None) == (number is None):
            raise UserError("name one account, by --email or by --number")
        if undo and at_once:
            raise UserError("--undo and --at-once exclude each other")
        typer.echo(asyncio.run(_run(load_settings(), email, number, undo=undo, at_once=at_once)))


async def _run(settings: Settings, email: str | None, number: int | None, *, undo: bool, at_once: bool) -> str:
    from app.cli.schema_state import require_current_schema

    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        account_id = await _find(database, email, number)
        if undo:
            return await _undo(database, account_id)
        return await _erase(database, settings.signing_key, account_id, at_once=at_once)
    finally:
        await database.aclose()


async def _find(database: Database, email: str | None, number: int | None) -> int:
    from sqlalchemy import select

    from app.models import Account
    from app.models.accounts import AccountStatus

    chosen = Account.id == number if email is None else Account.email == email.strip().lower()
    statement = select(Account.id).where(chosen, Account.status != AccountStatus.ERASED)
    async with database.read() as connection:
        account_id: int | None = await connection.scalar(statement)
    if account_id is None:
        raise UserError("there is no such account, or it is erased")
    return account_id


async def _undo(database: Database, account_id: int) -> str:
    from app.privacy.erasure.service import undo_erasure

    async with database.write() as session:
        if not await undo_erasure(session, account_id):
            raise UserError("no erasure of this account waits")
    return f"account {account_id} goes on"


async def _erase(database: Database, signing_key: bytes, account_id: int, *, at_once: bool) -> str:
    from app.core.clock import now
    from app.privacy.erasure.due import erase
    from app.privacy.erasure.service import GRACE, request_by_operator

    async with database.write() as session:
        await request_by_operator(session, account_id, timedelta(0) if at_once else GRACE)
    if not at_once:
        return f"account {account_id} is erased in {GRACE.days} days by the worker; --undo takes it back until then"
    if not await erase(database, signing_key, account_id, now()):
        raise UserError("a worker is erasing this account right now")
    await database.empty_log()
    return f"account {account_id} is erased"
