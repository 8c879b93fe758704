"""``idea-storage copy-database``: everything, verified, or nothing."""

import asyncio
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.cli import copying
from app.core.database import Database
from app.models import Account, Comment, MiniCluster, Model, Organisation
from app.models.bulk import bulk_insert
from tests.cli.conftest import RunCommand
from tests.cli.full_database import fill
from tests.postgres import EmptyDatabases, PostgresServer


@pytest.fixture(scope="module")
def full_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("full") / "full.db"
    shutil.copyfile(sqlite_template, place)
    fill(f"sqlite:///{place}")
    return place


@pytest.fixture
def source_url(full_file: Path, tmp_path: Path) -> str:
    """An SQLite file with rows in every table."""
    shutil.copyfile(full_file, tmp_path / "source.db")
    return f"sqlite:///{tmp_path}/source.db"


@pytest.fixture
def postgres_url(postgres_databases: EmptyDatabases) -> Iterator[str]:
    """An empty migrated PostgreSQL database."""
    with postgres_databases.lend() as url:
        yield url


def ask(database_url: str, *statements: Any) -> list[Any]:
    async def run() -> list[Any]:
        database = Database(database_url, pool_size=1)
        async with database.read() as connection:
            answers = [(await connection.execute(statement)).all() for statement in statements]
        await database.aclose()
        return answers

    return asyncio.run(run())


def counts(database_url: str) -> dict[str, int]:
    tables = Model.metadata.sorted_tables
    answers = ask(database_url, *(select(func.count()).select_from(table) for table in tables))
    return {table.name: answer[0][0] for table, answer in zip(tables, answers, strict=True)}


def test_from_sqlite_to_postgresql_and_back(
    command: RunCommand, source_url: str, postgres_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    there = command("copy-database", source_url, postgres_url)
    assert there.exit_code == 0, there.output
    before = counts(source_url)
    assert [name for name, rows in before.items() if rows == 0] == [], "the test is to copy rows of every table"
    assert counts(postgres_url) == before
    assert f"Copied {sum(before.values()):,} rows; counts and hashes agree." in there.output

    shutil.copyfile(sqlite_template, tmp_path / "back.db")
    back = command("copy-database", postgres_url, f"sqlite:///{tmp_path}/back.db")
    assert back.exit_code == 0, back.output
    assert hashes(back.output) == hashes(there.output)
    everything = [select(table).order_by(*table.primary_key) for table in Model.metadata.sorted_tables]
    assert ask(source_url, *everything) == ask(f"sqlite:///{tmp_path}/back.db", *everything)


def hashes(output: str) -> list[str]:
    return [line for line in output.splitlines() if "│" in line]


def test_references_to_later_rows_arrive(command: RunCommand, source_url: str, postgres_url: str) -> None:
    assert command("copy-database", source_url, postgres_url).exit_code == 0
    merged = (
        select(Organisation.id, Organisation.merged_into_id).where(Organisation.merged_into_id.is_not(None)),
        select(MiniCluster.id, MiniCluster.merged_into_id).where(MiniCluster.merged_into_id.is_not(None)),
        select(Comment.id, Comment.parent_id, Comment.reply_to_id)
        .where(Comment.parent_id.is_not(None))
        .order_by(Comment.id),
    )
    found = ask(postgres_url, *merged)
    assert found == ask(source_url, *merged)
    assert found[:2] == [[(1, 2)], [(3, 9)]]
    assert len(found[2]) > 20


def test_new_rows_are_numbered_after_the_copied_ones(command: RunCommand, source_url: str, postgres_url: str) -> None:
    assert command("copy-database", source_url, postgres_url).exit_code == 0
    highest = ask(source_url, select(func.max(Account.id)))[0][0][0]

    async def add() -> int:
        database = Database(postgres_url, pool_size=1)
        async with database.write() as session:
            account = Account(email="next@example.kr", name="다음")
            session.add(account)
        await database.aclose()
        return account.id

    assert asyncio.run(add()) == highest + 1


def test_the_tables_of_the_target_can_be_made(command: RunCommand, source_url: str, postgres: PostgresServer) -> None:
    name = f"bare_{uuid.uuid4().hex[:12]}"
    postgres.execute(f"CREATE DATABASE {name}")
    refused = command("copy-database", source_url, postgres.url(name))
    assert refused.exit_code == 1
    assert "the target cannot be used: it holds no tables yet" in refused.stderr
    assert "give --migrate" in refused.stderr
    assert command("copy-database", source_url, postgres.url(name), "--migrate").exit_code == 0
    assert counts(postgres.url(name)) == counts(source_url)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_difference_undoes_everything(
    command: RunCommand, source_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def careless(connection: Any, model: type[Model], columns: Sequence[str], rows: Any) -> int:
        changed = list(rows)
        if model is Comment:
            row = dict(zip(columns, changed[0], strict=True))
            changed[0] = tuple((row | {"body": row["body"] + " "}).values())
        return await bulk_insert(connection, model, columns, changed)

    monkeypatch.setattr(copying, "bulk_insert", careless)
    failed = command("copy-database", source_url, postgres_url)
    assert failed.exit_code == 1
    assert "comments differs after the copy (200 rows read, 200 found); nothing was stored" in failed.stderr
    assert set(counts(postgres_url).values()) == {0}


def test_a_lost_row_undoes_everything(
    command: RunCommand, source_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(connection: Any, model: type[Model], columns: Sequence[str], rows: Any) -> int:
        return await bulk_insert(connection, model, columns, list(rows)[: 199 if model is Comment else None])

    monkeypatch.setattr(copying, "bulk_insert", forgetful)
    failed = command("copy-database", source_url, postgres_url)
    assert failed.exit_code == 1
    assert set(counts(postgres_url).values()) == {0}


def test_a_target_with_rows_is_left_alone(command: RunCommand, source_url: str, postgres_url: str) -> None:
    assert command("copy-database", source_url, postgres_url).exit_code == 0
    before = counts(postgres_url)
    again = command("copy-database", source_url, postgres_url)
    assert again.exit_code == 1
    assert "the target is not empty" in again.stderr
    assert counts(postgres_url) == before


def test_places_that_make_no_sense(command: RunCommand, source_url: str, postgres_url: str, tmp_path: Path) -> None:
    same = command("copy-database", source_url, source_url)
    assert (same.exit_code, same.stderr) == (1, "Error: source and target are the same database\n")
    missing = command("copy-database", f"sqlite:///{tmp_path}/missing.db", postgres_url)
    assert "there is no file to read at" in missing.stderr
    assert not (tmp_path / "missing.db").exists()
    foreign = command("copy-database", "mysql://localhost/ideas", postgres_url)
    assert "names the database 'mysql'" in foreign.stderr


def test_nobody_writes_to_the_source_meanwhile(
    source_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    async def watched(connection: Any, model: type[Model], columns: Sequence[str], rows: Any) -> int:
        if model is Account:
            other = Database(source_url, pool_size=1, wait_seconds=0.1)
            try:
                async with other.write() as session:
                    await session.execute(text("DELETE FROM blocks"))
            except Exception as error:  # noqa: BLE001 - its name is what is looked at
                refused.append(type(error).__name__)
            await other.aclose()
        return await bulk_insert(connection, model, columns, rows)

    monkeypatch.setattr(copying, "bulk_insert", watched)
    asyncio.run(copying.copy_all(source_url, postgres_url, lambda _table: None))
    assert refused == ["DatabaseBusy"]
