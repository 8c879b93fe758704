"""Checks 9 and 11, walked over every route that takes a credential: a new one must be put into one of the lists."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import count
from types import ModuleType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Database
from app.core.settings import OidcProvider, Settings
from app.identity.applicants import service as applicants
from app.identity.external import service as external
from app.identity.passkeys import signing_in as passkeys
from app.identity.password_resets import service as password_resets
from app.identity.second_factor import steps
from app.identity.sign_in import service as sign_in
from app.identity.throttles import Limit
from app.main import create_app
from tests.conftest import started_app
from tests.factories import TERMS, Factory, Person
from tests.identity.application import client_of
from tests.identity.authenticator import Authenticator, enrolled
from tests.identity.signing_in import a_device, ask_for_code, problem, set_password, sign_in_by_password
from tests.identity.soft_passkey import DOMAIN, ORIGIN, SoftPasskey

WITHOUT_THROTTLE = {"refresh_session", "accept_invitation"}
"""Their tokens have 256 random bits: nobody guesses one, and many phones stand behind one address."""
TAGS = {"sign-in", "second-factor", "passkeys", "invitations"}
FRESH_PATHS = ("/v1/me/second-factor/", "/v1/me/password", "/v1/me/erasure", "/v1/me/passkey-challenges")
BEGINNINGS = {"create_passkey_challenge"}
"""What they give opens nothing: they are bounded, far above what people need."""
WITH_FRESH_CODE = {
    "confirm_my_totp",
    "renew_my_recovery_codes",
    "disable_my_second_factor",
    "change_my_password",
    "request_my_erasure",
    "create_my_passkey_challenge",
}
"""Of a signed-in person; counted together with signing in (tests of the second factor and of the password)."""
CLIENT_LIMITS: list[tuple[ModuleType, str]] = [
    (sign_in, "BAD_CODES_PER_CLIENT"),
    (password_resets, "BAD_CODES_PER_CLIENT"),
    (applicants, "BAD_CODES_PER_CLIENT"),
    (steps, "BAD_CODES_PER_CLIENT"),
    (external, "BAD_ID_TOKENS_PER_CLIENT"),
    (passkeys, "BAD_PASSKEYS_PER_CLIENT"),
]
_spoofed = count(1)


@pytest.fixture
async def api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    """The API with a provider, where five bad tries are too many for a client, too."""
    for module, name in CLIENT_LIMITS:
        purpose = getattr(module, name).purpose
        monkeypatch.setattr(module, name, Limit(purpose, 5, timedelta(hours=1)))
    provider = OidcProvider(name="nowhere", issuer="http://127.0.0.1:9", audiences=("the-app",))
    passkeys_of = {"passkey_domain": DOMAIN, "passkey_origins": (ORIGIN,)}
    async with started_app(settings.model_copy(update={"oidc_providers": (provider,)} | passkeys_of)) as app:
        yield app


def applicant(email: str) -> dict[str, str]:
    """A wish for an account; the other routes that send codes take the address alone."""
    return {"email": email, "name": "김하늘", "terms_version": TERMS}


class Guesser:
    """Tries the credentials of one person from one address, behind a header that names another one each time."""

    def __init__(self, client: httpx.AsyncClient, person: Person, authenticator: Authenticator) -> None:
        self.client = client
        self.person = person
        self.authenticator = authenticator
        self.made: dict[str, Any] = {}

    async def prepare(self) -> None:
        """Have codes sent, and pass the first factor."""
        self.made["code"] = (await ask_for_code(self.client, self.person.email)).json()["id"]
        reset = await self.client.post("/v1/password-resets", json={"email": self.person.email})
        self.made["reset"] = reset.json()["id"]
        self.made["registration"] = (await self.post("/v1/applicants", **applicant(self.person.email))).json()["id"]
        challenge = await sign_in_by_password(self.client, self.person.email)
        self.made["challenge"] = challenge.json()["challenge_token"]

    async def post(self, path: str, **body: Any) -> httpx.Response:
        headers = {"X-Forwarded-For": f"198.51.100.{next(_spoofed) % 250}"}
        return await self.client.post(path, json=body, headers=headers)

    async def code(self) -> httpx.Response:
        return await self.post("/v1/sessions/code", code_id=self.made["code"], code="000000", device=a_device())

    async def password(self) -> httpx.Response:
        body = {"email": self.person.email, "password": "전혀 다른 비밀번호", "device": a_device()}
        return await self.post("/v1/sessions/password", **body)

    async def second_factor(self) -> httpx.Response:
        body = {"challenge_token": self.made["challenge"], "code": self.authenticator.wrong, "device": a_device()}
        return await self.post("/v1/sessions/second-factor", **body)

    async def id_token(self) -> httpx.Response:
        body = {"provider": "nowhere", "id_token": "a.b.c", "nonce": "12345678", "device": a_device()}
        return await self.post("/v1/sessions/id-token", **body)

    async def applicant(self) -> httpx.Response:
        body = {"registration_id": self.made["registration"], "code": "000000", "device": a_device()}
        return await self.post("/v1/applicants/confirm", **body)

    async def passkey(self) -> httpx.Response:
        begun = (await self.post("/v1/passkey-challenges")).json()
        credential = SoftPasskey().get(begun["options"])
        return await self.post(
            "/v1/sessions/passkey", challenge_id=begun["id"], credential=credential, device=a_device()
        )

    async def reset(self) -> httpx.Response:
        body = {"reset_id": self.made["reset"], "code": "000000", "new_password": "산 너머 9시 기차"}
        return await self.post("/v1/password-resets/complete", **body)


BAD_TRIES: dict[str, Callable[[Guesser], Awaitable[httpx.Response]]] = {
    "sign_in_with_code": Guesser.code,
    "sign_in_with_password": Guesser.password,
    "sign_in_with_second_factor": Guesser.second_factor,
    "sign_in_with_id_token": Guesser.id_token,
    "complete_password_reset": Guesser.reset,
    "confirm_applicant": Guesser.applicant,
    "sign_in_with_passkey": Guesser.passkey,
}
REQUESTS = {
    "request_sign_in_code": "/v1/sign-in-codes",
    "request_password_reset": "/v1/password-resets",
    "register_applicant": "/v1/applicants",
}


def test_every_route_that_takes_a_credential_is_listed(settings: Settings) -> None:
    operations = [
        (path, operation)
        for path, item in create_app(settings).openapi()["paths"].items()
        for operation in item.values()
    ]
    by_strangers = {
        operation["operationId"]
        for _, operation in operations
        if not operation["security"] and operation["tags"][0] in TAGS
    }
    fresh = {
        operation["operationId"]
        for path, operation in operations
        if path.startswith(FRESH_PATHS) and "requestBody" in operation
    }
    assert by_strangers == {*BAD_TRIES, *REQUESTS} | WITHOUT_THROTTLE | BEGINNINGS
    assert fresh == WITH_FRESH_CODE


@pytest.mark.parametrize("name", BAD_TRIES)
async def test_sixth_bad_try_has_to_wait_whatever_is_forwarded_and_others_do_not(
    api: FastAPI, database: Database, factory: Factory, name: str
) -> None:
    person, other = await factory.person(), await factory.person()
    async with client_of(api, "203.0.113.7") as client, client_of(api, "203.0.113.8") as elsewhere:
        guessers = []
        for connected, who in ((client, person), (elsewhere, other)):
            await set_password(database, who)
            guessers.append(Guesser(connected, who, await enrolled(connected, who)))
            await guessers[-1].prepare()
        bad_try = BAD_TRIES[name]
        for _ in range(5):
            assert (await bad_try(guessers[0])).status_code == 401
        refused = await bad_try(guessers[0])
        problem(refused, 429, "too_many_tries")
        assert 0 < int(refused.headers["retry-after"]) <= 3_600
        assert (await bad_try(guessers[1])).status_code == 401, "another person elsewhere may still try"
        assert (await client.get("/v1/me", headers=person.headers)).status_code == 200, "sessions go on"


@pytest.mark.parametrize("path", REQUESTS.values(), ids=REQUESTS)
async def test_sixth_request_for_an_address_has_to_wait_known_or_not(api: FastAPI, factory: Factory, path: str) -> None:
    person = await factory.person()
    answers = {}
    async with client_of(api) as client:
        for email in (person.email, "nobody@example.kr"):
            tries = []
            for _ in range(6):
                headers = {"X-Forwarded-For": f"198.51.100.{next(_spoofed) % 250}"}
                body = applicant(email) if path == REQUESTS["register_applicant"] else {"email": email}
                answer = await client.post(path, json=body, headers=headers)
                tries.append((answer.status_code, sorted(answer.json()), sorted(answer.headers)))
            answers[email] = tries
    known, unknown = answers.values()
    assert known == unknown, "status, shape and headers are the same"
    assert [status for status, *_ in known] == [202] * 5 + [429]
