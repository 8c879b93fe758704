"""Another address, confirmed at the old one and at the new one."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import time_machine

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.identity.sessions.service import end_session
from app.models import EmailChange
from app.models.sessions import SessionEnd
from tests.factories import Factory, Person, client_id
from tests.identity.mailbox import Mailbox, another, code_in
from tests.identity.signing_in import (
    ask_for_code,
    change_account,
    code_for,
    problem,
    rows_of,
    sign_in_by_code,
    signed_in,
)

NEW = "new.address@example.kr"


@pytest.fixture
def mailbox(database: Database, settings: Settings) -> Mailbox:
    return Mailbox(database, settings)


async def ask(client: httpx.AsyncClient, person: Person, email: str = NEW, **headers: str) -> httpx.Response:
    return await client.post("/v1/me/email-changes", json={"email": email}, headers=dict(person.headers) | headers)


async def confirm(client: httpx.AsyncClient, person: Person, change_id: str, old: str, new: str) -> httpx.Response:
    body = {"old_code": old, "new_code": new}
    return await client.post(f"/v1/me/email-changes/{change_id}/confirm", json=body, headers=person.headers)


async def begun(client: httpx.AsyncClient, person: Person, mailbox: Mailbox, email: str = NEW) -> tuple[str, str, str]:
    """The id of a change and its two codes."""
    response = await ask(client, person, email)
    assert response.status_code == 201, response.text
    assert response.json()["email"] == email
    to_old, to_new = (await mailbox.deliver())[-2:]
    assert (to_old.to, to_new.to) == (person.email, email)
    return response.json()["id"], code_in(to_old), code_in(to_new)


async def email_of(client: httpx.AsyncClient, person: Person) -> str:
    return str((await client.get("/v1/me", headers=person.headers)).json()["email"])


async def test_both_codes_change_the_address(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    signing_in = (await ask_for_code(client, person.email)).json()["id"]
    change_id, old, new = await begun(client, person, mailbox)
    assert old != new
    assert (await confirm(client, person, change_id, old, new)).status_code == 204
    assert await email_of(client, person) == NEW
    (notice,) = await mailbox.deliver()
    assert notice.to == person.email, "the old address is told"
    code = await code_for(database, settings, signing_in)
    problem(await sign_in_by_code(client, signing_in, code), 401, "sign_in_code_spent")
    problem(await confirm(client, person, change_id, old, new), 410, "email_change_spent")
    moved = Person(**{**vars(person), "email": NEW})
    assert await signed_in(client, database, settings, moved)


async def test_one_right_code_is_not_enough_and_tries_are_counted(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    change_id, old, new = await begun(client, person, mailbox)
    problem(await confirm(client, person, change_id, old, another(new)), 422, "wrong_code", "/body/new_code")
    problem(await confirm(client, person, change_id, new, new), 422, "wrong_code", "/body/old_code")
    swapped = await confirm(client, person, change_id, another(old), another(new))
    assert [error["pointer"] for error in swapped.json()["errors"]] == ["/body/old_code", "/body/new_code"]
    wrong = await asyncio.gather(*(confirm(client, person, change_id, old, another(new)) for _ in range(3)))
    assert sorted(answer.status_code for answer in wrong) == [410, 422, 422]
    problem(await confirm(client, person, change_id, old, new), 410, "email_change_spent")
    assert await email_of(client, person) == person.email


async def test_a_taken_address_is_told_of_only_to_who_reads_its_mail(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    person, owner = await factory.person(), await factory.person()
    change_id, old, new = await begun(client, person, mailbox, owner.email)
    problem(await confirm(client, person, change_id, old, new), 409, "email_taken")
    assert await email_of(client, person) == person.email
    problem(await ask(client, person, person.email.upper()), 422, "same_address", "/body/email")


async def test_a_change_belongs_to_one_person_one_session_and_ten_minutes(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    person, other = await factory.person(), await factory.person()
    change_id, old, new = await begun(client, person, mailbox)
    foreign = await confirm(client, other, change_id, old, new)
    problem(foreign, 404, "not_found")
    nothing = await confirm(client, other, client_id(), old, new)
    assert {**nothing.json(), "request_id": ""} == {**foreign.json(), "request_id": ""}, "check 2"
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        problem(await confirm(client, person, change_id, old, new), 410, "email_change_spent")
        assert await mailbox.deliver() == []
    await change_account(database, person, email="meanwhile@example.kr")
    problem(await confirm(client, person, change_id, old, new), 410, "email_change_spent")
    await change_account(database, person, email=person.email)
    async with database.write() as session:
        await end_session(session, person.session_id, SessionEnd.REVOKED)
    problem(await confirm(client, person, change_id, old, new), 401, "unauthenticated")


async def test_of_two_changes_one_spends_the_other(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    first, second = await begun(client, person, mailbox), await begun(client, person, mailbox, "b@example.kr")
    answers = await asyncio.gather(*(confirm(client, person, *change) for change in (first, second)))
    assert sorted(answer.status_code for answer in answers) == [204, 410]


async def test_the_sixth_wish_of_an_hour_has_to_wait_and_a_repeated_one_is_one(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    """Checks 9 and 12: per person, and per address that is written to."""
    person, others = await factory.person(), [await factory.person() for _ in range(5)]
    key = {"Idempotency-Key": "one"}
    first, again = await ask(client, person, **key), await ask(client, person, **key)
    assert first.json() == again.json()
    assert await rows_of(database, EmailChange) == 1
    for number in range(4):
        assert (await ask(client, person, f"a{number}@example.kr")).status_code == 201
    refused = await ask(client, person, "b@example.kr")
    problem(refused, 429, "too_many_tries")
    assert int(refused.headers["retry-after"]) <= 3_600
    answers = [(await ask(client, other, NEW.upper())).status_code for other in others]
    assert answers == [201, 201, 201, 201, 429]
