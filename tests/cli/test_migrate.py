"""``idea-storage migrate`` on both engines."""

from app.cli.schema_state import known_revisions
from app.core import migrations
from tests.cli.conftest import RunCommand


def test_known_revisions_lead_from_the_first_to_the_newest() -> None:
    known = known_revisions()
    assert known[0] == "0001"
    assert known[-1] == migrations.head_revision()


def test_from_nothing_to_the_newest_and_again(command: RunCommand, empty_database_url: str) -> None:
    head = migrations.head_revision()
    first = command("migrate", database_url=empty_database_url)
    assert (first.exit_code, first.stdout) == (0, f"The database went from nothing to revision {head}.\n")
    second = command("migrate", database_url=empty_database_url)
    assert (second.exit_code, second.stdout) == (0, f"The database is at revision {head} already.\n")


def test_a_step_at_a_time_and_never_back(command: RunCommand, empty_database_url: str) -> None:
    assert "to revision 0001" in command("migrate", "--to", "0001", database_url=empty_database_url).stdout
    assert "from 0001 to revision" in command("migrate", database_url=empty_database_url).stdout
    back = command("migrate", "--to", "0001", database_url=empty_database_url)
    assert back.exit_code == 1
    assert "restore a backup instead" in back.stderr


def test_an_unknown_revision(command: RunCommand, empty_database_url: str) -> None:
    failed = command("migrate", "--to", "9999", database_url=empty_database_url)
    assert failed.exit_code == 1
    assert "there is no revision 9999; known are 0001, 0002" in failed.stderr
