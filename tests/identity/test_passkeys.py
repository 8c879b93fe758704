"""Passkeys: registered, used, refused where anything about them is not as it should be."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Environment, Settings
from app.identity.passkeys import service
from app.models import Passkey, PasskeyChallenge, Session
from app.models.accounts import AccountStatus
from tests.conftest import started_app
from tests.factories import Factory, Person
from tests.identity.application import client_of
from tests.identity.authenticator import enrolled
from tests.identity.mailbox import Mailbox
from tests.identity.signing_in import (
    PASSWORD,
    Json,
    a_device,
    bearer,
    change_account,
    problem,
    rows_of,
    set_password,
)
from tests.identity.soft_passkey import DOMAIN, ORIGIN, SoftPasskey

ANDROID = "android:apk-key-hash:" + "A" * 43
PASSKEYS = {"passkey_domain": DOMAIN, "passkey_origins": (ORIGIN, ANDROID)}


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API of an installation with passkeys."""
    async with started_app(settings.model_copy(update=PASSKEYS)) as app, client_of(app) as client:
        yield client


@pytest.fixture
async def person(database: Database, factory: Factory) -> Person:
    made = await factory.person()
    await set_password(database, made)
    return made


async def begin(api: httpx.AsyncClient, person: Person, **proof: str) -> Json:
    body = {"password": PASSWORD} | proof
    response = await api.post("/v1/me/passkey-challenges", json=body, headers=person.headers)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    challenge: Json = response.json()
    return challenge


async def register(
    api: httpx.AsyncClient, person: Person, challenge: Json, credential: str, name: str = "Galaxy S26"
) -> httpx.Response:
    body = {"challenge_id": challenge["id"], "credential": credential, "name": name}
    return await api.post("/v1/me/passkeys", json=body, headers=person.headers)


async def registered(api: httpx.AsyncClient, person: Person, passkey: SoftPasskey, **proof: str) -> Json:
    challenge = await begin(api, person, **proof)
    response = await register(api, person, challenge, passkey.create(challenge["options"]))
    assert response.status_code == 201, response.text
    shown: Json = response.json()
    return shown


async def challenged(api: httpx.AsyncClient) -> Json:
    response = await api.post("/v1/passkey-challenges")
    assert response.status_code == 201, response.text
    challenge: Json = response.json()
    return challenge


async def answer(api: httpx.AsyncClient, challenge: Json, credential: str) -> httpx.Response:
    body = {"challenge_id": challenge["id"], "credential": credential, "device": a_device()}
    return await api.post("/v1/sessions/passkey", json=body)


async def sign_in(api: httpx.AsyncClient, passkey: SoftPasskey, **client_data: Any) -> httpx.Response:
    challenge = await challenged(api)
    return await answer(api, challenge, passkey.get(challenge["options"], **client_data))


async def test_registered_and_used_without_an_address_and_a_second_step(
    api: httpx.AsyncClient, database: Database, settings: Settings, person: Person
) -> None:
    app = await enrolled(api, person)
    passkey = SoftPasskey()
    challenge = await begin(api, person, second_factor_code=app.code())
    options = json.loads(challenge["options"])
    assert options["rp"]["id"] == DOMAIN
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    mailbox = Mailbox(database, settings)
    await mailbox.deliver()
    shown = (await register(api, person, challenge, passkey.create(challenge["options"]))).json()
    assert (shown["name"], shown["last_used_at"]) == ("Galaxy S26", None)
    (mail,) = await mailbox.deliver()
    assert "패스키를 등록" in mail.text
    signed_in = await sign_in(api, passkey)
    assert signed_in.status_code == 201, signed_in.text
    assert (await api.get("/v1/me", headers=bearer(signed_in.json()))).json()["id"] == str(person.public_id)
    (listed,) = (await api.get("/v1/me/passkeys", headers=person.headers)).json()["items"]
    assert listed["last_used_at"] is not None
    assert await rows_of(database, PasskeyChallenge) == 0


async def test_renamed_and_deleted(api: httpx.AsyncClient, factory: Factory, person: Person) -> None:
    passkey, stranger = SoftPasskey(), await factory.person()
    path = f"/v1/me/passkeys/{(await registered(api, person, passkey))['id']}"
    renamed = await api.patch(path, json={"name": "회사 노트북"}, headers=person.headers)
    assert renamed.json()["name"] == "회사 노트북"
    for method, body in (("PATCH", {"name": "내 것"}), ("DELETE", None)):
        problem(await api.request(method, path, json=body, headers=stranger.headers), 404, "not_found")
    assert (await api.delete(path, headers=person.headers)).status_code == 204
    problem(await api.delete(path, headers=person.headers), 404, "not_found")
    problem(await sign_in(api, passkey), 401, "passkey_refused")


async def test_registering_asks_again_who_somebody_is(
    api: httpx.AsyncClient, database: Database, person: Person
) -> None:
    path = "/v1/me/passkey-challenges"
    wrong = await api.post(path, json={"password": "전혀 다른 비밀번호"}, headers=person.headers)
    problem(wrong, 422, "wrong_password", "/body/password")
    assert await rows_of(database, PasskeyChallenge) == 0


BAD_AT_REGISTRATION: dict[str, tuple[SoftPasskey, dict[str, Any]]] = {
    "wrong origin": (SoftPasskey(origin="https://evil.example"), {}),
    "origin that begins alike": (SoftPasskey(origin=f"{ORIGIN}.evil.example"), {}),
    "another app": (SoftPasskey(origin="android:apk-key-hash:" + "B" * 43), {}),
    "wrong domain": (SoftPasskey(domain="evil.example"), {}),
    "no user verification": (SoftPasskey(flags=0x01), {}),
    "nobody there": (SoftPasskey(flags=0x04), {}),
    "of a sign-in": (SoftPasskey(), {"type": "webauthn.get"}),
    "another challenge": (SoftPasskey(), {"challenge": "AAAA"}),
}


async def test_a_bad_answer_registers_nothing_and_spends_the_challenge(
    api: httpx.AsyncClient, database: Database, person: Person
) -> None:
    for name, (passkey, client_data) in BAD_AT_REGISTRATION.items():
        challenge = await begin(api, person)
        refused = await register(api, person, challenge, passkey.create(challenge["options"], **client_data))
        assert refused.status_code == 422, name
        problem(refused, 422, "passkey_refused", "/body/credential")
        again = await register(api, person, challenge, SoftPasskey().create(challenge["options"]))
        problem(again, 410, "passkey_challenge_spent")
    for garbage in ("{}", "[]", "null", "77", '{"id": 1}', "[" * 8_000, '{"response": {"userHandle": 1}}'):
        challenge = await begin(api, person)
        problem(await register(api, person, challenge, garbage), 422, "passkey_refused", "/body/credential")
        problem(await answer(api, await challenged(api), garbage), 401, "passkey_refused")
    assert await rows_of(database, Passkey) == 0


async def test_an_android_app_is_an_origin(api: httpx.AsyncClient, person: Person) -> None:
    passkey = SoftPasskey(origin=ANDROID)
    await registered(api, person, passkey)
    assert (await sign_in(api, passkey)).status_code == 201


async def test_bad_answers_sign_nobody_in(
    api: httpx.AsyncClient, database: Database, factory: Factory, person: Person
) -> None:
    """Wrong origin, domain, key, person; a foreign credential; a challenge of a registration; nobody verified."""
    good, other = SoftPasskey(), await factory.person()
    await set_password(database, other)
    await registered(api, person, good)
    sessions = await rows_of(database, Session)
    same: dict[str, Any] = {"credential_id": good.credential_id, "key": good.key, "user_handle": good.user_handle}
    bad: dict[str, SoftPasskey] = {
        "wrong origin": SoftPasskey(origin="https://evil.example", **same),
        "wrong domain": SoftPasskey(domain="evil.example", **same),
        "no user verification": SoftPasskey(flags=0x01, **same),
        "another key": SoftPasskey(**same | {"key": ec.generate_private_key(ec.SECP256R1())}),
        "another person": SoftPasskey(**same | {"user_handle": other.public_id.bytes}),
        "no person": SoftPasskey(**same | {"user_handle": b""}),
        "foreign credential": SoftPasskey(user_handle=person.public_id.bytes),
    }
    for name, passkey in bad.items():
        refused = await sign_in(api, passkey)
        assert refused.status_code == 401, name
        problem(refused, 401, "passkey_refused")
    problem(await sign_in(api, good, type="webauthn.create"), 401, "passkey_refused")
    problem(await sign_in(api, good, challenge="AAAA"), 401, "passkey_refused")
    of_registration = await begin(api, person)
    problem(await answer(api, of_registration, good.get(of_registration["options"])), 401, "passkey_challenge_spent")
    of_sign_in = await challenged(api)
    options = json.loads(of_registration["options"]) | {"challenge": json.loads(of_sign_in["options"])["challenge"]}
    spent = await register(api, person, of_sign_in, SoftPasskey().create(json.dumps(options)))
    problem(spent, 410, "passkey_challenge_spent")
    assert await rows_of(database, Session) == sessions
    assert (await sign_in(api, good)).status_code == 201


async def test_a_challenge_is_answered_once_and_in_time(
    api: httpx.AsyncClient, database: Database, person: Person
) -> None:
    """A replayed answer, two at once, one that comes too late."""
    passkey = SoftPasskey()
    await registered(api, person, passkey)
    challenge = await challenged(api)
    credential = passkey.get(challenge["options"])
    answers = await asyncio.gather(*(answer(api, challenge, credential) for _ in range(4)))
    assert sorted(given.status_code for given in answers) == [201, 401, 401, 401]
    problem(await answer(api, challenge, credential), 401, "passkey_challenge_spent")
    late = await challenged(api)
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        problem(await answer(api, late, passkey.get(late["options"])), 401, "passkey_challenge_spent")
    assert await rows_of(database, Session) == 2


async def test_an_authenticator_that_counts_must_not_count_back(
    api: httpx.AsyncClient, database: Database, person: Person
) -> None:
    passkey = SoftPasskey(count=5)
    await registered(api, person, passkey)
    copy = SoftPasskey(count=5, credential_id=passkey.credential_id, key=passkey.key, user_handle=passkey.user_handle)
    assert (await sign_in(api, passkey)).status_code == 201
    assert (await sign_in(api, passkey)).status_code == 201
    problem(await sign_in(api, copy), 401, "passkey_refused")
    copy.count = 0
    problem(await sign_in(api, copy), 401, "passkey_refused")
    async with database.read() as connection:
        assert await connection.scalar(select(Passkey.sign_count)) == 7
    assert (await sign_in(api, passkey)).status_code == 201


async def test_whoever_may_not_sign_in_does_not_by_a_passkey(
    api: httpx.AsyncClient, database: Database, person: Person
) -> None:
    passkey = SoftPasskey()
    await registered(api, person, passkey)
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    problem(await sign_in(api, passkey), 401, "passkey_refused")


async def test_a_passkey_belongs_to_one_person_and_there_is_room_for_some(
    api: httpx.AsyncClient, database: Database, factory: Factory, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey, other = SoftPasskey(), await factory.person()
    await set_password(database, other)
    await registered(api, person, passkey)
    challenge = await begin(api, other)
    taken = await register(api, other, challenge, passkey.create(challenge["options"]))
    problem(taken, 409, "passkey_taken")
    excluded = json.loads((await begin(api, person))["options"])["excludeCredentials"]
    assert len(excluded) == 1, "the authenticator knows which ones are registered"
    monkeypatch.setattr(service, "PASSKEYS_AT_MOST", 1)
    challenge = await begin(api, person)
    full = await register(api, person, challenge, SoftPasskey().create(challenge["options"]))
    problem(full, 409, "too_many_passkeys")


async def test_without_a_domain_there_are_none(client: httpx.AsyncClient, person: Person) -> None:
    assert (await client.get("/v1/config")).json()["passkeys"] is False
    problem(await client.post("/v1/passkey-challenges"), 404, "not_found")
    body = {"password": PASSWORD}
    problem(await client.post("/v1/me/passkey-challenges", json=body, headers=person.headers), 404, "not_found")
    assert (await client.get("/v1/me/passkeys", headers=person.headers)).json() == {"items": []}


BAD_SETTINGS: list[dict[str, Any]] = [
    {"passkey_domain": DOMAIN},
    {"passkey_origins": ORIGIN},
    {"passkey_domain": DOMAIN, "passkey_origins": "https://evil.example"},
    {"passkey_domain": DOMAIN, "passkey_origins": "https://notexample.kr"},
    {"passkey_domain": DOMAIN, "passkey_origins": f"http://app.{DOMAIN}"},
    {"passkey_domain": DOMAIN, "passkey_origins": f"https://app.{DOMAIN}/path"},
    {"passkey_domain": DOMAIN, "passkey_origins": "android:apk-key-hash:short"},
    {"passkey_domain": "localhost", "passkey_origins": "http://localhost:3000", "environment": Environment.PRODUCTION},
]


def test_settings_that_would_let_others_in_are_refused() -> None:
    for values in BAD_SETTINGS:
        with pytest.raises(ValueError, match="PASSKEY_"):
            Settings(_env_file=None, secret_key="s" * 40, **values)
    good = Settings(_env_file=None, passkey_domain=DOMAIN, passkey_origins=f"{ORIGIN}, {ANDROID},https://{DOMAIN}:8443")
    assert good.passkey_origins == (ORIGIN, ANDROID, f"https://{DOMAIN}:8443")
    Settings(_env_file=None, passkey_domain="localhost", passkey_origins="http://localhost:3000")
