"""Signing in by a mailed code, through the API and the worker's handler."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import select, text

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.core.settings import Settings
from app.identity.sign_in import service
from app.identity.sign_in.events import SignInCodeRequested
from app.identity.sign_in.mail import SignInCodeSender
from app.identity.throttles import Limit
from app.mail.console import ConsoleMailTransport
from app.mail.transport import Mail, MailDelayed, MailError, MailRefused
from app.models import Model, OutboxEvent, Session, SignInCode, Throttle
from app.models.accounts import AccountStatus
from tests.conftest import started_app
from tests.factories import Factory, client_id
from tests.identity.application import client_of
from tests.identity.signing_in import (
    a_device,
    ask_for_code,
    bearer,
    change_account,
    code_for,
    problem,
    rows_of,
    sign_in_by_code,
    signed_in,
)

UNKNOWN = "nobody@example.kr"


class _FailingTransport:
    """Answers every mail with an error."""

    def __init__(self, error: MailError) -> None:
        self.error = error

    async def send(self, _mail: Mail) -> None:
        raise self.error

    async def aclose(self) -> None:
        """Hold nothing."""


@pytest.fixture
def mailbox() -> io.StringIO:
    """What the console transport printed."""
    return io.StringIO()


@pytest.fixture
def sender(database: Database, settings: Settings, mailbox: io.StringIO) -> SignInCodeSender:
    return SignInCodeSender(database, ConsoleMailTransport(mailbox), settings.signing_key)


async def requested_events(database: Database) -> list[SignInCodeRequested]:
    async with database.read() as connection:
        statement = select(OutboxEvent.payload).where(OutboxEvent.kind == SignInCodeRequested.kind)
        payloads = (await connection.scalars(statement.order_by(OutboxEvent.id))).all()
    assert all(set(payload) == {"code_id"} for payload in payloads), "ids only"
    return [SignInCodeRequested.model_validate(payload) for payload in payloads]


async def test_the_mailed_code_signs_in(
    client: httpx.AsyncClient, database: Database, factory: Factory, sender: SignInCodeSender, mailbox: io.StringIO
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email.upper())).json()
    (event,) = await requested_events(database)
    await sender.send_sign_in_code(event)
    assert f"to       {person.email}" in mailbox.getvalue()
    assert "로그인 코드" in mailbox.getvalue()
    (code,) = set(re.findall(r"\b\d{6}\b", mailbox.getvalue()))
    response = await sign_in_by_code(client, ticket["id"], code)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert tokens["access_token"].startswith("isa_")
    assert tokens["refresh_token"].startswith("isr_")
    me = await client.get("/v1/me", headers=bearer(tokens))
    assert me.json()["email"] == person.email


async def test_mail_is_written_in_the_language_of_the_account(
    client: httpx.AsyncClient, database: Database, factory: Factory, sender: SignInCodeSender, mailbox: io.StringIO
) -> None:
    person = await factory.person()
    await change_account(database, person, locale=Locale.ENGLISH)
    await ask_for_code(client, person.email)
    (event,) = await requested_events(database)
    await sender.send_sign_in_code(event)
    assert "Your sign-in code for Idea Storage" in mailbox.getvalue()


async def test_known_and_unknown_addresses_are_answered_alike(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    """Check 9."""
    person = await factory.person()
    known, unknown = await ask_for_code(client, person.email), await ask_for_code(client, UNKNOWN)
    assert known.status_code == unknown.status_code == 202
    for answer in (known, unknown):
        assert set(answer.json()) == {"id", "expires_at"}
        assert answer.headers["cache-control"] == "no-store"
    assert set(known.headers) == set(unknown.headers)
    # The same was written for both: one code, one event.
    assert await rows_of(database, SignInCode) == 2
    assert len(await requested_events(database)) == 2


async def test_guesses_for_an_unknown_address_are_answered_like_wrong_ones(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    ticket = (await ask_for_code(client, UNKNOWN)).json()
    right = await code_for(database, settings, ticket["id"])
    for _ in range(5):
        problem(await sign_in_by_code(client, ticket["id"], right), 401, "sign_in_code_refused")
    problem(await sign_in_by_code(client, ticket["id"], right), 401, "sign_in_code_spent")


@pytest.mark.parametrize("why", ["unknown", "suspended", "expired", "used", "gone"])
async def test_no_mail_is_sent_where_nobody_can_use_it(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    sender: SignInCodeSender,
    mailbox: io.StringIO,
    why: str,
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, UNKNOWN if why == "unknown" else person.email)).json()
    (event,) = await requested_events(database)
    if why == "suspended":
        await change_account(database, person, status=AccountStatus.SUSPENDED)
    if why == "used":
        code = await code_for(database, settings, ticket["id"])
        assert (await sign_in_by_code(client, ticket["id"], code)).status_code == 201
    if why == "gone":
        event = SignInCodeRequested(code_id=event.code_id + 1)
    with time_machine.travel(now() + timedelta(minutes=11 if why == "expired" else 0)):
        await sender.send_sign_in_code(event)
    assert mailbox.getvalue() == ""


async def test_a_refused_mail_is_given_up_and_a_delayed_one_tried_again(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    await ask_for_code(client, (await factory.person()).email)
    (event,) = await requested_events(database)
    await SignInCodeSender(
        database, _FailingTransport(MailRefused("smtp_550")), settings.signing_key
    ).send_sign_in_code(event)
    delayed = SignInCodeSender(database, _FailingTransport(MailDelayed("timeout")), settings.signing_key)
    with pytest.raises(MailDelayed):
        await delayed.send_sign_in_code(event)


async def test_the_code_stands_in_no_table(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email)).json()
    code = await code_for(database, settings, ticket["id"])
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                # Times have six digits after their point too.
                assert not any(code in str(value) for value in row if isinstance(value, str | bytes | dict)), table


async def test_five_wrong_tries_spend_a_code(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email)).json()
    right = await code_for(database, settings, ticket["id"])
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        problem(await sign_in_by_code(client, ticket["id"], wrong), 401, "sign_in_code_refused")
    problem(await sign_in_by_code(client, ticket["id"], right), 401, "sign_in_code_spent")
    other = (await ask_for_code(client, person.email)).json()
    code = await code_for(database, settings, other["id"])
    assert (await sign_in_by_code(client, other["id"], code)).status_code == 201


async def test_wrong_tries_at_one_moment_are_all_counted(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email)).json()
    wrong = f"{(int(await code_for(database, settings, ticket['id'])) + 1) % 1_000_000:06}"
    answers = await asyncio.gather(*(sign_in_by_code(client, ticket["id"], wrong) for _ in range(12)))
    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes == ["sign_in_code_refused"] * 5 + ["sign_in_code_spent"] * 7


async def test_a_code_signs_in_once_however_often_it_is_sent_at_once(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email)).json()
    code = await code_for(database, settings, ticket["id"])
    answers = await asyncio.gather(*(sign_in_by_code(client, ticket["id"], code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]
    assert await rows_of(database, Session, Session.account_id == person.id) == 2  # and the factory's


async def test_signing_in_spends_the_other_codes_of_the_person(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    first, second = [(await ask_for_code(client, person.email)).json()["id"] for _ in range(2)]
    assert (await sign_in_by_code(client, second, await code_for(database, settings, second))).status_code == 201
    problem(await sign_in_by_code(client, first, await code_for(database, settings, first)), 401, "sign_in_code_spent")


async def test_two_codes_of_one_person_at_once_open_one_session(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ids = [(await ask_for_code(client, person.email)).json()["id"] for _ in range(2)]
    codes = [await code_for(database, settings, code_id) for code_id in ids]
    answers = await asyncio.gather(*(sign_in_by_code(client, *each) for each in zip(ids, codes, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [201, 401]


async def test_expired_and_unknown_codes_are_spent(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    ticket = (await ask_for_code(client, (await factory.person()).email)).json()
    code = await code_for(database, settings, ticket["id"])
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        problem(await sign_in_by_code(client, ticket["id"], code), 401, "sign_in_code_spent")
    problem(await sign_in_by_code(client, client_id(), code), 401, "sign_in_code_spent")


async def test_person_suspended_after_asking_does_not_get_in(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person = await factory.person()
    ticket = (await ask_for_code(client, person.email)).json()
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    code = await code_for(database, settings, ticket["id"])
    problem(await sign_in_by_code(client, ticket["id"], code), 401, "sign_in_code_refused")


async def test_signing_in_again_on_an_installation_ends_the_session_before(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    person, device = await factory.person(), a_device()
    first = await signed_in(client, database, settings, person, device)
    second = await signed_in(client, database, settings, person, device)
    assert (await client.get("/v1/me", headers=bearer(first))).status_code == 401
    assert (await client.get("/v1/me", headers=bearer(second))).status_code == 200
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200


@pytest.mark.parametrize("is_known", [True, False])
async def test_the_sixth_request_of_an_hour_for_an_address_has_to_wait(
    client: httpx.AsyncClient, factory: Factory, database: Database, *, is_known: bool
) -> None:
    person, other = await factory.person(), await factory.person()
    email = person.email if is_known else UNKNOWN
    for _ in range(5):
        assert (await ask_for_code(client, email)).status_code == 202
    refused = await ask_for_code(client, email.upper())
    problem(refused, 429, "too_many_tries")
    assert 3_590 <= int(refused.headers["retry-after"]) <= 3_600
    assert await rows_of(database, SignInCode) == 5
    assert (await ask_for_code(client, other.email)).status_code == 202
    with time_machine.travel(now() + timedelta(hours=1, seconds=1)):
        assert (await ask_for_code(client, email)).status_code == 202


@pytest.fixture
def few_codes_per_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CODES_PER_CLIENT", Limit("code.client", 3, timedelta(hours=1)))


@pytest.fixture
async def behind_proxy(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API behind a proxy of 10.0.0.0/8."""
    async with started_app(settings.model_copy(update={"trusted_proxies": ("10.0.0.0/8",)})) as app:
        yield app


@pytest.mark.usefixtures("few_codes_per_client")
async def test_spoofed_forwarding_header_of_an_untrusted_peer_changes_no_limit(behind_proxy: FastAPI) -> None:
    """Check 11."""
    async with client_of(behind_proxy, "203.0.113.7") as client:
        answers = [
            await ask_for_code(client, f"a{number}@example.kr", **{"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(4)
        ]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    async with client_of(behind_proxy, "203.0.113.8") as client:
        assert (await ask_for_code(client, "b@example.kr")).status_code == 202


@pytest.mark.usefixtures("few_codes_per_client")
async def test_clients_behind_a_trusted_proxy_are_told_apart(behind_proxy: FastAPI) -> None:
    async with client_of(behind_proxy, "10.1.2.3") as client:
        for number in range(4):
            spoofed = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.7"}
            answer = await ask_for_code(client, f"a{number}@example.kr", **spoofed)
            assert answer.status_code == (202 if number < 3 else 429)
        other = await ask_for_code(client, "b@example.kr", **{"X-Forwarded-For": "198.51.100.8"})
        assert other.status_code == 202


async def test_throttles_hold_no_address_in_the_clear(client: httpx.AsyncClient, database: Database) -> None:
    await ask_for_code(client, UNKNOWN)
    async with database.read() as connection:
        keys = (await connection.scalars(select(Throttle.key))).all()
    assert len(keys) == 2
    assert all(len(key) == 32 and b"nobody" not in key for key in keys)
