"""Signing in as these tests do it."""

import uuid
from itertools import count
from typing import Any

import httpx
from sqlalchemy import func, select, update

from app.core.database import Database
from app.core.settings import Settings
from app.identity.passwords.hashing import hash_password
from app.identity.sign_in.codes import code_of
from app.models import Account, Model, SignInCode
from tests.factories import Person

Json = dict[str, Any]
PASSWORD = "바다 건너 7시 회의"
_numbers = count(1)


def a_device(**changes: str) -> Json:
    """An installation that was not seen before."""
    return {"installation_id": f"signing-in-{next(_numbers)}", "name": "Galaxy S26"} | changes


async def set_password(database: Database, person: Person, password: str = PASSWORD) -> None:
    """Give a person a password."""
    password_hash = await hash_password(password)
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == person.id).values(password_hash=password_hash))


async def change_account(database: Database, person: Person, **values: Any) -> None:
    """Change a person's account behind the service's back."""
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == person.id).values(**values))


async def sign_in_by_password(
    client: httpx.AsyncClient, email: str, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    """Try to sign in by password, on a new installation."""
    body = {"email": email, "password": password, "device": a_device()}
    return await client.post("/v1/sessions/password", json=body, headers=headers)


async def ask_for_code(client: httpx.AsyncClient, email: str, **headers: str) -> httpx.Response:
    """Ask for a code."""
    return await client.post("/v1/sign-in-codes", json={"email": email}, headers=headers)


async def code_for(database: Database, settings: Settings, code_id: str) -> str:
    """The code that the mail for a request holds, or would hold if anybody had the address."""
    async with database.read() as connection:
        statement = select(SignInCode.public_id, SignInCode.nonce).where(SignInCode.public_id == uuid.UUID(code_id))
        row = (await connection.execute(statement)).one()
    return code_of(settings.signing_key, row.public_id, row.nonce)


async def sign_in_by_code(
    client: httpx.AsyncClient, code_id: str, code: str, device: Json | None = None
) -> httpx.Response:
    """Try to sign in by code."""
    body = {"code_id": code_id, "code": code, "device": device or a_device()}
    return await client.post("/v1/sessions/code", json=body)


async def signed_in(
    client: httpx.AsyncClient, database: Database, settings: Settings, person: Person, device: Json | None = None
) -> Json:
    """The tokens of a new session of a person."""
    ticket = (await ask_for_code(client, person.email)).json()
    response = await sign_in_by_code(client, ticket["id"], await code_for(database, settings, ticket["id"]), device)
    assert response.status_code == 201, response.text
    tokens: Json = response.json()
    return tokens


async def refresh(client: httpx.AsyncClient, refresh_token: str, device: Json) -> httpx.Response:
    """Try to refresh a session."""
    body = {"refresh_token": refresh_token, "installation_id": device["installation_id"]}
    return await client.post("/v1/sessions/refresh", json=body)


def bearer(tokens: Json) -> dict[str, str]:
    """The headers that speak for a session."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def rows_of(database: Database, model: type[Model], *where: Any) -> int:
    """How many rows a table has."""
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(model).where(*where)) or 0


def problem(response: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    """The response is a problem of this status and code, or about the field at ``pointer``."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    if status == 401:
        assert response.headers["www-authenticate"].startswith("Bearer")
    body = response.json()
    if pointer is None:
        assert body["code"] == code
    else:
        assert (pointer, code) in [(error["pointer"], error["code"]) for error in body["errors"]], body
