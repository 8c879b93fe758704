"""``idea-storage demo`` and ``demo respond`` on both engines."""

import asyncio
import re
from typing import Any

from sqlalchemy import select

from app.core.database import Database
from app.demo.accounts import ALL, COLLEAGUE, MEMBER, PASSWORD
from app.models import Account, Comment, Idea, OutboxEvent
from tests.cli.conftest import SECRET_KEY, RunCommand

SMALL = ("--ideas", "40", "--comments", "100")


def ask(database_url: str, statement: Any) -> list[Any]:
    async def run() -> list[Any]:
        database = Database(database_url, pool_size=1)
        async with database.read() as connection:
            answer = (await connection.execute(statement)).all()
        await database.aclose()
        return list(answer)

    return asyncio.run(run())


def test_the_first_run_loads_and_the_second_keeps(command: RunCommand, database_url: str) -> None:
    first = command("demo", *SMALL, database_url=database_url, port="8123")
    assert first.exit_code == 0, first.output
    assert "데모 데이터를 넣었습니다 / Demo data is loaded" in first.stdout
    assert "40 ideas" in first.stdout
    assert "댓글 · comments" in first.stderr
    before = ask(database_url, select(Comment.public_id).order_by(Comment.id))
    second = command("demo", database_url=database_url, port="8123")
    assert second.exit_code == 0, second.output
    assert "이미 있어 그대로 둡니다 / The demo data is there already and stays as it is." in second.stdout
    assert ask(database_url, select(Comment.public_id).order_by(Comment.id)) == before
    for run in (first, second):
        assert [account.email for account in ALL if account.email not in run.stdout] == []
        assert PASSWORD in run.stdout
        assert "http://127.0.0.1:8123/v1/sessions/password" in run.stdout


def test_the_printed_address_is_one_to_connect_to(command: RunCommand, database_url: str) -> None:
    for host, shown in (("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("192.0.2.7", "192.0.2.7")):
        printed = command("demo", *SMALL, database_url=database_url, host=host).stdout
        assert set(re.findall(r"http://([^/]+)/v1/", printed)) == {f"{shown}:8000"}


def test_production_is_refused_unless_forced(command: RunCommand, database_url: str) -> None:
    settings = {"environment": "production", "secret_key": SECRET_KEY, "database_url": database_url}
    for arguments in (("demo", *SMALL), ("demo", "respond")):
        refused = command(*arguments, **settings)
        assert refused.exit_code == 1
        assert "this is a production installation" in refused.stderr
    assert ask(database_url, select(Account.id)) == []
    assert command("demo", "--force", *SMALL, **settings).exit_code == 0


def test_sizes_that_cannot_be_had(command: RunCommand, database_url: str) -> None:
    few = command("demo", "--members", "10", database_url=database_url)
    assert few.exit_code == 1
    assert "mini-clusters need" in few.stderr
    many = command("demo", "--members", "1000000", database_url=database_url)
    assert many.exit_code == 2


def test_before_the_first_migration(command: RunCommand, empty_database_url: str) -> None:
    for arguments in (("demo",), ("demo", "respond")):
        failed = command(*arguments, database_url=empty_database_url)
        assert failed.exit_code == 1
        assert "run `idea-storage migrate`" in failed.stderr


def test_a_colleague_responds_as_over_the_api(command: RunCommand, database_url: str) -> None:
    command("demo", *SMALL, database_url=database_url)
    done = command("demo", "respond", "--text", "같이 시험해 보시죠.", database_url=database_url)
    assert done.exit_code == 0, done.output
    assert "같이 시험해 보시죠." in done.stdout
    assert "A push follows soon" in done.stdout
    newest = (
        select(Idea.id, Idea.author_id, Idea.comment_count)
        .join(Account, Account.id == Idea.author_id)
        .where(Account.email == MEMBER.email)
        .order_by(Idea.published_at.desc())
    )
    idea = ask(database_url, newest)[0]
    comments = ask(database_url, select(Comment.body, Comment.author_id).where(Comment.idea_id == idea.id))
    assert len(comments) == idea.comment_count
    assert comments[-1].body == "같이 시험해 보시죠."
    assert comments[-1].author_id != idea.author_id
    assert "comment.added" in [event.kind for event in ask(database_url, select(OutboxEvent.kind))]


def test_a_comment_is_made_up_when_none_is_given(command: RunCommand, database_url: str) -> None:
    command("demo", *SMALL, database_url=database_url)
    before = len(ask(database_url, select(Comment.id)))
    done = command("demo", "respond", "--email", COLLEAGUE.email.upper(), database_url=database_url)
    assert done.exit_code == 0, done.output
    assert len(ask(database_url, select(Comment.id))) == before + 1


def test_nobody_to_respond_to(command: RunCommand, database_url: str) -> None:
    command("demo", *SMALL, database_url=database_url)
    failed = command("demo", "respond", "--email", "nobody@example.kr", database_url=database_url)
    assert failed.exit_code == 1
    assert "nobody@example.kr has no published idea" in failed.stderr
    empty = command("demo", "respond", "--text", "가" * 3_000, database_url=database_url)
    assert (empty.exit_code, len(empty.stderr.splitlines())) == (1, 1)
    assert "the comment cannot be posted: " in empty.stderr
