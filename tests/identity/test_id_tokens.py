"""ID tokens against a real issuer on loopback: check 8, and what becomes of good ones."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Environment, OidcProvider, Settings
from app.identity.external import service
from app.identity.throttles import Limit
from app.models import Account, ExternalIdentity, Session
from app.models.accounts import AccountStatus
from tests.conftest import started_app
from tests.factories import Factory, Person
from tests.identity.application import client_of
from tests.identity.authenticator import enrolled, second_step
from tests.identity.mailbox import Mailbox
from tests.identity.oidc_issuer import NONCE, Issuer, running_issuer
from tests.identity.signing_in import a_device, bearer, change_account, problem, rows_of

OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first"})
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
async def api(settings: Settings, issuer: Issuer) -> AsyncIterator[FastAPI]:
    """The API, which trusts the issuer."""
    firebase = issuer.provider(name="firebase", issuer=f"{issuer.address}/project", nonce=False)
    providers = (issuer.provider(), firebase)
    async with started_app(settings.model_copy(update={"oidc_providers": providers})) as app:
        yield app


@pytest.fixture
async def client(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(api) as opened:
        yield opened


async def sign_in(
    client: httpx.AsyncClient, token: str, *, provider: str = "loopback", nonce: str | None = NONCE
) -> httpx.Response:
    body: dict[str, Any] = {"provider": provider, "id_token": token, "device": a_device()}
    return await client.post("/v1/sessions/id-token", json=body | ({"nonce": nonce} if nonce else {}))


async def link(client: httpx.AsyncClient, person: Person, token: str, provider: str = "loopback") -> httpx.Response:
    body = {"id_token": token, "nonce": NONCE}
    return await client.put(f"/v1/me/identities/{provider}", json=body, headers=person.headers)


async def linked(client: httpx.AsyncClient, person: Person) -> list[str]:
    items = (await client.get("/v1/me/identities", headers=person.headers)).json()["items"]
    return [item["provider"] for item in items]


async def test_linked_identity_signs_in_whatever_its_address(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, issuer: Issuer
) -> None:
    person, mailbox = await factory.person(), Mailbox(database, settings)
    assert (await client.get("/v1/config")).json()["identity_providers"] == ["loopback", "firebase"]
    first, again = await link(client, person, issuer.token()), await link(client, person, issuer.token())
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    assert await linked(client, person) == ["loopback"]
    response = await sign_in(client, issuer.token(email="another@example.kr", email_verified=False))
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    me = await client.get("/v1/me", headers=bearer(response.json()))
    assert me.json()["email"] == person.email
    for _ in range(2):
        assert (await client.delete("/v1/me/identities/loopback", headers=person.headers)).status_code == 204
    assert await linked(client, person) == []
    problem(await sign_in(client, issuer.token()), 403, "invitation_needed")
    assert [mail.to for mail in await mailbox.deliver()] == [person.email] * 2, "told of the link, and of its end"


async def test_verified_address_links_the_account_that_has_it(
    client: httpx.AsyncClient, database: Database, factory: Factory, issuer: Issuer
) -> None:
    person = await factory.person()
    unverified: list[Any] = [False, None, "false", 1, "yes"]
    for value in unverified:
        token = issuer.token(email=person.email, email_verified=None if value is None else value)
        if value == 1:  # True and 1 are equal in Python
            continue
        problem(await sign_in(client, token), 403, "invitation_needed")
    assert await linked(client, person) == []
    verified = [issuer.token(email=person.email.upper(), email_verified="true") for _ in range(3)]
    answers = await asyncio.gather(*(sign_in(client, token) for token in verified))
    assert {answer.status_code for answer in answers} == {201}
    assert await rows_of(database, ExternalIdentity) == 1
    assert await linked(client, person) == ["loopback"]
    stranger = issuer.token("person-2", email=person.email, email_verified=True)
    problem(await sign_in(client, stranger), 409, "identity_exists")


async def test_nobody_gets_an_account_this_way(
    client: httpx.AsyncClient, database: Database, factory: Factory, issuer: Issuer
) -> None:
    person = await factory.person()
    before = await rows_of(database, Account)
    for email in ("nobody@example.kr", "no address", 7):
        token = issuer.token(email=email, email_verified=True)
        problem(await sign_in(client, token), 403, "invitation_needed")
    await link(client, person, issuer.token())
    await change_account(database, person, status=AccountStatus.SUSPENDED)
    problem(await sign_in(client, issuer.token()), 403, "invitation_needed")
    assert (await rows_of(database, Account), await rows_of(database, Session)) == (before, before)


async def test_an_identity_belongs_to_one_account_and_an_account_has_one_of_an_issuer(
    client: httpx.AsyncClient, factory: Factory, issuer: Issuer
) -> None:
    person, other = await factory.person(), await factory.person()
    answers = await asyncio.gather(link(client, person, issuer.token()), link(client, other, issuer.token()))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    owner, loser = (person, other) if answers[0].status_code == 200 else (other, person)
    problem(await link(client, loser, issuer.token()), 409, "identity_taken")
    problem(await link(client, owner, issuer.token("person-2")), 409, "identity_exists")
    problem(await link(client, owner, issuer.token(), "nobody"), 404, "not_found")
    problem(await client.delete("/v1/me/identities/nobody", headers=owner.headers), 404, "not_found")
    unknown = await sign_in(client, issuer.token(), provider="nobody")
    problem(unknown, 422, "unknown_provider", "/body/provider")


async def test_a_token_is_taken_once(
    client: httpx.AsyncClient, database: Database, factory: Factory, issuer: Issuer
) -> None:
    """Whoever catches a token comes too late: after its sign-in, at the same moment, under another signature."""
    person, thief = await factory.person(), await factory.person()
    known: dict[str, Any] = {"email": person.email, "email_verified": True}
    token = issuer.token(**known)
    answers = await asyncio.gather(*(sign_in(client, token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]
    problem(await sign_in(client, token), 401, "id_token_refused")
    problem(await link(client, thief, token), 401, "id_token_refused")
    assert await rows_of(database, Session, Session.account_id == person.id) == 2
    linking = issuer.token()
    assert [(await link(client, person, linking)).status_code for _ in range(2)] == [200, 200], "a lost reply"
    problem(await sign_in(client, linking), 401, "id_token_refused")
    problem(await sign_in(client, issuer.token(exp=int(now().timestamp()) + 32 * 86_400)), 401, "id_token_refused")


async def test_a_signature_that_can_be_written_in_two_ways_is_no_second_token(
    client: httpx.AsyncClient, factory: Factory, issuer: Issuer
) -> None:
    """Of ECDSA: (r, s) and (r, n - s) are both good."""
    person = await factory.person()
    issuer.rotate("elliptic")
    known: dict[str, Any] = {"email": person.email, "email_verified": True}
    assert (await sign_in(client, mirrored(issuer.token(**known)))).status_code == 201
    token = issuer.token(**known)
    assert (await sign_in(client, token)).status_code == 201
    problem(await sign_in(client, mirrored(token)), 401, "id_token_refused")


def mirrored(token: str) -> str:
    """The same token under its other signature."""
    signed, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    other = ORDER_OF_P256 - int.from_bytes(raw[32:], "big")
    return f"{signed}.{base64.urlsafe_b64encode(raw[:32] + other.to_bytes(32, 'big')).rstrip(b'=').decode()}"


async def test_second_factor_is_asked_for_here_too(client: httpx.AsyncClient, factory: Factory, issuer: Issuer) -> None:
    person = await factory.person()
    authenticator = await enrolled(client, person)
    response = await sign_in(client, issuer.token(email=person.email, email_verified=True))
    assert response.status_code == 202, response.text
    assert (await second_step(client, response.json(), authenticator.code())).status_code == 201


def unsigned(issuer: Issuer) -> str:
    """A token of the algorithm ``none``."""
    return f"{_part({'alg': 'none', 'kid': 'first'})}.{_part(issuer.claims())}."


def with_public_key_as_secret(issuer: Issuer) -> str:
    """HS256 with the issuer's public key, which everybody knows."""
    assert isinstance(issuer.key, RSAKey)
    secret = OctKey.import_key(base64.urlsafe_b64encode(issuer.key.as_pem(private=False)).rstrip(b"=").decode())
    return jwt.encode({"alg": "HS256", "kid": "first"}, issuer.claims(), secret, algorithms=["HS256"])


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def changed_payload(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{_part(issuer.claims('somebody-else'))}.{signature}"


async def test_bad_tokens_are_refused(
    client: httpx.AsyncClient, database: Database, factory: Factory, issuer: Issuer
) -> None:
    """Check 8: wrong key, audience, issuer, nonce, expired, ``alg=none``, HS256 with the public key; and more."""
    person = await factory.person()
    assert (await link(client, person, issuer.token())).status_code == 200
    moment, before = int(now().timestamp()), await rows_of(database, Session)
    bad = {
        "wrong key": issuer.token(key=OTHER_KEY),
        "unknown key": jwt.encode({"alg": "RS256", "kid": "other"}, issuer.claims(), OTHER_KEY, algorithms=["RS256"]),
        "audience": issuer.token(aud="another-app"),
        "audiences": issuer.token(aud=["another-app", "a-third"]),
        "no audience": issuer.token(aud=None),
        "issuer": issuer.token(iss="https://issuer.example"),
        "no issuer": issuer.token(iss=None),
        "expired": issuer.token(exp=moment - 61),
        "no expiry": issuer.token(exp=None),
        "of the future": issuer.token(iat=moment + 600),
        "no issue time": issuer.token(iat=None),
        "not yet": issuer.token(nbf=moment + 600),
        "nonce": issuer.token(nonce="another-nonce"),
        "no nonce": issuer.token(nonce=None),
        "no subject": issuer.token(sub=None),
        "empty subject": issuer.token(sub=""),
        "long subject": issuer.token(sub="x" * 256),
        "number as subject": issuer.token(sub=7),
        "none": unsigned(issuer),
        "public key as secret": with_public_key_as_secret(issuer),
        "changed": changed_payload(issuer),
        "cut": issuer.token()[:-8],
        "not a token": "a.b.c",
        "one part": "abc",
    }
    for name, token in bad.items():
        response = await sign_in(client, token)
        assert response.status_code == 401, (name, response.text)
        problem(response, 401, "id_token_refused")
        assert token not in response.text
    problem(await sign_in(client, issuer.token(), nonce=None), 401, "id_token_refused")
    problem(await sign_in(client, issuer.token(), provider="firebase"), 503, "provider_unavailable")
    assert await rows_of(database, Session) == before
    assert (await sign_in(client, issuer.token(exp=moment - 30))).status_code == 201, "clocks differ a little"
    assert (await sign_in(client, issuer.token(aud=["the-app", "another-app"]))).status_code == 201


async def test_issuer_without_nonces(api: FastAPI, issuer: Issuer, factory: Factory) -> None:
    """As Firebase is one: its tokens bear none, and the app sends none."""
    person = await factory.person()
    issuer.document = {"issuer": f"{issuer.address}/project", "jwks_uri": f"{issuer.address}/keys"}
    served = issuer.answer

    def answer(path: str) -> dict[str, Any]:
        return served(path.removeprefix("/project"))

    issuer.answer = answer  # type: ignore[method-assign]
    token = issuer.token(iss=f"{issuer.address}/project", nonce=None, email=person.email, email_verified=True)
    async with client_of(api) as client:
        assert (await sign_in(client, token, provider="firebase", nonce=None)).status_code == 201
        problem(await sign_in(client, token, provider="firebase"), 401, "id_token_refused")


async def test_keys_are_kept_and_asked_for_again_when_they_change(
    client: httpx.AsyncClient, factory: Factory, issuer: Issuer
) -> None:
    person = await factory.person()
    with time_machine.travel(now(), tick=False) as clock:
        assert (await link(client, person, issuer.token())).status_code == 200
        await asyncio.gather(*(sign_in(client, issuer.token()) for _ in range(4)))
        assert issuer.requests.count("/keys") == 1
        issuer.rotate("second")
        problem(await sign_in(client, issuer.token()), 401, "id_token_refused")
        assert issuer.requests.count("/keys") == 1, "not more often than once a minute"
        clock.shift(60)
        answers = await asyncio.gather(*(sign_in(client, issuer.token()) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {201}
        assert issuer.requests.count("/keys") == 2
        issuer.status = 500
        clock.shift(3_600 + 60)
        assert (await sign_in(client, issuer.token())).status_code == 201, "known keys serve while nobody answers"
        clock.shift(24 * 3_600)
        unavailable = await sign_in(client, issuer.token())
        problem(unavailable, 503, "provider_unavailable")
        assert unavailable.headers["retry-after"] == "5"
        issuer.status = 200
        clock.shift(5)
        assert (await sign_in(client, issuer.token())).status_code == 201


@pytest.mark.parametrize("fault", ["issuer", "insecure", "no keys", "secret key", "too large", "redirect"])
async def test_what_an_issuer_must_not_publish(
    client: httpx.AsyncClient, factory: Factory, issuer: Issuer, fault: str
) -> None:
    person = await factory.person()
    if fault == "issuer":
        issuer.document["issuer"] = "https://issuer.example"
    elif fault == "insecure":
        issuer.document["jwks_uri"] = issuer.document["jwks_uri"].replace("http:", "ftp:")
    elif fault == "no keys":
        issuer.published = []
    elif fault == "too large":
        issuer.document["x"] = "x" * 300_000
    elif fault == "redirect":
        issuer.status = 302
    else:
        issuer.published = [OctKey.generate_key(256, {"kid": "first"}).as_dict(private=True)]
    refused = await link(client, person, issuer.token())
    if fault == "secret key":
        problem(refused, 401, "id_token_refused")
    else:
        problem(refused, 503, "provider_unavailable")


async def test_sixth_bad_token_of_a_client_has_to_wait_and_others_do_not(
    api: FastAPI, factory: Factory, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 9: there is no account to count by, so it is the client."""
    monkeypatch.setattr(service, "BAD_ID_TOKENS_PER_CLIENT", Limit("id-token.client", 5, timedelta(hours=1)))
    person = await factory.person()
    async with client_of(api, "203.0.113.7") as client, client_of(api, "203.0.113.8") as other:
        assert (await link(client, person, issuer.token())).status_code == 200
        for _ in range(5):
            problem(await sign_in(client, "a.b.c"), 401, "id_token_refused")
        refused = await sign_in(client, issuer.token())
        problem(refused, 429, "too_many_tries")
        assert 3_590 <= int(refused.headers["retry-after"]) <= 3_600
        assert (await sign_in(other, issuer.token())).status_code == 201


def test_settings_refuse_what_is_unsafe_or_ambiguous() -> None:
    google: dict[str, Any] = {"name": "google", "issuer": "https://accounts.google.com", "audiences": ["the-app"]}
    given = Settings(_env_file=None, oidc_providers=(OidcProvider.model_validate(google),))
    assert given.oidc_providers[0].audiences == ("the-app",)
    for wrong in (
        [google, google],
        [google | {"audiences": []}],
        [google | {"issuer": "accounts.google.com"}],
        [google | {"secret": "x"}],
        [google | {"name": "Google!"}],
    ):
        with pytest.raises(ValidationError):
            Settings.model_validate({"oidc_providers": wrong})
    insecure = {"oidc_providers": [google | {"issuer": "http://127.0.0.1:9"}], "secret_key": "x" * 40}
    with pytest.raises(ValidationError, match="https:// issuers in production: google"):
        Settings.model_validate(insecure | {"environment": Environment.PRODUCTION})
