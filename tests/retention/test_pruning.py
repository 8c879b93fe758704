"""Retention deletes exactly what is past its time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, select

from app.core.clock import now
from app.core.database import Database
from app.models import Change, Delivery, Device, Idea, Model, RefreshToken, Session, Throttle
from app.models.ideas import Visibility
from app.models.notifications import DeviceEnd
from app.retention.pruning import prune
from app.retention.rules import RULES, STALE_AFTER
from tests.factories import Factory
from tests.retention.rows import Rows

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


@pytest.fixture
async def rows(database: Database, factory: Factory) -> Rows:
    mini_cluster = await factory.mini_cluster()
    person = await factory.person(mini_cluster)
    async with database.write() as session:
        idea = Idea(
            creation_digest=b"0" * 32,
            mini_cluster_id=mini_cluster.id,
            consortium_id=mini_cluster.consortium_id,
            author_id=person.id,
            title="제목",
            body="",
            excerpt="",
            visibility=Visibility.MINI_CLUSTER,
        )
        session.add(idea)
    return Rows(database, person.id, mini_cluster.id, idea.id)


async def exists(database: Database, row: Model) -> bool:
    table = row.__table__
    key = dict(zip([column.name for column in table.primary_key], inspect(row).identity, strict=True))  # type: ignore[arg-type]
    async with database.read() as connection:
        condition = [table.c[name] == value for name, value in key.items()]
        return bool(await connection.scalar(select(func.count()).select_from(table).where(*condition)))


async def expect(database: Database, at: datetime, name: str, *, deleted: Model, kept: list[Model]) -> None:
    """Pruning deletes just one row of these, by the rule of this name and no other."""
    counts = await prune(database, at)
    assert {rule: count for rule, count in counts.items() if count} == {name: 1}
    assert not await exists(database, deleted)
    for row in kept:
        assert await exists(database, row), row


Maker = Callable[[Rows, datetime], Awaitable[Model]]

BY_ONE_TIME: dict[str, tuple[timedelta, Maker]] = {
    "sign_in_codes": (DAY, lambda rows, moment: rows.sign_in_code(moment)),
    "password_resets": (DAY, lambda rows, moment: rows.password_reset(moment)),
    "applicant_registrations": (DAY, lambda rows, moment: rows.applicant_registration(moment)),
    "applications": (365 * DAY, lambda rows, moment: rows.application(moment)),
    "employer_changes": (365 * DAY, lambda rows, moment: rows.employer_change(moment)),
    "email_changes": (DAY, lambda rows, moment: rows.email_change(moment)),
    "sign_in_challenges": (DAY, lambda rows, moment: rows.sign_in_challenge(moment)),
    "passkey_challenges": (DAY, lambda rows, moment: rows.passkey_challenge(moment)),
    "used_id_tokens": (DAY, lambda rows, moment: rows.used_id_token(moment)),
    "throttles": (0 * DAY, lambda rows, moment: rows.throttle(moment)),
    "idempotency_keys": (7 * DAY, lambda rows, moment: rows.idempotency_key(moment)),
    "roster_rows": (180 * DAY, lambda rows, moment: rows.roster_row(moment)),
    "invitations": (30 * DAY, lambda rows, moment: rows.invitation(moment)),
    "settled_events": (7 * DAY, lambda rows, moment: rows.event(moment)),
    "dead_events": (90 * DAY, lambda rows, moment: rows.event(moment, "ValueError")),
    "read_inbox_items": (180 * DAY, lambda rows, moment: rows.inbox_item(moment - DAY, moment)),
    "unread_inbox_items": (365 * DAY, lambda rows, moment: rows.inbox_item(moment, None)),
    "push_jobs": (366 * DAY, lambda rows, moment: rows.job(moment)),
    "access_entries": (1096 * DAY, lambda rows, moment: rows.access_entry(moment)),
    "data_exports": (7 * DAY, lambda rows, moment: rows.data_export(moment)),
    "merged_votes": (31 * DAY, lambda rows, moment: rows.merged_vote(moment)),
    "merged_comments": (31 * DAY, lambda rows, moment: rows.merged_comment(moment)),
    "erasures": (DAY, lambda rows, moment: rows.erasure(moment)),
    "worker_heartbeats": (DAY, lambda rows, moment: rows.heartbeat(moment)),
}


@pytest.mark.parametrize("name", BY_ONE_TIME)
async def test_rows_of_a_table_by_their_age(database: Database, rows: Rows, name: str) -> None:
    age, make = BY_ONE_TIME[name]
    at = now()
    old, young = await make(rows, at - age - MOMENT), await make(rows, at - age + MOMENT)
    await expect(database, at, name, deleted=old, kept=[young])


def test_every_rule_is_tested() -> None:
    apart = {"access_tokens", "refresh_tokens", "deliveries", "devices", "sessions"}
    assert {rule.name for rule in RULES} == apart | set(BY_ONE_TIME)


async def test_people_of_rosters_stay_once_joined_until_they_have_left(database: Database, rows: Rows) -> None:
    at = now()
    joined = await rows.roster_row(at - 900 * DAY, joined=True)
    left = await rows.roster_row(at - 900 * DAY, joined=True, left_at=at - 180 * DAY - MOMENT)
    await expect(database, at, "roster_rows", deleted=left, kept=[joined])
    young = await rows.roster_row(at - 11 * DAY)
    assert (await prune(database, at, kept={"roster_rows": 12 * DAY}))["roster_rows"] == 0
    assert (await prune(database, at, kept={"roster_rows": 10 * DAY}))["roster_rows"] == 1
    assert not await exists(database, young)


async def test_used_invitations_go_too(database: Database, rows: Rows) -> None:
    at = now()
    old = await rows.invitation(at - 31 * DAY, used=True)
    await expect(database, at, "invitations", deleted=old, kept=[])


async def test_unsettled_events_stay_for_ever(database: Database, rows: Rows) -> None:
    event = await rows.event(None)
    counts = await prune(database, now() + 3650 * DAY)
    assert counts["settled_events"] == counts["dead_events"] == 0
    assert await exists(database, event)


async def test_tokens(database: Database, rows: Rows) -> None:
    at = now()
    session = await rows.session(None, at + DAY, at)
    old, young = [await rows.access_token(session, at - DAY + shift) for shift in (-MOMENT, MOMENT)]
    await expect(database, at, "access_tokens", deleted=old, kept=[young, session])
    first = await rows.refresh_token(session, at - 30 * DAY - MOMENT)
    second = await rows.refresh_token(session, at - 30 * DAY + MOMENT, predecessor=first)
    await expect(database, at, "refresh_tokens", deleted=first, kept=[second, session])
    async with database.read() as connection:
        assert await connection.scalar(select(RefreshToken.predecessor_id).where(RefreshToken.id == second.id)) is None


async def test_deliveries(database: Database, rows: Rows) -> None:
    at = now()
    device = await rows.device(await rows.session(None, at + DAY, at), at)
    job = await rows.job(at)
    limit = at - 30 * DAY
    old = await rows.delivery(job, device, limit - 2 * DAY, limit - MOMENT)
    young = await rows.delivery(job, device, limit - 2 * DAY, limit + MOMENT)
    pending = await rows.delivery(job, device, limit - 2 * DAY, None)
    await expect(database, at, "deliveries", deleted=old, kept=[young, pending, job, device])


async def test_a_job_with_news_stays(database: Database, rows: Rows) -> None:
    at = now()
    waiting = await rows.job(at - 400 * DAY, due_at=at)
    fresh = await rows.job(None, due_at=at)
    assert (await prune(database, at))["push_jobs"] == 0
    assert await exists(database, waiting)
    assert await exists(database, fresh)


async def test_disabled_devices_go_with_their_deliveries(database: Database, rows: Rows) -> None:
    at = now()
    session = await rows.session(None, at + DAY, at)
    limit = at - 270 * DAY
    old, young = [await rows.device(session, limit - DAY, limit + shift) for shift in (-MOMENT, MOMENT)]
    pushed = await rows.delivery(await rows.job(at), old, at, at)
    await expect(database, at, "devices", deleted=old, kept=[young, session])
    assert not await exists(database, pushed)


@pytest.mark.parametrize("is_ended", [True, False])
async def test_sessions_go_once_no_device_remembers_them(database: Database, rows: Rows, is_ended: bool) -> None:
    at = now()
    limit = at - 180 * DAY

    async def session_of(moment: datetime) -> Session:
        return await rows.session(moment if is_ended else None, at if is_ended else moment, at)

    old, young, remembered = [await session_of(limit + shift) for shift in (-MOMENT, MOMENT, -MOMENT)]
    token = await rows.refresh_token(old, at, used=False)
    device = await rows.device(remembered, at, at)
    await expect(database, at, "sessions", deleted=old, kept=[young, remembered, device])
    assert not await exists(database, token)


@pytest.mark.parametrize(
    ("device_age", "session_age", "stops"),
    [(MOMENT, MOMENT, True), (-MOMENT, MOMENT, False), (MOMENT, -MOMENT, False)],
)
async def test_devices_unseen_for_60_days_stop(
    database: Database, rows: Rows, device_age: timedelta, session_age: timedelta, stops: bool
) -> None:
    at = now()
    limit = at - STALE_AFTER
    session = await rows.session(None, at + DAY, limit - session_age)
    device = await rows.device(session, limit - device_age)
    counts = await prune(database, at)
    assert {rule: count for rule, count in counts.items() if count} == ({"stale_devices": 1} if stops else {})
    async with database.read() as connection:
        row = (await connection.execute(select(Device.disabled_reason, Device.disabled_at))).one()
    assert tuple(row) == ((DeviceEnd.STALE, at) if stops else (None, None))
    assert await exists(database, device)


async def test_a_device_disabled_before_keeps_its_reason(database: Database, rows: Rows) -> None:
    at = now()
    session = await rows.session(None, at + DAY, at - 61 * DAY)
    await rows.device(session, at - 61 * DAY, at - 61 * DAY)
    assert (await prune(database, at))["stale_devices"] == 0
    async with database.read() as connection:
        assert await connection.scalar(select(Device.disabled_reason)) is DeviceEnd.UNREGISTERED


async def test_changes_go_but_for_the_last_old_one(database: Database, rows: Rows) -> None:
    """Phones that are up to date stand there: after a quiet season they need not begin anew."""
    at = now()
    async with database.write() as session:
        await session.execute(delete(Change))
    limit = at - 90 * DAY
    old, last_old, young = [await rows.change(limit + shift) for shift in (-DAY, -MOMENT, MOMENT)]
    assert (await prune(database, at))["changes"] == 1
    assert [await exists(database, row) for row in (old, last_old, young)] == [False, True, True]
    assert (await prune(database, at))["changes"] == 0


async def test_many_rows_go_in_portions(database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    at = now()
    await rows.many_throttles(25, at - DAY)
    young = await rows.throttle(at + DAY)
    transactions = 0
    original = database.write

    def counted() -> Any:
        nonlocal transactions
        transactions += 1
        return original()

    monkeypatch.setattr(database, "write", counted)
    assert (await prune(database, at, batch=10))["throttles"] == 25
    assert transactions == 3
    assert await exists(database, young)
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(Throttle)) == 1


async def test_nothing_to_delete_takes_no_write_lock(database: Database, rows: Rows) -> None:
    async with database.write():  # on SQLite a second writer would wait for this one, and give up
        counts = await prune(database, now())
    assert not any(counts.values())


async def test_a_full_house_is_pruned_to_nothing_but_what_counts(database: Database, rows: Rows) -> None:
    """Everything at once, ten years later: no foreign key stands in the way."""
    at = now()
    session = await rows.session(at, at, at)
    device = await rows.device(session, at, at)
    first = await rows.refresh_token(session, at)
    await rows.refresh_token(session, at, used=False, predecessor=first)
    await rows.access_token(session, at)
    await rows.delivery(await rows.job(at), device, at, at)
    for age, make in BY_ONE_TIME.values():
        await make(rows, at - age)  # the access log asks the clock of the database whether it may let go
    much_later = at + 3650 * DAY
    await prune(database, much_later)
    counts = await prune(database, much_later)
    assert not any(counts.values())
    async with database.read() as connection:
        for rule in RULES:
            left = await connection.scalar(select(func.count()).select_from(rule.model.__table__))
            assert left == 0, rule.name
        assert await connection.scalar(select(func.count()).select_from(Delivery)) == 0
