"""``idea-storage push`` on both engines: what it says of a demo place without pushes, and wrong use."""

from tests.cli.conftest import RunCommand


def test_where_nothing_was_pushed_yet(command: RunCommand, database_url: str) -> None:
    said = command("push", "status", database_url=database_url)
    assert said.exit_code == 0, said.output
    assert [line.split() for line in said.output.splitlines()] == [
        ["waiting", "to", "be", "bundled", "0"],
        ["due", "0"],
        ["devices", "0"],
    ]
    assert command("push", "dead", "list", database_url=database_url).output == "There are none.\n"
    assert command("push", "requeue", "--all", database_url=database_url).output == "0 to be tried anew.\n"


def test_one_or_all_must_be_named(command: RunCommand, database_url: str) -> None:
    for arguments in ((), ("7", "--all")):
        refused = command("push", "requeue", *arguments, database_url=database_url)
        assert refused.exit_code == 1
        assert "name one push, or give --all" in refused.output
