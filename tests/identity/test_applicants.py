"""Making an account to apply with: by a mailed code, answered alike for known and unknown addresses."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.core.settings import Settings
from app.models import Account, ApplicantRegistration, OutboxEvent, Session
from app.models.accounts import AccountStatus
from tests.factories import TERMS, Factory
from tests.identity.mailbox import Mailbox, another, code_in
from tests.identity.signing_in import a_device, bearer, change_account, problem, rows_of

NEW = "new.person@example.kr"


@pytest.fixture
def mailbox(database: Database, settings: Settings) -> Mailbox:
    return Mailbox(database, settings)


async def register(client: httpx.AsyncClient, email: str = NEW, language: str = "ko", **changes: str) -> httpx.Response:
    body = {"email": email, "name": "김하늘", "terms_version": TERMS} | changes
    return await client.post("/v1/applicants", json=body, headers={"Accept-Language": language})


async def confirm(client: httpx.AsyncClient, registration_id: str, code: str, **device: str) -> httpx.Response:
    body: dict[str, Any] = {"registration_id": registration_id, "code": code, "device": a_device(**device)}
    return await client.post("/v1/applicants/confirm", json=body)


async def test_the_mailed_code_makes_an_account_that_belongs_nowhere(
    client: httpx.AsyncClient, database: Database, mailbox: Mailbox
) -> None:
    ticket = await register(client, NEW.upper(), "en")
    assert ticket.status_code == 202
    assert ticket.headers["cache-control"] == "no-store"
    assert await rows_of(database, Account) == 0, "without the code there is no account"
    (mail,) = await mailbox.deliver()
    assert (mail.to, mail.locale, "confirm" in mail.subject) == (NEW, Locale.ENGLISH, True)
    async with database.read() as connection:
        (payload,) = (await connection.scalars(select(OutboxEvent.payload))).all()
    assert set(payload) == {"registration_id"}, "ids only"
    problem(await confirm(client, ticket.json()["id"], another(code_in(mail))), 401, "sign_in_code_refused")
    confirmed = await confirm(client, ticket.json()["id"], code_in(mail))
    assert confirmed.status_code == 201, confirmed.text
    me = (await client.get("/v1/me", headers=bearer(confirmed.json()))).json()
    assert (me["email"], me["name"], me["locale"]) == (NEW, "김하늘", "en")
    assert (me["memberships"], me["coordinated_consortia"], me["affiliation"]) == ([], [], None)
    assert me["terms_required"] is False
    problem(await confirm(client, ticket.json()["id"], code_in(mail)), 401, "sign_in_code_spent")


async def test_who_has_an_account_is_signed_in_to_it(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person(name="이바다")
    known, unknown = await register(client, person.email), await register(client)
    assert known.status_code == unknown.status_code == 202
    assert set(known.json()) == set(unknown.json()) == {"id", "expires_at"}
    assert set(known.headers) == set(unknown.headers)
    mail, other = await mailbox.deliver()
    assert mail.text.replace(code_in(mail), "") == other.text.replace(code_in(other), "")
    tokens = (await confirm(client, known.json()["id"], code_in(mail))).json()
    me = (await client.get("/v1/me", headers=bearer(tokens))).json()
    assert (me["id"], me["name"]) == (str(person.public_id), "이바다")
    assert await rows_of(database, Account) == 1


async def test_no_code_reaches_or_opens_an_account_that_may_not_be_used(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    late = await register(client, person.email)
    (mail,) = await mailbox.deliver()
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    problem(await confirm(client, late.json()["id"], code_in(mail)), 401, "sign_in_code_spent")
    assert (await register(client, person.email)).status_code == 202
    assert await mailbox.deliver() == []


async def test_a_code_expires_and_takes_five_tries_also_at_once(
    client: httpx.AsyncClient, database: Database, mailbox: Mailbox
) -> None:
    tried, expired = (await register(client)).json()["id"], (await register(client)).json()["id"]
    mails = await mailbox.deliver()
    wrong = another(code_in(mails[0]))
    answers = await asyncio.gather(*(confirm(client, tried, wrong) for _ in range(7)))
    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes == ["sign_in_code_refused"] * 5 + ["sign_in_code_spent"] * 2
    problem(await confirm(client, tried, code_in(mails[0])), 401, "sign_in_code_spent")
    with time_machine.travel(now() + timedelta(minutes=11)):
        problem(await confirm(client, expired, code_in(mails[1])), 401, "sign_in_code_spent")
    assert await rows_of(database, ApplicantRegistration, ApplicantRegistration.used_at.is_not(None)) == 0


async def test_two_codes_of_one_address_used_at_once_make_one_account(
    client: httpx.AsyncClient, database: Database, mailbox: Mailbox
) -> None:
    tickets = [(await register(client)).json()["id"] for _ in range(3)]
    codes = [code_in(mail) for mail in await mailbox.deliver()]
    answers = await asyncio.gather(*(confirm(client, *pair) for pair in zip(tickets, codes, strict=True)))
    assert [answer.status_code for answer in answers] == [201] * 3
    assert (await rows_of(database, Account), await rows_of(database, Session)) == (1, 3)


async def test_terms_are_the_present_ones(client: httpx.AsyncClient, database: Database) -> None:
    problem(await register(client, terms_version="2015-01"), 422, "terms_outdated", "/body/terms_version")
    problem(await register(client, "no address"), 422, "invalid_email", "/body/email")
    assert await rows_of(database, ApplicantRegistration) == 0
