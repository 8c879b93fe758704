"""``idea-storage roster import`` on both engines."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.database import Database
from app.models import AuditEntry, Membership, RosterImport, RosterRow
from tests.cli.conftest import RunCommand
from tests.consortia.roster_files import EVERYBODY, KIM, csv_file, xlsx_file
from tests.factories import Factory


@pytest.fixture
def place(database_url: str) -> tuple[str, str]:
    """Code and id of a mini-cluster with one member."""

    async def make() -> tuple[str, str]:
        database = Database(database_url, pool_size=2)
        factory = Factory(database)
        mini_cluster = await factory.mini_cluster()
        await factory.person(mini_cluster)
        await database.aclose()
        return mini_cluster.code, str(mini_cluster.public_id)

    return asyncio.run(make())


def stored(database_url: str) -> tuple[int, int, list[str], int]:
    """Rows, imports, what was recorded, and memberships that have ended."""

    async def load() -> tuple[int, int, list[str], int]:
        database = Database(database_url, pool_size=1)
        async with database.read() as connection:
            counts = [await connection.scalar(select(func.count(model.id))) or 0 for model in (RosterRow, RosterImport)]
            actions = (await connection.execute(select(AuditEntry.action, AuditEntry.actor_id))).all()
            ended = await connection.scalar(select(func.count(Membership.ended_at))) or 0
        await database.aclose()
        return counts[0], counts[1], [f"{row.action} {row.actor_id}" for row in actions], ended

    return asyncio.run(load())


def test_shows_what_it_would_do_then_takes_it_over(
    command: RunCommand, database_url: str, place: tuple[str, str], tmp_path: Path
) -> None:
    code, place_id = place
    file = tmp_path / "명부.csv"
    file.write_bytes(csv_file(*EVERYBODY))
    shown = command("roster", "import", str(file), "--mini-cluster", code, database_url=database_url)
    assert shown.exit_code == 0, shown.output
    assert "new: 김하늘, ㈜한성금형" in shown.output
    assert "5 people: 5 new, 0 changed, 0 as before; 0 have left" in shown.output
    assert stored(database_url) == (0, 0, [], 0)
    taken = command("roster", "import", str(file), "--mini-cluster", place_id, "--confirm", database_url=database_url)
    assert (taken.exit_code, "Taken over" in taken.output) == (0, True), taken.output
    assert stored(database_url) == (5, 1, ["roster.imported None"], 0)
    file.write_bytes(xlsx_file(KIM))
    options = ("--mini-cluster", code, "--confirm", "--end-memberships")
    again = command("roster", "import", str(file), *options, database_url=database_url)
    assert "1 people: 0 new, 0 changed, 1 as before; 4 have left" in again.output
    assert stored(database_url)[:2] == (5, 2)


def test_errors_are_told_by_row_and_nothing_is_stored(
    command: RunCommand, database_url: str, place: tuple[str, str], tmp_path: Path
) -> None:
    code, _ = place
    file = tmp_path / "roster.csv"
    file.write_bytes(csv_file(KIM, ("이바다", "no", "㈜새", "", "", "", "", "")))
    options = ("--mini-cluster", code, "--confirm")
    refused = command("roster", "import", str(file), *options, database_url=database_url)
    assert (refused.exit_code, "row 3, E-mail: Not an e-mail address" in refused.output) == (1, True), refused.output
    assert "1 rows have errors; nothing was stored" in refused.output
    assert stored(database_url) == (0, 0, [], 0)
    file.write_bytes(b"\x89PNG\xff\xff")
    broken = command("roster", "import", str(file), *options, database_url=database_url)
    assert (broken.exit_code, "The encoding is unknown" in broken.output) == (1, True)
    file.write_bytes(csv_file(KIM))
    nowhere = command("roster", "import", str(file), "--mini-cluster", "nowhere", database_url=database_url)
    assert (nowhere.exit_code, "there is no mini-cluster nowhere" in nowhere.output) == (1, True)
