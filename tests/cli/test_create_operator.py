"""``idea-storage create-operator`` on both engines."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.identity.passwords.hashing import verify_password
from app.models import Account, AuditEntry, TotpFactor
from tests.cli.conftest import RunCommand

EMAIL, NAME, PASSWORD = "Operator@Example.kr", "김운영", "correct-horse-기계-배터리"


def accounts(database_url: str) -> list[Account]:
    async def load() -> list[Account]:
        database = Database(database_url, pool_size=1)
        async with database.write() as session:
            found = list((await session.scalars(select(Account))).all())
            records = (await session.scalars(select(AuditEntry.action))).all()
        await database.aclose()
        assert records == ["operator.created"] * len(found)
        return found

    return asyncio.run(load())


def test_from_options(command: RunCommand, database_url: str) -> None:
    options = ("--email", EMAIL, "--name", NAME, "--password", PASSWORD)
    made = command("create-operator", *options, database_url=database_url)
    assert made.exit_code == 0, made.output
    (account,) = accounts(database_url)
    assert (account.email, account.name, account.is_operator) == ("operator@example.kr", NAME, True)
    assert asyncio.run(verify_password(PASSWORD, account.password_hash)).matches
    assert PASSWORD not in made.output


def test_asked_for_without_a_password(command: RunCommand, database_url: str) -> None:
    made = command("create-operator", typed=f"{EMAIL}\n{NAME}\n\n\n", database_url=database_url)
    assert made.exit_code == 0, made.output
    assert "by a code by mail" in made.output
    assert [account.password_hash for account in accounts(database_url)] == [None]


def test_asked_for_twice_until_both_are_the_same(command: RunCommand, database_url: str) -> None:
    typed = f"{EMAIL}\n{NAME}\n{PASSWORD}\nsomething else\n{PASSWORD}\n{PASSWORD}\n"
    assert command("create-operator", typed=typed, database_url=database_url).exit_code == 0
    assert asyncio.run(verify_password(PASSWORD, accounts(database_url)[0].password_hash)).matches


@pytest.mark.parametrize(
    ("email", "name", "password", "said"),
    [
        ("nobody", NAME, PASSWORD, "not an e-mail address"),
        (EMAIL, " ", PASSWORD, "the name must have 1 to 80 characters"),
        (EMAIL, NAME, "short", "Use at least 10 characters"),
    ],
)
def test_bad_input(command: RunCommand, database_url: str, email: str, name: str, password: str, said: str) -> None:
    options = ("--email", email, "--name", name, "--password", password)
    failed = command("create-operator", *options, database_url=database_url)
    assert failed.exit_code == 1
    assert said in failed.stderr
    assert accounts(database_url) == []


def test_an_address_that_is_taken(command: RunCommand, database_url: str) -> None:
    options = ("--email", EMAIL, "--name", NAME, "--password", PASSWORD)
    command("create-operator", *options, database_url=database_url)
    failed = command("create-operator", *options, database_url=database_url)
    assert failed.exit_code == 1
    assert len(failed.stderr.splitlines()) == 1
    assert len(accounts(database_url)) == 1


def test_before_the_first_migration(command: RunCommand, empty_database_url: str) -> None:
    options = ("--email", EMAIL, "--name", NAME, "--password", PASSWORD)
    failed = command("create-operator", *options, database_url=empty_database_url)
    assert (failed.exit_code, failed.stderr) == (
        1,
        "Error: the database cannot be used: it holds no tables yet: run `idea-storage migrate`\n",
    )


def test_reset_of_a_second_factor(command: RunCommand, database_url: str) -> None:
    """For the only operator there is: nobody else could reset it over the API."""
    options = ("--email", EMAIL, "--name", NAME, "--password", PASSWORD)
    assert command("create-operator", *options, database_url=database_url).exit_code == 0
    asyncio.run(_with_factor(database_url))
    unknown = command("reset-second-factor", "--email", "nobody@example.kr", database_url=database_url)
    assert unknown.exit_code == 1
    assert "nobody can sign in as nobody@example.kr" in unknown.stderr
    done = command("reset-second-factor", "--email", EMAIL, database_url=database_url)
    assert done.exit_code == 0, done.output
    assert asyncio.run(_factors_and_record(database_url)) == ([], ["operator.created", "second_factor.reset"])


async def _with_factor(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    async with database.write() as session:
        (account_id,) = await session.scalars(select(Account.id))
        session.add(TotpFactor(account_id=account_id, sealed_secret=b"sealed", confirmed_at=now()))
    await database.aclose()


async def _factors_and_record(database_url: str) -> tuple[list[int], list[str]]:
    database = Database(database_url, pool_size=1)
    async with database.read() as connection:
        factors = list((await connection.scalars(select(TotpFactor.account_id))).all())
        actions = list((await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all())
    await database.aclose()
    return factors, actions
