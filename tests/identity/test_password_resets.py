"""A new password by a mailed code: check 9, and what a thief of a mailbox does not get."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import time_machine
from sqlalchemy import select, text

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.core.settings import Settings
from app.identity.sign_in.codes import CodePurpose, code_of
from app.models import Model, OutboxEvent, PasswordReset, Session
from app.models.accounts import AccountStatus
from app.models.sessions import SessionEnd
from tests.factories import Factory, client_id
from tests.identity.mailbox import Mailbox, another, code_in
from tests.identity.signing_in import (
    PASSWORD,
    a_device,
    ask_for_code,
    bearer,
    change_account,
    code_for,
    problem,
    refresh,
    rows_of,
    set_password,
    sign_in_by_code,
    sign_in_by_password,
    signed_in,
)

NEW = "산 너머 9시 기차"
UNKNOWN = "nobody@example.kr"


@pytest.fixture
def mailbox(database: Database, settings: Settings) -> Mailbox:
    return Mailbox(database, settings)


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/password-resets", json={"email": email})


async def complete(client: httpx.AsyncClient, reset_id: str, code: str, new: str = NEW) -> httpx.Response:
    body = {"reset_id": reset_id, "code": code, "new_password": new}
    return await client.post("/v1/password-resets/complete", json=body)


async def test_the_mailed_code_sets_a_password_and_ends_all_sessions(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, mailbox: Mailbox
) -> None:
    """Check 6: a password change ends the tokens of before."""
    person, device = await factory.person(), a_device()
    await set_password(database, person)
    other = await signed_in(client, database, settings, person, device)
    signing_in = (await ask_for_code(client, person.email)).json()["id"]
    ticket = await ask(client, person.email.upper())
    assert ticket.headers["cache-control"] == "no-store"
    *_, mail = await mailbox.deliver()
    assert mail.to == person.email
    assert "비밀번호" in mail.subject
    response = await complete(client, ticket.json()["id"], code_in(mail))
    assert response.status_code == 204, response.text
    problem(await client.get("/v1/me", headers=person.headers), 401, "unauthenticated")
    problem(await client.get("/v1/me", headers=bearer(other)), 401, "unauthenticated")
    problem(await refresh(client, other["refresh_token"], device), 401, "refresh_refused")
    assert await rows_of(database, Session, Session.end_reason == SessionEnd.PASSWORD_CHANGED) == 2
    problem(await sign_in_by_password(client, person.email, PASSWORD), 401, "sign_in_refused")
    assert (await sign_in_by_password(client, person.email, NEW)).status_code == 201
    code = await code_for(database, settings, signing_in)
    problem(await sign_in_by_code(client, signing_in, code), 401, "sign_in_code_spent")
    (notice,) = await mailbox.deliver()
    assert (notice.to, "보안 알림" in notice.subject) == (person.email, True)
    problem(await complete(client, ticket.json()["id"], code_in(mail)), 401, "password_reset_spent")


async def test_a_reset_lets_a_person_in_who_had_tried_too_often(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    await set_password(database, person)
    for _ in range(5):
        problem(await sign_in_by_password(client, person.email, "전혀 다른 비밀번호"), 401, "sign_in_refused")
    problem(await sign_in_by_password(client, person.email), 429, "too_many_tries")
    ticket = (await ask(client, person.email)).json()
    (mail,) = await mailbox.deliver()
    assert (await complete(client, ticket["id"], code_in(mail))).status_code == 204
    assert (await sign_in_by_password(client, person.email, NEW)).status_code == 201


async def test_known_and_unknown_addresses_are_answered_alike(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, mailbox: Mailbox
) -> None:
    """Check 9: status, body and work are the same; a code nobody got opens nothing."""
    person = await factory.person()
    known, unknown = await ask(client, person.email), await ask(client, UNKNOWN)
    assert known.status_code == unknown.status_code == 202
    assert set(known.json()) == set(unknown.json()) == {"id", "expires_at"}
    assert set(known.headers) == set(unknown.headers)
    async with database.read() as connection:
        payloads = (await connection.scalars(select(OutboxEvent.payload))).all()
        resets = (await connection.execute(select(PasswordReset).order_by(PasswordReset.id))).all()
    assert [set(payload) for payload in payloads] == [{"reset_id"}] * 2, "ids only"
    (_mail,) = await mailbox.deliver()
    right = code_of(settings.signing_key, resets[1].public_id, resets[1].nonce, CodePurpose.PASSWORD_RESET)
    for _ in range(5):
        problem(await complete(client, unknown.json()["id"], right), 401, "password_reset_refused")
    problem(await complete(client, unknown.json()["id"], right), 401, "password_reset_spent")


async def test_five_wrong_tries_spend_a_code_also_at_once(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    ticket = (await ask(client, person.email)).json()
    (mail,) = await mailbox.deliver()
    wrong = another(code_in(mail))
    answers = await asyncio.gather(*(complete(client, ticket["id"], wrong) for _ in range(8)))
    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes == ["password_reset_refused"] * 5 + ["password_reset_spent"] * 3
    problem(await complete(client, ticket["id"], code_in(mail)), 401, "password_reset_spent")
    problem(await sign_in_by_password(client, person.email, NEW), 401, "sign_in_refused")


async def test_a_code_resets_once_however_often_it_is_sent_at_once(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    ticket = (await ask(client, (await factory.person()).email)).json()
    (mail,) = await mailbox.deliver()
    answers = await asyncio.gather(*(complete(client, ticket["id"], code_in(mail), f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401, 401]


async def test_codes_of_one_purpose_do_not_serve_another(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    signing_in, resetting = (await ask_for_code(client, person.email)).json(), (await ask(client, person.email)).json()
    await mailbox.deliver()
    code = await code_for(database, settings, signing_in["id"])
    problem(await complete(client, signing_in["id"], code), 401, "password_reset_spent")
    reset_code = code_in(mailbox.sent[-1])
    problem(await sign_in_by_code(client, resetting["id"], reset_code), 401, "sign_in_code_spent")
    problem(await complete(client, resetting["id"], another(reset_code)), 401, "password_reset_refused")


async def test_bad_passwords_are_refused_without_spending_the_code(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    ticket = (await ask(client, person.email)).json()
    (mail,) = await mailbox.deliver()
    for new, code in (
        ("짧아요", "password_too_short"),
        ("비밀번호12345678", "password_common"),
        ("김하늘김하늘김하늘김하늘", "password_personal"),
    ):
        problem(await complete(client, ticket["id"], code_in(mail), new), 422, code, "/body/new_password")
    # Whether a word is personal is told only to who has the code.
    wrong = await complete(client, ticket["id"], another(code_in(mail)), "김하늘김하늘김하늘김하늘")
    problem(wrong, 401, "password_reset_refused")
    assert (await complete(client, ticket["id"], code_in(mail))).status_code == 204


async def test_expired_unknown_and_suspended(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    person = await factory.person()
    ticket = (await ask(client, person.email)).json()
    (mail,) = await mailbox.deliver()
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        problem(await complete(client, ticket["id"], code_in(mail)), 401, "password_reset_spent")
        assert await mailbox.deliver() == []
    problem(await complete(client, client_id(), code_in(mail)), 401, "password_reset_spent")
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    problem(await complete(client, ticket["id"], code_in(mail)), 401, "password_reset_refused")
    await ask(client, person.email)
    assert await mailbox.deliver() == []


async def test_the_sixth_request_of_an_hour_for_an_address_has_to_wait(
    client: httpx.AsyncClient, factory: Factory, mailbox: Mailbox, database: Database
) -> None:
    """Check 9."""
    person, other = await factory.person(), await factory.person()
    await change_account(database, person, locale=Locale.ENGLISH)
    for email in (person.email, UNKNOWN):
        for _ in range(5):
            assert (await ask(client, email)).status_code == 202
        refused = await ask(client, email.upper())
        problem(refused, 429, "too_many_tries")
        assert 3_590 <= int(refused.headers["retry-after"]) <= 3_600
    assert (await ask(client, other.email)).status_code == 202
    sent = await mailbox.deliver()
    assert [mail.to for mail in sent] == [person.email] * 5 + [other.email]
    assert "reset your password" in sent[0].text


async def test_the_code_stands_in_no_table(
    client: httpx.AsyncClient, database: Database, factory: Factory, mailbox: Mailbox
) -> None:
    await ask(client, (await factory.person()).email)
    (mail,) = await mailbox.deliver()
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                found = [
                    value for value in row if isinstance(value, str | bytes | dict) and code_in(mail) in str(value)
                ]
                assert found == [], table
