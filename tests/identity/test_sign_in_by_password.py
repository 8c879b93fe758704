"""Signing in by password, through the API."""

import asyncio
import unicodedata
from datetime import timedelta

import httpx
import pytest
import time_machine
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.identity.passwords import hashing
from app.identity.passwords.hashing import Verification, verify_password
from app.identity.sign_in import service
from app.identity.throttles import BAD_PASSWORDS_PER_CLIENT
from app.models import Account, Session, Throttle
from app.models.accounts import AccountStatus
from tests.factories import Factory
from tests.identity.signing_in import (
    PASSWORD,
    bearer,
    change_account,
    problem,
    rows_of,
    set_password,
    sign_in_by_password,
)

WRONG = "전혀 다른 비밀번호"


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of each hash that a password is verified against."""
    seen: list[str] = []
    verify = Argon2Hasher.verify

    def noting(self: Argon2Hasher, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - pwdlib's name
        seen.append(str(hash).rsplit("$", 2)[0])
        return verify(self, password, hash)

    monkeypatch.setattr(Argon2Hasher, "verify", noting)
    return seen


async def stored_hash(database: Database, account_id: int) -> str:
    async with database.read() as connection:
        found = await connection.scalar(select(Account.password_hash).where(Account.id == account_id))
    assert found is not None
    return found


async def test_password_signs_in(client: httpx.AsyncClient, database: Database, factory: Factory) -> None:
    person = await factory.person()
    await set_password(database, person)
    response = await sign_in_by_password(client, person.email.upper())
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    assert (await client.get("/v1/me", headers=bearer(response.json()))).json()["has_password"] is True
    assert await rows_of(database, Throttle) == 0


async def test_password_typed_in_parts_is_the_same_one(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    await set_password(database, person)
    typed = unicodedata.normalize("NFD", PASSWORD)
    assert typed != PASSWORD
    assert (await sign_in_by_password(client, person.email, typed)).status_code == 201
    problem(await sign_in_by_password(client, person.email, f" {PASSWORD}"), 401, "sign_in_refused")


@pytest.mark.parametrize("who", ["known", "unknown", "without_password", "suspended"])
async def test_nobody_learns_which_addresses_are_known(
    client: httpx.AsyncClient, database: Database, factory: Factory, verifications: list[str], who: str
) -> None:
    """Check 9: the same status, body and code path, counted by the hashes that are computed, for every address."""
    person = await factory.person()
    if who in ("known", "suspended"):
        await set_password(database, person)
    if who == "suspended":
        await change_account(database, person, status=AccountStatus.SUSPENDED)
    email = "nobody@example.kr" if who == "unknown" else person.email
    password = PASSWORD if who == "suspended" else WRONG
    response = await sign_in_by_password(client, email, password)
    problem(response, 401, "sign_in_refused")
    body = response.json()
    del body["request_id"]
    assert body == {
        "type": "about:blank",
        "title": "로그인할 수 없습니다",
        "status": 401,
        "code": "sign_in_refused",
        "detail": "이메일 또는 비밀번호가 올바르지 않습니다. 메일로 받는 코드로도 로그인할 수 있습니다.",
        "errors": [],
    }
    assert verifications == ["$argon2id$v=19$m=47104,t=1,p=1"]
    assert await rows_of(database, Throttle) == 2


async def test_the_sixth_bad_sign_in_has_to_wait_and_other_people_do_not(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    """Check 9."""
    person, other = await factory.person(), await factory.person()
    await set_password(database, person)
    await set_password(database, other)
    for _ in range(5):
        problem(await sign_in_by_password(client, person.email, WRONG), 401, "sign_in_refused")
    refused = await sign_in_by_password(client, person.email, WRONG)
    problem(refused, 429, "too_many_tries")
    assert 1 <= int(refused.headers["retry-after"]) <= 900
    problem(await sign_in_by_password(client, person.email, PASSWORD), 429, "too_many_tries")
    assert (await sign_in_by_password(client, other.email)).status_code == 201
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
        assert (await sign_in_by_password(client, person.email)).status_code == 201


async def test_an_unknown_address_has_to_wait_just_as_well(client: httpx.AsyncClient) -> None:
    answers = [await sign_in_by_password(client, "nobody@example.kr", WRONG) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_spoofed_forwarding_headers_do_not_help_guessing(
    client: httpx.AsyncClient, database: Database, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 11."""
    limit = BAD_PASSWORDS_PER_CLIENT
    monkeypatch.setattr(service, "BAD_PASSWORDS_PER_CLIENT", type(limit)(limit.purpose, 3, limit.window))
    statuses = [
        (
            await sign_in_by_password(
                client, f"nobody{number}@example.kr", WRONG, **{"X-Forwarded-For": f"198.51.100.{number}"}
            )
        ).status_code
        for number in range(4)
    ]
    assert statuses == [401, 401, 401, 429]


async def test_guesses_at_one_moment_are_all_counted(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    await set_password(database, person)
    answers = await asyncio.gather(*(sign_in_by_password(client, person.email, WRONG) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7


async def test_signing_in_forgives_earlier_failures(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    await set_password(database, person)
    for _ in range(2):
        for _ in range(4):
            problem(await sign_in_by_password(client, person.email, WRONG), 401, "sign_in_refused")
        assert (await sign_in_by_password(client, person.email)).status_code == 201


async def test_hash_of_older_parameters_is_renewed_at_sign_in(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    weaker = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1)
    person = await factory.person(password_hash=weaker.hash(PASSWORD))
    assert (await sign_in_by_password(client, person.email)).status_code == 201
    renewed = await stored_hash(database, person.id)
    assert renewed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert (await verify_password(PASSWORD, renewed)) == Verification(matches=True, new_hash=None)
    assert (await sign_in_by_password(client, person.email)).status_code == 201
    assert await stored_hash(database, person.id) == renewed


@pytest.mark.parametrize("change", ["password", "status"])
async def test_what_changes_during_verification_counts(
    client: httpx.AsyncClient, database: Database, factory: Factory, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Hashing comes before the write transaction, which checks again; meanwhile others can write."""
    person = await factory.person()
    await set_password(database, person)

    async def verify_slowly(password: str, stored: str | None) -> Verification:
        verification = await verify_password(password, stored)
        if change == "password":
            await set_password(database, person, "산 너머 9시 기차")
        else:
            await change_account(database, person, status=AccountStatus.SUSPENDED)
        return verification

    monkeypatch.setattr(service, "verify_password", verify_slowly)
    problem(await sign_in_by_password(client, person.email), 401, "sign_in_refused")
    assert await rows_of(database, Session, Session.account_id == person.id) == 1  # the factory's


async def test_too_many_waiting_for_a_hash_are_told_to_come_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_MAX_PENDING", 0)
    response = await sign_in_by_password(client, "nobody@example.kr")
    problem(response, 503, "sign_in_busy")
    assert response.headers["retry-after"] == "2"
