"""``idea-storage erase-account``: for people who asked by letter, and after a backup was restored."""

import asyncio

from sqlalchemy import select

from app.core.database import Database
from app.models import Account, AuditEntry, Consortium, CoordinatorRole, Erasure
from app.models.accounts import AccountStatus
from app.models.programme import ConsortiumKind
from tests.cli.conftest import RunCommand

EMAIL = "letter.writer@example.kr"


async def _with_account(database_url: str, *, coordinates: bool = False) -> int:
    database = Database(database_url, pool_size=1)
    async with database.write() as session:
        account = Account(email=EMAIL, name="이바다", status=AccountStatus.SUSPENDED)
        session.add(account)
        await session.flush()
        if coordinates:
            consortium = Consortium(code="c", kind=ConsortiumKind.INTERNATIONAL, name_ko="해외", name_en="Abroad")
            session.add(consortium)
            await session.flush()
            session.add(CoordinatorRole(account_id=account.id, consortium_id=consortium.id))
    await database.aclose()
    return account.id


async def _state(database_url: str) -> tuple[AccountStatus, str | None, int, list[str]]:
    database = Database(database_url, pool_size=1)
    async with database.read() as connection:
        status, email = (await connection.execute(select(Account.status, Account.email))).one()
        waiting = len((await connection.scalars(select(Erasure.account_id).where(Erasure.erased_at.is_(None)))).all())
        actions = list(await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    await database.aclose()
    return status, email, waiting, actions


def test_waits_is_taken_back_and_is_done_at_once(command: RunCommand, database_url: str) -> None:
    number = asyncio.run(_with_account(database_url))
    asked = command("erase-account", "--email", EMAIL.upper(), database_url=database_url)
    assert asked.exit_code == 0, asked.output
    assert "in 14 days" in asked.output
    assert asyncio.run(_state(database_url))[2:] == (1, ["account.erasure_requested"])
    assert command("erase-account", "--email", EMAIL, "--undo", database_url=database_url).exit_code == 0
    again = command("erase-account", "--email", EMAIL, "--undo", database_url=database_url)
    assert (again.exit_code, again.stderr) == (1, "Error: no erasure of this account waits\n")
    done = command("erase-account", "--number", str(number), "--at-once", database_url=database_url)
    assert done.exit_code == 0, done.output
    assert asyncio.run(_state(database_url)) == (
        AccountStatus.ERASED,
        None,
        0,
        ["account.erasure_requested", "account.erasure_requested", "account.erased"],
    )
    gone = command("erase-account", "--number", str(number), database_url=database_url)
    assert (gone.exit_code, gone.stderr) == (1, "Error: there is no such account, or it is erased\n")


def test_the_last_coordinator_is_refused(command: RunCommand, database_url: str) -> None:
    asyncio.run(_with_account(database_url, coordinates=True))
    refused = command("erase-account", "--email", EMAIL, "--at-once", database_url=database_url)
    assert refused.exit_code == 1
    assert "appoint another one first" in refused.stderr
    assert asyncio.run(_state(database_url)) == (AccountStatus.SUSPENDED, EMAIL, 0, [])


def test_one_account_one_wish(command: RunCommand, database_url: str) -> None:
    for options in ((), ("--email", EMAIL, "--number", "1"), ("--email", EMAIL, "--undo", "--at-once")):
        assert command("erase-account", *options, database_url=database_url).exit_code == 1
