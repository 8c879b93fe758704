"""Refreshing a session: rotation, honest retries, theft."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
import time_machine
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.core.tokens import token_digest
from app.models import AccessToken, RefreshToken, Session
from app.models.accounts import AccountStatus
from app.models.sessions import SessionEnd
from tests.factories import Factory, Person
from tests.identity.signing_in import Json, a_device, bearer, change_account, problem, refresh, rows_of, signed_in


class Phone(NamedTuple):
    """A signed-in installation."""

    person: Person
    device: Json
    tokens: Json


@pytest.fixture
async def phone(client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory) -> Phone:
    person, device = await factory.person(), a_device()
    return Phone(person, device, await signed_in(client, database, settings, person, device))


async def end_reason(database: Database, phone: Phone) -> SessionEnd | None:
    async with database.read() as connection:
        statement = select(Session.ended_at, Session.end_reason).where(
            Session.installation_id == phone.device["installation_id"]
        )
        row = (await connection.execute(statement)).one()
    assert (row.ended_at is None) == (row.end_reason is None)
    reason: SessionEnd | None = row.end_reason
    return reason


async def rotated(client: httpx.AsyncClient, refresh_token: str, phone: Phone) -> Json:
    response = await refresh(client, refresh_token, phone.device)
    assert response.status_code == 200, response.text
    tokens: Json = response.json()
    return tokens


async def is_signed_in(client: httpx.AsyncClient, tokens: Json) -> bool:
    return (await client.get("/v1/me", headers=bearer(tokens))).status_code == 200


async def test_refresh_gives_new_tokens_of_the_same_session(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    response = await refresh(client, phone.tokens["refresh_token"], phone.device)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    renewed = response.json()
    assert renewed["session_id"] == phone.tokens["session_id"]
    assert renewed["access_token"] != phone.tokens["access_token"]
    assert renewed["refresh_token"] != phone.tokens["refresh_token"]
    assert await is_signed_in(client, renewed)
    assert await is_signed_in(client, phone.tokens), "requests on their way keep their token"
    async with database.read() as connection:
        digests = set(await connection.scalars(select(RefreshToken.digest)))
    assert token_digest(renewed["refresh_token"]) in digests, "only digests are stored"


async def test_access_token_ends_after_fifteen_minutes_and_the_session_goes_on(
    client: httpx.AsyncClient, phone: Phone
) -> None:
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
        assert not await is_signed_in(client, phone.tokens)
        assert await is_signed_in(client, await rotated(client, phone.tokens["refresh_token"], phone))


async def test_lost_reply_can_be_asked_for_again(client: httpx.AsyncClient, database: Database, phone: Phone) -> None:
    """The predecessor again, from the same installation, as long as its successor is unused: ten minutes later too."""
    lost = await rotated(client, phone.tokens["refresh_token"], phone)
    with time_machine.travel(now() + timedelta(minutes=10)):
        again = await rotated(client, phone.tokens["refresh_token"], phone)
        assert again["refresh_token"] != lost["refresh_token"]
        assert not await is_signed_in(client, lost)
        assert await is_signed_in(client, again)
        assert await is_signed_in(client, await rotated(client, again["refresh_token"], phone))
    assert await end_reason(database, phone) is None


async def test_whoever_caught_the_lost_reply_ends_the_session(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    caught = await rotated(client, phone.tokens["refresh_token"], phone)
    retried = await rotated(client, phone.tokens["refresh_token"], phone)
    problem(await refresh(client, caught["refresh_token"], phone.device), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.TOKEN_REUSED
    assert not await is_signed_in(client, retried)


async def test_reuse_after_the_successor_was_used_ends_the_family(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    """Check 7: a stolen token used after rotation ends the session, for thief and owner."""
    second = await rotated(client, phone.tokens["refresh_token"], phone)
    third = await rotated(client, second["refresh_token"], phone)
    problem(await refresh(client, phone.tokens["refresh_token"], phone.device), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.TOKEN_REUSED
    assert not await is_signed_in(client, third)
    problem(await refresh(client, third["refresh_token"], phone.device), 401, "refresh_refused")
    assert await rows_of(database, AccessToken) == 1  # the one of the factory's session, which is another family
    assert (await client.get("/v1/me", headers=phone.person.headers)).status_code == 200


async def test_reuse_from_another_installation_ends_the_family(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    second = await rotated(client, phone.tokens["refresh_token"], phone)
    problem(await refresh(client, phone.tokens["refresh_token"], a_device()), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.TOKEN_REUSED
    assert not await is_signed_in(client, second)


async def test_unused_token_from_another_installation_ends_the_session(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    problem(await refresh(client, phone.tokens["refresh_token"], a_device()), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.REVOKED
    assert not await is_signed_in(client, phone.tokens)


@pytest.mark.parametrize("times", [2, 8])
async def test_refreshes_at_once_leave_one_live_successor(
    client: httpx.AsyncClient, database: Database, phone: Phone, times: int
) -> None:
    """Check 7."""
    answers = await asyncio.gather(
        *(refresh(client, phone.tokens["refresh_token"], phone.device) for _ in range(times))
    )
    assert {answer.status_code for answer in answers} == {200}
    async with database.read() as connection:
        (live,) = await connection.scalars(select(RefreshToken.digest).where(RefreshToken.used_at.is_(None)))
    given = {token_digest(answer.json()["refresh_token"]): answer.json() for answer in answers}
    assert len(given) == times
    assert await is_signed_in(client, await rotated(client, given[live]["refresh_token"], phone))


async def test_idle_session_ends_after_thirty_days(client: httpx.AsyncClient, database: Database, phone: Phone) -> None:
    with time_machine.travel(now() + timedelta(days=29)):
        tokens = await rotated(client, phone.tokens["refresh_token"], phone)
    with time_machine.travel(now() + timedelta(days=59, minutes=1)):
        problem(await refresh(client, tokens["refresh_token"], phone.device), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.EXPIRED


async def test_session_ends_after_180_days_however_often_it_is_refreshed(
    client: httpx.AsyncClient, database: Database, phone: Phone
) -> None:
    tokens, start = phone.tokens, now()
    for day in (25, 50, 75, 100, 125, 150, 175):
        with time_machine.travel(start + timedelta(days=day)):
            tokens = await rotated(client, tokens["refresh_token"], phone)
    with time_machine.travel(start + timedelta(days=179, hours=23, minutes=55)):
        tokens = await rotated(client, tokens["refresh_token"], phone)
        assert tokens["access_expires_at"] == tokens["refresh_expires_at"], "nothing outlives the session"
    with time_machine.travel(start + timedelta(days=180, minutes=1)):
        assert not await is_signed_in(client, tokens)
        problem(await refresh(client, tokens["refresh_token"], phone.device), 401, "refresh_refused")
    assert await end_reason(database, phone) is SessionEnd.EXPIRED


async def test_suspended_person_cannot_refresh(client: httpx.AsyncClient, database: Database, phone: Phone) -> None:
    await change_account(database, phone.person, status=AccountStatus.SUSPENDED)
    assert not await is_signed_in(client, phone.tokens)
    problem(await refresh(client, phone.tokens["refresh_token"], phone.device), 401, "refresh_refused")


async def test_signed_out_session_cannot_be_refreshed(client: httpx.AsyncClient, phone: Phone) -> None:
    assert (await client.delete("/v1/me/sessions/current", headers=bearer(phone.tokens))).status_code == 204
    problem(await refresh(client, phone.tokens["refresh_token"], phone.device), 401, "refresh_refused")


async def test_unknown_token_is_refused(client: httpx.AsyncClient, phone: Phone) -> None:
    for token in ("isr_nothing", "x", "한글", phone.tokens["access_token"]):
        problem(await refresh(client, token, phone.device), 401, "refresh_refused")
