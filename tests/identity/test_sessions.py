"""One's own sessions: seeing and ending them, and what ends with them."""

from datetime import timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.identity.sessions.service import end_expired_sessions, end_session
from app.models import AccessToken, Delivery, Device, MiniCluster, PushJob, Session
from app.models.notifications import DeliveryState, DeviceEnd, Platform, PushTopic, TokenKind
from app.models.sessions import SessionEnd
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import published_idea
from tests.identity.signing_in import a_device, bearer, problem, refresh, rows_of, signed_in


@pytest.fixture
async def mini_cluster(factory: Factory) -> MiniCluster:
    return await factory.mini_cluster()


@pytest.fixture
async def person(factory: Factory, mini_cluster: MiniCluster) -> Person:
    return await factory.person(mini_cluster)


@pytest.fixture
async def job_id(database: Database, person: Person, mini_cluster: MiniCluster) -> int:
    """A push job of that person."""
    idea = await published_idea(database, person, mini_cluster)
    async with database.write() as session:
        job = PushJob(account_id=person.id, idea_id=idea.id, topic=PushTopic.RESPONSES)
        session.add(job)
    return job.id


async def add_device(database: Database, person: Person, session_id: int, state: DeliveryState, job_id: int) -> int:
    """A device of a session, with a delivery in a state."""
    async with database.write() as session:
        device = Device(
            account_id=person.id,
            session_id=session_id,
            token_kind=TokenKind.TOKEN,
            token=client_id(),
            platform=Platform.ANDROID,
            app_version="1.0.0",
            locale="ko",
            time_zone="Asia/Seoul",
        )
        session.add(device)
        await session.flush()
        session.add(
            Delivery(
                push_job_id=job_id,
                revision=1,
                device_id=device.id,
                after_item_id=0,
                state=state,
                not_before=now(),
                expires_at=now() + timedelta(days=1),
            )
        )
    return device.id


async def states_of(database: Database, device_id: int) -> tuple[DeviceEnd | None, DeliveryState, str | None]:
    async with database.read() as connection:
        statement = (
            select(Device.disabled_at, Device.disabled_reason, Delivery.state, Delivery.last_code, Delivery.settled_at)
            .join(Delivery, Delivery.device_id == Device.id)
            .where(Device.id == device_id)
        )
        row = (await connection.execute(statement)).one()
    assert (row.disabled_at is None) == (row.disabled_reason is None)
    assert (row.settled_at is None) == (row.state is DeliveryState.PENDING) or row.state is DeliveryState.SENT
    return row.disabled_reason, row.state, row.last_code


async def test_ending_a_session_silences_its_devices_only(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person, job_id: int
) -> None:
    other = await signed_in(client, database, settings, person)
    async with database.read() as connection:
        other_id = await connection.scalar(select(Session.id).order_by(Session.id.desc()).limit(1))
    assert other_id is not None
    waiting = await add_device(database, person, person.session_id, DeliveryState.PENDING, job_id)
    sent = await add_device(database, person, person.session_id, DeliveryState.SENT, job_id)
    elsewhere = await add_device(database, person, other_id, DeliveryState.PENDING, job_id)
    assert (await client.delete("/v1/me/sessions/current", headers=person.headers)).status_code == 204
    assert await states_of(database, waiting) == (DeviceEnd.SESSION_ENDED, DeliveryState.DROPPED, "session_ended")
    assert await states_of(database, sent) == (DeviceEnd.SESSION_ENDED, DeliveryState.SENT, None)
    assert await states_of(database, elsewhere) == (None, DeliveryState.PENDING, None)
    assert await rows_of(database, AccessToken, AccessToken.session_id == person.session_id) == 0
    problem(await client.get("/v1/me", headers=person.headers), 401, "unauthenticated")
    assert (await client.get("/v1/me", headers=bearer(other))).status_code == 200


async def test_refused_work_leaves_the_devices_alone(database: Database, person: Person, job_id: int) -> None:
    """Ending is part of the caller's transaction: what is rolled back has not happened."""
    device = await add_device(database, person, person.session_id, DeliveryState.PENDING, job_id)

    async def end_and_fail() -> None:
        async with database.write() as session:
            await end_session(session, person.session_id, SessionEnd.REVOKED)
            raise LookupError

    with pytest.raises(LookupError):
        await end_and_fail()
    assert await states_of(database, device) == (None, DeliveryState.PENDING, None)


async def test_an_ended_session_keeps_its_first_reason(database: Database, factory: Factory) -> None:
    person = await factory.person()
    for reason in (SessionEnd.SIGNED_OUT, SessionEnd.REVOKED):
        async with database.write() as session:
            await end_session(session, person.session_id, reason)
    async with database.read() as connection:
        assert await connection.scalar(select(Session.end_reason)) is SessionEnd.SIGNED_OUT


async def test_list_marks_the_current_session_and_pages(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    await factory.person()
    tablet = await signed_in(client, database, settings, person, a_device(name="Galaxy Tab", platform="android"))
    ended = await signed_in(client, database, settings, person)
    await client.delete("/v1/me/sessions/current", headers=bearer(ended))
    page = (await client.get("/v1/me/sessions", headers=bearer(tablet))).json()
    assert [(item["device_name"], item["is_current"]) for item in page["items"]] == [
        ("Galaxy Tab", True),
        ("Galaxy S26", False),
    ]
    assert page["items"][0]["id"] == tablet["session_id"]
    assert page["next_cursor"] is None
    first = (await client.get("/v1/me/sessions?limit=1", headers=bearer(tablet))).json()
    assert first["items"] == page["items"][:1]
    rest = await client.get(
        "/v1/me/sessions", params={"limit": 1, "cursor": first["next_cursor"]}, headers=bearer(tablet)
    )
    assert rest.json() == {"items": page["items"][1:], "next_cursor": None}


async def test_sessions_nobody_can_refresh_are_not_listed(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    with time_machine.travel(now() + timedelta(days=31)):
        fresh = await signed_in(client, database, settings, person)
        page = (await client.get("/v1/me/sessions", headers=bearer(fresh))).json()
    assert [item["id"] for item in page["items"]] == [fresh["session_id"]]


async def test_another_session_of_mine_can_be_ended(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    """Check 6."""
    person, device = await factory.person(), a_device()
    lost = await signed_in(client, database, settings, person, device)
    path = f"/v1/me/sessions/{lost['session_id']}"
    assert (await client.delete(path, headers=person.headers)).status_code == 204
    assert (await client.get("/v1/me", headers=bearer(lost))).status_code == 401
    problem(await refresh(client, lost["refresh_token"], device), 401, "refresh_refused")
    problem(await client.delete(path, headers=person.headers), 404, "not_found")


async def test_foreign_and_nonexistent_sessions_are_not_told_apart(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    """Check 2."""
    person = await factory.person()
    foreign = await signed_in(client, database, settings, await factory.person())
    answers = [
        await client.delete(f"/v1/me/sessions/{session_id}", headers=person.headers)
        for session_id in (foreign["session_id"], client_id())
    ]
    for answer in answers:
        problem(answer, 404, "not_found")
    first, second = [{**answer.json(), "request_id": None} for answer in answers]
    assert first == second
    assert (await client.get("/v1/me", headers=bearer(foreign))).status_code == 200


async def test_cursor_of_another_list_is_refused(client: httpx.AsyncClient, app: FastAPI, factory: Factory) -> None:
    """Check 4."""
    person = await factory.person()
    foreign = app.state.resources.cursors.encode("home", [1])
    for cursor in (foreign, "garbage", "x" * 600, foreign[:-2]):
        response = await client.get("/v1/me/sessions", params={"cursor": cursor}, headers=person.headers)
        assert response.status_code == 422, cursor
        assert response.json()["errors"][0]["pointer"] == "/query/cursor"


async def test_housekeeping_ends_what_has_expired(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person, job_id: int
) -> None:
    used, idle = a_device(), a_device()
    tokens = await signed_in(client, database, settings, person, used)
    await signed_in(client, database, settings, person, idle)
    async with database.read() as connection:
        idle_id = await connection.scalar(select(Session.id).where(Session.installation_id == idle["installation_id"]))
    assert idle_id is not None
    device = await add_device(database, person, idle_id, DeliveryState.PENDING, job_id)
    with time_machine.travel(now() + timedelta(days=20)):
        assert (await refresh(client, tokens["refresh_token"], used)).status_code == 200
    with time_machine.travel(now() + timedelta(days=31)):
        async with database.write() as session:
            assert await end_expired_sessions(session) == 2  # the idle one, and the factory's without refresh token
        async with database.write() as session:
            assert await end_expired_sessions(session) == 0
    assert await states_of(database, device) == (DeviceEnd.SESSION_ENDED, DeliveryState.DROPPED, "session_ended")
    assert await rows_of(database, Session, Session.ended_at.is_(None)) == 1
