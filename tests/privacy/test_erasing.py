"""Check 17: after an erasure nothing is found of the person, in any table, file or log; threads stay readable."""

import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from sqlalchemy import func, select

from app.core.clock import now
from app.core.database import Database
from app.core.logging import _NOISY
from app.core.settings import Settings
from app.identity import throttles
from app.models import Account, Announcement, AnnouncementRead, Comment, Idea, Membership, Throttle, Vote
from app.models.accounts import AccountStatus
from app.privacy.erasure.due import erase_due
from app.privacy.erasure.plan import STEPS
from app.privacy.erasure.subject import Subject
from tests.factories import Factory
from tests.identity.signing_in import PASSWORD, problem
from tests.privacy.life import Life, content_of, found_in, found_in_files, rows_of

NOT_STORED = {"access token", "refresh token"}
"""Digests of them are."""


def is_written(record: logging.LogRecord) -> bool:
    """Whether the service writes such a record; the client of the test logs its own calls."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _NOISY


async def test_after_an_erasure_nothing_is_found(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO), structlog.testing.capture_logs() as events:
        life = await Life(client, database, settings, factory).live()
        subject = Subject(life.account_id, life.public_id, life.email)
        before = await content_of(database)
        planted = set(life.planted.values())
        stored = {string for string, _, _ in found_in(before, planted)}
        assert {what for what, string in life.planted.items() if string not in stored} == NOT_STORED
        digests = await digests_of(database, subject)
        for step in STEPS:
            assert await rows_of(database, step.model, step.where(subject)), f"nothing to try {step} on"
        asked = await client.put("/v1/me/erasure", json=proof(life), headers=life.headers)
        assert asked.status_code == 200, asked.text
        assert await erase_due(database, settings.signing_key, now() + timedelta(days=13, hours=23)) == 0
        assert await erase_due(database, settings.signing_key, now() + timedelta(days=14, minutes=1)) == 1
    after = await content_of(database)
    assert found_in(after, planted) == set()
    assert {value for rows in after.values() for row in rows for value in row.values() if value in digests} == set()
    assert found_in_files(tmp_path, planted) == set()
    logged = [*map(str, events), *(record.getMessage() for record in caplog.records if is_written(record))]
    assert [(string, line) for string in planted for line in logged if string in line] == []
    assert "account.erased" in {event["event"] for event in events}
    for step in STEPS:
        if step.put is None:
            assert await rows_of(database, step.model, step.where(subject)) == 0, step.model
    await is_gone_but_readable(client, database, settings, life)
    # A second round, for what a request under way may have left, changes nothing more.
    assert await erase_due(database, settings.signing_key, now() + timedelta(days=14, minutes=2)) == 1
    assert await content_of(database) == after


async def digests_of(database: Database, subject: Subject) -> list[bytes]:
    """The digests of requests of which his things were made: by them a guess of their content could be tested."""
    digests: list[bytes] = []
    async with database.read() as connection:
        for step in STEPS:
            if step.put is not None and "creation_digest" in step.put:
                column = step.model.__table__.columns["creation_digest"]
                digests += await connection.scalars(select(column).where(step.where(subject), column.is_not(None)))
    assert len(digests) > 10
    return digests


def proof(life: Life) -> dict[str, str]:
    return {"password": PASSWORD, "second_factor_code": life.authenticator.code()}


async def is_gone_but_readable(client: httpx.AsyncClient, database: Database, settings: Settings, life: Life) -> None:
    problem(await client.get("/v1/me", headers=life.headers), 401, "unauthenticated")
    colleague = dict(life.people["colleague"].headers)
    for name, status in (("kept", 200), ("named", 404), ("hidden", 404), ("withdrawn", 404), ("his named", 200)):
        response = await client.get(f"/v1/ideas/{life.ids[name]}", headers=colleague)
        assert response.status_code == status, (name, response.text)
    kept = (await client.get(f"/v1/ideas/{life.ids['kept']}", headers=colleague)).json()
    assert (kept["title"], kept["body"]) == ("남는 제목", "남는 글")
    assert kept["author"] == {
        "id": life.public_id,
        "name": "",
        "position": None,
        "organisation": None,
        "organisation_kind": None,
    }
    threads = (await client.get(f"/v1/ideas/{life.ids['theirs']}/comments", headers=colleague)).json()["items"]
    shown = {thread["comment"]["id"]: thread["comment"] for thread in threads}
    assert shown[life.ids["earlier"]]["body"] == "남는 댓글"
    assert shown[life.ids["mention"]]["mentions"] == []
    async with database.read() as connection:
        account = (await connection.execute(select(Account).where(Account.id == life.account_id))).one()
        assert (account.status, account.name, account.email) == (AccountStatus.ERASED, "", None)
        present = select(func.count()).where(Membership.account_id == life.account_id, Membership.ended_at.is_(None))
        assert await connection.scalar(present) == 0
        keys = [limit.key(settings.signing_key, life.email) for limit in throttles.OF_ADDRESSES]
        assert await connection.scalar(select(func.count()).where(Throttle.key.in_(keys))) == 0
    await counters_equal_rows(database)


async def counters_equal_rows(database: Database) -> None:
    votes = select(func.count()).where(Vote.idea_id == Idea.id).correlate(Idea).scalar_subquery()
    comments = (
        select(func.count())
        .where(Comment.idea_id == Idea.id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
        .correlate(Idea)
        .scalar_subquery()
    )
    readers = select(func.count()).where(AnnouncementRead.announcement_id == Announcement.id).correlate(Announcement)
    async with database.read() as connection:
        for row in await connection.execute(select(Announcement.reader_count, readers.scalar_subquery())):
            assert row[0] == row[1]
        for row in await connection.execute(select(Idea.vote_count, votes, Idea.comment_count, comments)):
            assert (row[0], row[2]) == (row[1], row[3])


def test_every_limit_of_a_person_is_forgotten_with_him() -> None:
    limits = [value for value in vars(throttles).values() if isinstance(value, throttles.Limit)]
    of_persons = {limit.purpose for limit in limits if not limit.purpose.endswith(".client")}
    assert of_persons == {limit.purpose for limit in throttles.OF_ADDRESSES + throttles.OF_ACCOUNTS}
