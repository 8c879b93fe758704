"""The access log: written before the data is given, changed by nobody, shown to those entitled."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.audit.access import AccessLog
from app.audit.service import record
from app.core.clock import now
from app.core.database import Database
from app.core.errors import DatabaseBusy
from app.models import AccessEntry
from tests.consortia.calls import all_items, get, problem
from tests.ideas_factory import Place
from tests.moderation.calls import accesses, queue, reported
from tests.moderation.conftest import Staff


async def test_each_reading_of_staff_is_one_entry(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    """Check 16."""
    await reported(client, place.member, idea_id=place.idea.public_id)
    consortium, mini_cluster = place.consortium, place.mini_cluster
    (case,) = await queue(client, staff.coordinator, f"consortia/{consortium.public_id}")
    await queue(client, staff.manager, f"mini-clusters/{mini_cluster.public_id}")
    await get(client, f"/cases/{case['id']}", staff.coordinator)
    await get(client, f"/mini-clusters/{mini_cluster.public_id}/invitations", staff.manager)
    refused = f"/v1/mini-clusters/{mini_cluster.public_id}/invitations"
    problem(await client.get(refused, headers=place.member.headers), 403, "forbidden")
    entries = await accesses(database)
    assert [(entry.action, entry.account_id, entry.target_kind, entry.target_id) for entry in entries] == [
        ("cases.listed", staff.coordinator.id, "consortium", consortium.id),
        ("cases.listed", staff.manager.id, "mini_cluster", mini_cluster.id),
        ("case.read", staff.coordinator.id, "idea", place.idea.id),
        ("invitations.listed", staff.manager.id, "mini_cluster", mini_cluster.id),
    ]
    assert {entry.consortium_id for entry in entries} == {consortium.id}

    path = f"/consortia/{consortium.public_id}/access-log"
    shown = await all_items(client, path, staff.coordinator, limit=3)
    assert [entry["action"] for entry in shown] == [entry.action for entry in reversed(entries)]
    assert shown[0]["target_id"] == str(mini_cluster.public_id)
    assert shown[0]["reader"] == {"id": str(staff.manager.public_id), "name": staff.manager.name}
    assert await all_items(client, "/access-log", staff.operator) == shown
    (mine,) = await all_items(client, "/me/accesses", place.author)
    assert mine == shown[1]
    assert (mine["case_id"], mine["target_id"]) == (case["id"], str(place.idea.public_id))
    assert await all_items(client, "/me/accesses", place.member) == []
    for person in (place.member, staff.manager, staff.stranger):
        problem(await client.get(f"/v1{path}", headers=person.headers), 403, "forbidden")
        problem(await client.get("/v1/access-log", headers=person.headers), 403, "forbidden")


async def test_what_cannot_be_recorded_is_not_given(
    client: httpx.AsyncClient, place: Place, staff: Staff, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    del app
    await reported(client, place.member, idea_id=place.idea.public_id)

    async def busy(*_: object) -> None:
        raise DatabaseBusy

    monkeypatch.setattr(AccessLog, "note", busy)
    for path in (
        f"consortia/{place.consortium.public_id}/cases",
        f"mini-clusters/{place.mini_cluster.public_id}/cases",
    ):
        problem(await client.get(f"/v1/{path}", headers=staff.coordinator.headers), 503, "database_busy")


FRESH, OLD = timedelta(days=1094), timedelta(days=1096)
CHANGES = (
    "UPDATE {0} SET action = 'x'",
    "UPDATE {0} SET at = '2001-01-01 00:00:00'",
    "DELETE FROM {0}",
    "DELETE FROM {0} WHERE action = 'case.read'",
)


@pytest.mark.parametrize("table", ["access_entries", "audit_entries"])
async def test_rows_can_neither_be_changed_nor_deleted(database: Database, table: str, engine: str) -> None:
    """Check 16: also through the application's own connection, in whatever way an engine knows."""
    async with database.write() as session:
        session.add(AccessEntry(account_id=1, action="case.read", target_kind="case", at=now() - FRESH))
        await record(session, actor_id=1, action="case.read", target_kind="case", target_id=1)
    special = (
        ["TRUNCATE {0}", "TRUNCATE {0} CASCADE"]
        if engine == "postgresql"
        else ["INSERT OR REPLACE INTO {0} SELECT * FROM {0}", "REPLACE INTO {0} SELECT * FROM {0}"]
    )
    for statement in [*CHANGES, *special]:
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as session:
                await session.execute(text(statement.format(table)))
    async with database.read() as connection:
        assert (await connection.execute(text(f"SELECT action FROM {table}"))).all() == [("case.read",)]


async def test_only_what_is_past_retention_can_be_deleted(database: Database) -> None:
    async with database.write() as session:
        session.add(AccessEntry(account_id=1, action="old", target_kind="case", at=now() - OLD))
        session.add(AccessEntry(account_id=1, action="fresh", target_kind="case", at=now() - FRESH))
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text("DELETE FROM access_entries"))
    assert len(await accesses(database)) == 2
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text("UPDATE access_entries SET action = 'x' WHERE action = 'old'"))
    async with database.write() as session:
        await session.execute(text("DELETE FROM access_entries WHERE action = 'old'"))
    assert [entry.action for entry in await accesses(database)] == ["fresh"]
