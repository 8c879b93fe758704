"""The second factor: set up, asked for, used once, renewed, removed, reset."""

import asyncio
from datetime import timedelta

import httpx
import pyotp
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.core.sealing import Unreadable, seal, unseal
from app.core.settings import Environment, Settings
from app.models import AuditEntry, RecoveryCode, Session, SignInChallenge, TotpFactor
from app.models.accounts import AccountStatus
from tests.conftest import started_app
from tests.factories import Factory, Person, client_id
from tests.identity.application import client_of
from tests.identity.authenticator import Authenticator, confirm, enrolled, second_step
from tests.identity.mailbox import Mailbox
from tests.identity.signing_in import (
    Json,
    ask_for_code,
    bearer,
    change_account,
    code_for,
    problem,
    rows_of,
    set_password,
    sign_in_by_code,
    sign_in_by_password,
)


@pytest.fixture
async def person(database: Database, factory: Factory) -> Person:
    made = await factory.person()
    await set_password(database, made)
    return made


async def challenged(client: httpx.AsyncClient, person: Person) -> Json:
    response = await sign_in_by_password(client, person.email)
    assert response.status_code == 202, response.text
    assert set(response.json()) == {"challenge_token", "expires_at"}
    assert response.headers["cache-control"] == "no-store"
    challenge: Json = response.json()
    return challenge


async def state(client: httpx.AsyncClient, person: Person) -> Json:
    shown: Json = (await client.get("/v1/me/second-factor", headers=person.headers)).json()
    return shown


async def post(client: httpx.AsyncClient, person: Person, act: str, code: str) -> httpx.Response:
    return await client.post(f"/v1/me/second-factor/{act}", json={"code": code}, headers=person.headers)


async def test_setting_up_and_signing_in_by_two_steps(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person
) -> None:
    assert await state(client, person) == {
        "is_enabled": False,
        "is_required": False,
        "enabled_at": None,
        "recovery_codes_left": 0,
    }
    other = (await sign_in_by_password(client, person.email)).json()
    app = await enrolled(client, person)
    assert len(set(app.recovery_codes)) == 10
    shown = await state(client, person)
    assert (shown["is_enabled"], shown["recovery_codes_left"]) == (True, 10)
    problem(await client.get("/v1/me", headers=bearer(other)), 401, "unauthenticated")
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200
    sessions = await rows_of(database, Session)
    challenge = await challenged(client, person)
    assert await rows_of(database, Session) == sessions, "no session before the second step"
    problem(
        await client.get("/v1/me", headers=bearer({"access_token": challenge["challenge_token"]})),
        401,
        "unauthenticated",
    )
    response = await second_step(client, challenge, app.code())
    assert response.status_code == 201, response.text
    assert (await client.get("/v1/me", headers=bearer(response.json()))).status_code == 200
    problem(await second_step(client, challenge, app.code(1)), 401, "sign_in_challenge_spent")
    # A mailed code is a first factor, too.
    ticket = (await ask_for_code(client, person.email)).json()["id"]
    by_code = await sign_in_by_code(client, ticket, await code_for(database, settings, ticket))
    assert by_code.status_code == 202
    assert (await second_step(client, by_code.json(), app.code(1))).status_code == 201


async def test_the_secret_is_what_apps_read_and_no_copy_of_the_database_tells_it(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person
) -> None:
    given = (await client.post("/v1/me/second-factor/totp", headers=person.headers)).json()
    parsed = pyotp.parse_uri(given["uri"])
    assert (parsed.secret, parsed.name, parsed.issuer) == (given["secret"], person.email, "Idea Storage")
    async with database.read() as connection:
        sealed = (await connection.scalars(select(TotpFactor.sealed_secret))).one()
    assert given["secret"].encode() not in sealed
    assert unseal(settings.signing_key, "totp", person.id, sealed).decode() == given["secret"]
    for key, purpose, owner, value in (
        (b"another key", "totp", person.id, sealed),
        (settings.signing_key, "other", person.id, sealed),
        (settings.signing_key, "totp", person.id + 1, sealed),
        (settings.signing_key, "totp", person.id, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (settings.signing_key, "totp", person.id, b"short"),
    ):
        with pytest.raises(Unreadable):
            unseal(key, purpose, owner, value)
    assert seal(settings.signing_key, "totp", person.id, b"x") != seal(settings.signing_key, "totp", person.id, b"x")


async def test_a_code_serves_once_within_its_window_and_never_before_it(
    client: httpx.AsyncClient, person: Person
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app = await enrolled(client, person)
        first, second, third = [await challenged(client, person) for _ in range(3)]
        code = app.code()
        answers = await asyncio.gather(*(second_step(client, each, code) for each in (first, second)))
        assert sorted(answer.status_code for answer in answers) == [201, 401]
        again = await challenged(client, person)
        problem(await second_step(client, again, code), 401, "second_factor_refused")
        problem(await second_step(client, again, app.code(-1)), 401, "second_factor_refused")
        problem(await second_step(client, again, app.code(2)), 401, "second_factor_refused")
        assert (await second_step(client, again, app.code(1))).status_code == 201
        clock.shift(120)
        later = await challenged(client, person)
        problem(await second_step(client, later, code), 401, "second_factor_refused")
        assert (await second_step(client, later, app.code())).status_code == 201
        problem(await second_step(client, third, app.code(1)), 401, "sign_in_challenge_spent")


async def test_recovery_codes_serve_once_each_and_are_stored_as_digests(
    client: httpx.AsyncClient, database: Database, factory: Factory, person: Person
) -> None:
    app = await enrolled(client, person)
    other = await factory.person()
    foreign = await enrolled(client, other)
    code = app.recovery_codes[0]
    answers = await asyncio.gather(
        *[second_step(client, await challenged(client, person), code.lower().replace("-", " ")) for _ in range(2)]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 401]
    challenge = await challenged(client, person)
    for wrong in (code, foreign.recovery_codes[0], "ABCD-EFGH-IJKL-MNOP"):
        problem(await second_step(client, challenge, wrong), 401, "second_factor_refused")
    assert (await second_step(client, challenge, app.recovery_codes[1])).status_code == 201
    assert (await state(client, person))["recovery_codes_left"] == 8
    async with database.read() as connection:
        digests = (await connection.scalars(select(RecoveryCode.digest))).all()
    assert not any(code.encode() in digest for digest in digests)
    renewed = (await post(client, person, "recovery-codes", app.code())).json()["codes"]
    assert set(renewed).isdisjoint(app.recovery_codes)
    challenge = await challenged(client, person)
    problem(await second_step(client, challenge, app.recovery_codes[2]), 401, "second_factor_refused")
    assert (await second_step(client, challenge, renewed[0])).status_code == 201


async def test_sixth_wrong_code_has_to_wait_and_other_people_do_not(
    client: httpx.AsyncClient, factory: Factory, database: Database, person: Person
) -> None:
    """Check 9, for the second step and for a fresh code alike."""
    app, other = await enrolled(client, person), await factory.person()
    await set_password(database, other)
    others = await enrolled(client, other)
    challenge = await challenged(client, person)
    for _ in range(3):
        problem(await second_step(client, challenge, app.wrong), 401, "second_factor_refused")
    for _ in range(2):
        problem(await post(client, person, "disable", app.wrong), 422, "wrong_code", "/body/code")
    for refused in (
        await second_step(client, await challenged(client, person), app.code()),
        await post(client, person, "disable", app.code()),
        await post(client, person, "recovery-codes", app.recovery_codes[0]),
    ):
        problem(refused, 429, "too_many_tries")
        assert 0 < int(refused.headers["retry-after"]) <= 900
    assert (await second_step(client, await challenged(client, other), others.code())).status_code == 201
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
        assert (await second_step(client, await challenged(client, person), app.code())).status_code == 201


async def test_a_challenge_ends_after_five_minutes_five_tries_and_with_the_password(
    client: httpx.AsyncClient, database: Database, person: Person
) -> None:
    app = await enrolled(client, person)
    challenge = await challenged(client, person)
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        problem(await second_step(client, challenge, app.code()), 401, "sign_in_challenge_spent")
    async with database.write() as session:
        await session.execute(update(SignInChallenge).values(tries=5))
    problem(await second_step(client, challenge, app.code()), 401, "sign_in_challenge_spent")
    challenge = await challenged(client, person)
    change = {"current_password": "바다 건너 7시 회의", "new_password": "산 너머 9시 기차"}
    assert (await client.post("/v1/me/password", json=change, headers=person.headers)).status_code == 204
    problem(await second_step(client, challenge, app.code()), 401, "sign_in_challenge_spent")
    problem(await second_step(client, {"challenge_token": "isc_nothing"}, app.code()), 401, "sign_in_challenge_spent")


async def test_suspended_person_does_not_get_through_the_second_step(
    client: httpx.AsyncClient, database: Database, person: Person
) -> None:
    app = await enrolled(client, person)
    challenge = await challenged(client, person)
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    problem(await second_step(client, challenge, app.code()), 401, "sign_in_challenge_spent")


async def test_setting_up_needs_a_right_code_and_comes_before_all_else(
    client: httpx.AsyncClient, person: Person
) -> None:
    for act in ("disable", "recovery-codes", "totp/confirm"):
        problem(await post(client, person, act, "123456"), 409, "no_second_factor")
    first = (await client.post("/v1/me/second-factor/totp", headers=person.headers)).json()
    pending = Authenticator(first["secret"], [])
    problem(await confirm(client, person, pending.wrong), 422, "wrong_code", "/body/code")
    assert (await sign_in_by_password(client, person.email)).status_code == 201, "not in force before it is confirmed"
    second = (await client.post("/v1/me/second-factor/totp", headers=person.headers)).json()
    problem(await confirm(client, person, pending.code()), 422, "wrong_code", "/body/code")
    assert (await confirm(client, person, Authenticator(second["secret"], []).code())).status_code == 200
    problem(await client.post("/v1/me/second-factor/totp", headers=person.headers), 409, "second_factor_enabled")
    problem(await confirm(client, person, "123456"), 409, "second_factor_enabled")


async def test_removing_needs_a_fresh_code_and_is_told_by_mail(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person
) -> None:
    mailbox = Mailbox(database, settings)
    app = await enrolled(client, person)
    problem(await post(client, person, "disable", app.code(-1)), 422, "wrong_code", "/body/code")
    assert (await post(client, person, "disable", app.recovery_codes[3])).status_code == 204
    assert await rows_of(database, RecoveryCode) == 0
    assert (await sign_in_by_password(client, person.email)).status_code == 201
    assert [mail.to for mail in await mailbox.deliver()] == [person.email] * 2


async def test_operator_resets_it_on_the_record(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, person: Person
) -> None:
    operator, coordinator = await factory.person(is_operator=True), await factory.person()
    mailbox = Mailbox(database, settings)
    await enrolled(client, person)
    await enrolled(client, operator)
    challenge = await challenged(client, person)
    path = f"/v1/accounts/{person.public_id}/second-factor"
    problem(await client.delete(path, headers=coordinator.headers), 403, "forbidden")
    missing = f"/v1/accounts/{client_id()}/second-factor"
    problem(await client.delete(missing, headers=operator.headers), 404, "not_found")
    own = f"/v1/accounts/{operator.public_id}/second-factor"
    problem(await client.delete(own, headers=operator.headers), 403, "forbidden")
    await mailbox.deliver()
    for _ in range(2):
        assert (await client.delete(path, headers=operator.headers)).status_code == 204
    async with database.read() as connection:
        entries = (
            await connection.execute(
                select(AuditEntry.actor_id, AuditEntry.target_id).where(AuditEntry.action == "second_factor.reset")
            )
        ).all()
    assert entries == [(operator.id, person.id)], "the second time there was nothing to reset"
    assert [mail.to for mail in await mailbox.deliver()] == [person.email]
    problem(await client.get("/v1/me", headers=person.headers), 401, "unauthenticated")
    problem(await second_step(client, challenge, "123456"), 401, "sign_in_challenge_spent")
    assert (await sign_in_by_password(client, person.email)).status_code == 201


async def test_changed_key_leaves_the_recovery_codes(
    client: httpx.AsyncClient, settings: Settings, person: Person
) -> None:
    app = await enrolled(client, person)
    changed = Settings(_env_file=None, database_url=settings.database_url, secret_key="another-key-" * 4)
    async with started_app(changed) as api, client_of(api) as later:
        challenge = await challenged(later, person)
        problem(await second_step(later, challenge, app.code()), 401, "second_factor_refused")
        assert (await second_step(later, challenge, app.recovery_codes[0])).status_code == 201


async def test_staff_without_one_may_only_set_it_up(settings: Settings, factory: Factory) -> None:
    """Required in production: of all routes, those that are marked serve."""
    consortium = await factory.consortium()
    operator, coordinator = await factory.person(is_operator=True), await factory.person(coordinates=consortium)
    member = await factory.person(await factory.mini_cluster(consortium))
    assert settings.model_copy(update={"environment": Environment.PRODUCTION}).staff_needs_second_factor
    strict = settings.model_copy(update={"staff_second_factor": "required"})
    async with started_app(strict) as app, client_of(app) as client:
        assert (await client.get("/v1/feeds/home", headers=member.headers)).status_code == 200
        for person in (operator, coordinator):
            await _only_setting_up_serves(app, client, person)
            await enrolled(client, person)
            assert (await client.get("/v1/feeds/home", headers=person.headers)).status_code == 200
            assert (await state(client, person))["is_required"]
        assert not (await state(client, member))["is_required"]


async def _only_setting_up_serves(app: FastAPI, client: httpx.AsyncClient, person: Person) -> None:
    served, closed = set(), 0
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            if not operation["security"] or method == "delete" or "{" in path:
                continue
            response = await client.request(method, path, headers=person.headers)
            if response.status_code == 403 and response.json()["code"] == "second_factor_required":
                closed += 1
            elif response.status_code != 422 or operation.get("x-without-second-factor"):
                served.add((method, path))
    assert closed > 10
    assert served == {
        ("get", "/v1/me"),
        ("get", "/v1/me/data-exports"),
        ("get", "/v1/me/erasure"),
        ("get", "/v1/me/sessions"),
        ("get", "/v1/me/second-factor"),
        ("post", "/v1/me/second-factor/totp"),
        ("post", "/v1/me/second-factor/totp/confirm"),
    }
