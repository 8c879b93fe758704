"""Consent to the terms of use: until it is given, the service serves nothing but what consent needs."""

import re
from datetime import datetime

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from app.core.database import Database
from app.core.settings import Settings
from app.models import Account
from tests.conftest import started_app
from tests.factories import Factory, Person, client_id
from tests.identity.application import client_of
from tests.identity.signing_in import change_account, problem

WITHOUT_TERMS = {
    ("GET", "/v1/me"),
    ("PATCH", "/v1/me"),
    ("PUT", "/v1/me/terms"),
    ("GET", "/v1/me/sessions"),
    ("DELETE", "/v1/me/sessions/current"),
    ("DELETE", "/v1/me/sessions/{session_id}"),
    ("GET", "/v1/me/erasure"),
    ("PUT", "/v1/me/erasure"),
    ("DELETE", "/v1/me/erasure"),
    ("POST", "/v1/me/data-exports"),
    ("GET", "/v1/me/data-exports"),
    ("GET", "/v1/me/data-exports/{export_id}"),
}
"""To see what is asked, to consent, to leave, on this device or on a lost one, or for good, with one's data."""


async def accept(client: httpx.AsyncClient, person: Person, version: str) -> httpx.Response:
    return await client.put("/v1/me/terms", json={"version": version}, headers=person.headers)


async def accepted_at(database: Database, person: Person) -> datetime | None:
    async with database.read() as connection:
        return await connection.scalar(select(Account.terms_accepted_at).where(Account.id == person.id))


async def test_every_protected_route_waits_for_consent(
    app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory, settings: Settings
) -> None:
    """Walks all routes there are: a new one is closed unless it is marked, and the marked ones are listed here."""
    person = await factory.person(is_operator=True)
    await change_account(database, person, terms_version="2020-01")
    protected = [
        (method.upper(), path, operation)
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if operation["security"]
    ]
    marked = {(method, path) for method, path, operation in protected if operation.get("x-without-terms")}
    assert marked == WITHOUT_TERMS
    assert len(protected) > 30
    for method, path, operation in protected:
        if (method, path) in marked:
            continue
        assert "403" in operation["responses"]
        address = re.sub(r"\{\w+\}", client_id(), path)
        # Bodies are read before the person is asked for: what counts is that nothing is done, or shown.
        response = await client.request(method, address, headers=person.headers)
        if response.status_code != 422:
            problem(response, 403, "terms_required")
    problem(await client.get("/v1/feeds/home", headers=person.headers), 403, "terms_required")
    wish = {"new_password": "산 너머 9시 기차"}
    problem(await client.post("/v1/me/password", json=wish, headers=person.headers), 403, "terms_required")
    me = (await client.get("/v1/me", headers=person.headers)).json()
    assert (me["terms_version"], me["terms_required"]) == ("2020-01", True)
    assert (await client.get("/v1/me/sessions", headers=person.headers)).status_code == 200
    assert (await accept(client, person, settings.terms_version)).status_code == 204
    assert (await client.get("/v1/feeds/home", headers=person.headers)).status_code == 200


async def test_consent_is_to_the_present_terms_and_dated_once(
    client: httpx.AsyncClient, database: Database, factory: Factory, settings: Settings
) -> None:
    person = await factory.person()
    await change_account(database, person, terms_version=None, terms_accepted_at=None)
    problem(await client.get("/v1/inbox", headers=person.headers), 403, "terms_required")
    problem(await accept(client, person, "2020-01"), 422, "terms_outdated", "/body/version")
    assert await accepted_at(database, person) is None
    assert (await accept(client, person, settings.terms_version)).status_code == 204
    first = await accepted_at(database, person)
    assert first is not None
    assert (await accept(client, person, settings.terms_version)).status_code == 204
    assert await accepted_at(database, person) == first, "the first consent counts"


async def test_consent_is_taken_with_other_changes_too(
    client: httpx.AsyncClient, database: Database, factory: Factory, settings: Settings
) -> None:
    person = await factory.person()
    await change_account(database, person, terms_version=None, terms_accepted_at=None)
    outdated = await client.patch("/v1/me", json={"terms_version": "2020-01"}, headers=person.headers)
    problem(outdated, 422, "terms_outdated", "/body/terms_version")
    given = {"terms_version": settings.terms_version}
    me = (await client.patch("/v1/me", json=given, headers=person.headers)).json()
    assert (me["terms_version"], me["terms_required"]) == (settings.terms_version, False)
    assert await accepted_at(database, person) is not None


async def test_new_terms_close_the_service_until_they_are_accepted(
    client: httpx.AsyncClient, factory: Factory, settings: Settings
) -> None:
    person = await factory.person()
    assert (await client.get("/v1/inbox", headers=person.headers)).status_code == 200
    newer = settings.model_copy(update={"terms_version": "2027-01"})
    async with started_app(newer) as app, client_of(app) as later:
        problem(await later.get("/v1/inbox", headers=person.headers), 403, "terms_required")
        assert (await accept(later, person, "2027-01")).status_code == 204
        assert (await later.get("/v1/inbox", headers=person.headers)).status_code == 200
