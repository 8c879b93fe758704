"""Asking to be erased: who is asked again, what it does at once, how it is taken back, and who can't go."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import Account, AuditEntry, Erasure, Session
from app.models.accounts import AccountStatus
from app.privacy.erasure import due
from app.privacy.erasure.due import erase_due
from app.privacy.erasure.removal import remove_person
from tests.factories import Factory, Person, client_id
from tests.identity.authenticator import enrolled
from tests.identity.mailbox import Mailbox, another
from tests.identity.signing_in import (
    PASSWORD,
    Json,
    ask_for_code,
    bearer,
    code_for,
    problem,
    rows_of,
    set_password,
    sign_in_by_password,
    signed_in,
)


@pytest.fixture
async def person(database: Database, factory: Factory) -> Person:
    made = await factory.person(await factory.mini_cluster())
    await set_password(database, made)
    return made


async def ask(client: httpx.AsyncClient, person: Person, **proof: str) -> httpx.Response:
    body = proof or {"password": PASSWORD}
    return await client.put("/v1/me/erasure", json=body, headers=person.headers)


async def shown(client: httpx.AsyncClient, person: Person) -> Json:
    found: Json = (await client.get("/v1/me/erasure", headers=person.headers)).json()
    return found


async def status_of(database: Database, person: Person) -> AccountStatus:
    async with database.read() as connection:
        return (await connection.scalars(select(Account.status).where(Account.id == person.id))).one()


async def test_asked_for_shown_told_and_taken_back(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person
) -> None:
    mailbox = Mailbox(database, settings)
    assert await shown(client, person) == {"is_requested": False, "requested_at": None, "due_at": None}
    elsewhere = await signed_in(client, database, settings, person)
    await mailbox.deliver()
    asked = await ask(client, person)
    assert asked.status_code == 200, asked.text
    assert await shown(client, person) == asked.json()
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200, "the account can be used"
    problem(await client.get("/v1/me", headers=bearer(elsewhere)), 401, "unauthenticated")
    (mail,) = await mailbox.deliver()
    assert "14일 뒤" in mail.text
    with time_machine.travel(now() + timedelta(minutes=5)):
        assert (await ask(client, person)).json() == asked.json(), "the first date counts"
    for _ in range(2):
        assert (await client.delete("/v1/me/erasure", headers=person.headers)).status_code == 204
    (mail,) = await mailbox.deliver()
    assert "취소" in mail.text
    assert await erase_due(database, settings.signing_key, now() + timedelta(days=30)) == 0
    assert await status_of(database, person) is AccountStatus.ACTIVE


async def test_a_session_alone_is_not_enough(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, person: Person
) -> None:
    problem(await ask(client, person, second_factor_code="123456"), 422, "missing", "/body/password")
    problem(await ask(client, person, password="전혀 다른 비밀번호"), 422, "wrong_password", "/body/password")
    ticket = (await ask_for_code(client, person.email)).json()["id"]
    code = await code_for(database, settings, ticket)
    problem(await ask(client, person, code_id=ticket, code=another(code)), 422, "wrong_code", "/body/code")
    stranger = await factory.person()
    problem(await ask(client, stranger, code_id=ticket, code=code), 422, "wrong_code", "/body/code")
    problem(await ask(client, stranger), 422, "wrong_password", "/body/password")
    assert await rows_of(database, Erasure) == 0
    right = await ask(client, person, code_id=ticket, code=code)
    assert right.status_code == 200, right.text
    problem(await ask(client, person, code_id=ticket, code=code), 422, "wrong_code", "/body/code")


async def test_wrong_proofs_are_counted_like_bad_sign_ins(client: httpx.AsyncClient, person: Person) -> None:
    """Check 9."""
    for _ in range(5):
        problem(await ask(client, person, password="전혀 다른 비밀번호"), 422, "wrong_password", "/body/password")
    refused = await ask(client, person)
    problem(refused, 429, "too_many_tries")
    assert int(refused.headers["retry-after"]) <= 900
    problem(await sign_in_by_password(client, person.email), 429, "too_many_tries")


async def test_a_second_factor_is_asked_for_too(client: httpx.AsyncClient, database: Database, person: Person) -> None:
    app = await enrolled(client, person)
    problem(await ask(client, person), 422, "missing", "/body/second_factor_code")
    wrong = await ask(client, person, password=PASSWORD, second_factor_code=app.wrong)
    problem(wrong, 422, "wrong_code", "/body/second_factor_code")
    assert await rows_of(database, Erasure) == 0
    assert (await ask(client, person, password=PASSWORD, second_factor_code=app.code())).status_code == 200


async def test_what_ends_meanwhile_counts(client: httpx.AsyncClient, database: Database, person: Person) -> None:
    async with database.write() as session:
        (await session.get_one(Session, person.session_id)).ended_at = now()
    problem(await ask(client, person), 401, "unauthenticated")
    assert await rows_of(database, Erasure) == 0


async def test_the_last_coordinator_stays_until_there_is_another(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    """Whoever is about to go does not count; of two who ask at once one stays."""
    consortium = await factory.consortium()
    first, second = [await factory.person(coordinates=consortium) for _ in range(2)]
    for person in (first, second):
        await set_password(database, person)
    answers = await asyncio.gather(ask(client, first), ask(client, second))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    problem(refused, 409, "last_coordinator")
    stays = second if answers[1] is refused else first
    leaving = f"/v1/consortia/{consortium.public_id}/coordinators/{stays.public_id}"
    problem(await client.delete(leaving, headers=stays.headers), 409, "last_coordinator")
    operator = await factory.person(is_operator=True)
    third = await factory.person()
    appointing = f"/v1/consortia/{consortium.public_id}/coordinators/{third.public_id}"
    assert (await client.put(appointing, headers=operator.headers)).status_code == 204
    assert (await ask(client, stays)).status_code == 200


async def test_one_failure_holds_up_nobody_else(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = await factory.person()
    await set_password(database, other)
    for one in (person, other):
        assert (await ask(client, one)).status_code == 200

    async def fail_for_the_first(session: AsyncSession, account_id: int, key: bytes) -> None:
        if account_id == person.id:
            raise RuntimeError
        await remove_person(session, account_id, key)

    monkeypatch.setattr(due, "remove_person", fail_for_the_first)
    later = now() + timedelta(days=15)
    await erase_due(database, settings.signing_key, later)
    async with database.read() as connection:
        erased = set(await connection.scalars(select(Erasure.account_id).where(Erasure.erased_at.is_not(None))))
        recorded = list(await connection.scalars(select(AuditEntry.target_id)))
    assert erased == {other.id}
    assert recorded == [other.id]
    problem(await client.get("/v1/me", headers=person.headers), 401, "unauthenticated")
    monkeypatch.undo()
    await erase_due(database, settings.signing_key, later)
    assert await rows_of(database, Erasure, Erasure.erased_at.is_not(None)) == 2


async def test_the_address_is_free_again(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, person: Person
) -> None:
    await ask(client, person)
    await erase_due(database, settings.signing_key, now() + timedelta(days=15))
    problem(await sign_in_by_password(client, person.email), 401, "sign_in_refused")
    operator, organisation = await factory.person(is_operator=True), await factory.organisation()
    body = {
        "id": client_id(),
        "email": person.email,
        "name": "다른 사람",
        "organisation_id": str(organisation.public_id),
        "position": "사원",
    }
    made = await client.post("/v1/accounts", json=body, headers=operator.headers)
    assert made.status_code == 201, made.text


async def test_who_waits_comes_before_who_is_looked_at_again(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other, later = await factory.person(), now() + timedelta(days=15)
    await set_password(database, other)
    monkeypatch.setattr(due, "_AT_ONCE", 1)
    for one in (person, other):
        assert (await ask(client, one)).status_code == 200
        assert await erase_due(database, settings.signing_key, later) == 1
    assert await rows_of(database, Erasure, Erasure.erased_at.is_not(None)) == 2
