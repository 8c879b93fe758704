"""Accounts made by an operator, and the first operator of all."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.errors import Invalid
from app.core.settings import Settings
from app.identity.accounts.service import create_operator
from app.identity.errors import EmailTaken
from app.models import (
    Account,
    Affiliation,
    AuditEntry,
    Consortium,
    IdempotencyKey,
    Membership,
    MiniCluster,
    Organisation,
)
from app.models.memberships import MemberRole
from tests.factories import Factory, Person, client_id
from tests.identity.signing_in import Json, bearer, problem, rows_of, sign_in_by_password, signed_in


@pytest.fixture
async def operator(factory: Factory) -> Person:
    return await factory.person(is_operator=True)


@pytest.fixture
async def wish(factory: Factory) -> Json:
    """A request for an account with every kind of place."""
    home, coordinated = await factory.consortium(), await factory.consortium()
    mini_clusters = [await factory.mini_cluster(home) for _ in range(2)]
    return {
        "id": client_id(),
        "email": "Bada.Lee@Example.kr",
        "name": "이바다",
        "locale": "en",
        "organisation_id": str((await factory.organisation()).public_id),
        "position": "선임연구원",
        "memberships": [
            {"mini_cluster_id": str(mini_clusters[0].public_id), "role": "manager"},
            {"mini_cluster_id": str(mini_clusters[1].public_id)},
        ],
        "coordinates": [str(coordinated.public_id)],
    }


async def create(client: httpx.AsyncClient, person: Person, wish: Json, key: str | None = None) -> httpx.Response:
    headers = dict(person.headers) | ({"Idempotency-Key": key} if key else {})
    return await client.post("/v1/accounts", json=wish, headers=headers)


async def accounts_of(database: Database, wish: Json) -> int:
    return await rows_of(database, Account, Account.email == wish["email"].lower())


async def test_account_begins_with_its_places(
    client: httpx.AsyncClient, database: Database, settings: Settings, operator: Person, wish: Json
) -> None:
    response = await create(client, operator, wish)
    assert response.status_code == 201, response.text
    made = response.json()
    assert (made["id"], made["email"], made["name"]) == (wish["id"], "bada.lee@example.kr", "이바다")
    assert (made["locale"], made["status"]) == ("en", "active")
    assert made["affiliation"]["organisation"]["id"] == wish["organisation_id"]
    assert made["affiliation"]["position"] == "선임연구원"
    assert [(place["mini_cluster"]["id"], place["role"]) for place in made["memberships"]] == [
        (wish["memberships"][0]["mini_cluster_id"], "manager"),
        (wish["memberships"][1]["mini_cluster_id"], "member"),
    ]
    assert [consortium["id"] for consortium in made["coordinated_consortia"]] == wish["coordinates"]
    async with database.read() as connection:
        row = (await connection.execute(select(Account.id, Account.public_id).where(Account.name == "이바다"))).one()
    new = Person(row.id, row.public_id, made["email"], "이바다", 0, "", 0)
    me = await client.get("/v1/me", headers=bearer(await signed_in(client, database, settings, new)))
    assert me.json()["memberships"] == made["memberships"]
    async with database.read() as connection:
        (entry,) = (await connection.execute(select(AuditEntry))).all()
    assert (entry.actor_id, entry.action, entry.target_id) == (operator.id, "account.created", row.id)
    assert "bada" not in str(entry.details).lower(), "ids only"


async def test_the_same_request_again_gives_the_same_account(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    first = await create(client, operator, wish)
    again = await create(client, operator, wish)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert await accounts_of(database, wish) == 1
    assert await rows_of(database, AuditEntry) == 1


async def test_a_retry_is_known_after_name_and_roles_have_changed(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    await create(client, operator, wish)
    async with database.write() as session:
        account = (await session.scalars(select(Account).where(Account.name == "이바다"))).one()
        account_id, account.name = account.id, "이바다솔"
        for membership in (await session.scalars(select(Membership).where(Membership.account_id == account_id))).all():
            membership.ended_at = now()
            session.add(
                Membership(account_id=account_id, mini_cluster_id=membership.mini_cluster_id, role=MemberRole.SECRETARY)
            )
            await session.flush()
        for affiliation in await session.scalars(select(Affiliation).where(Affiliation.account_id == account_id)):
            affiliation.ended_at = now()
    again = await create(client, operator, wish)
    assert again.status_code == 201, again.text
    assert [place["role"] for place in again.json()["memberships"]] == ["secretary"] * 2


async def test_the_same_id_with_other_content_is_a_conflict(
    client: httpx.AsyncClient, operator: Person, wish: Json
) -> None:
    first = await create(client, operator, wish)
    other: dict[str, Any] = {
        "email": "other@example.kr",
        "name": "이바람",
        "locale": "ko",
        "position": "사원",
        "memberships": wish["memberships"][:1],
        "coordinates": [],
    }
    for name, value in other.items():
        problem(await create(client, operator, wish | {name: value}), 409, "id_taken")
    assert (await create(client, operator, wish)).json() == first.json()


async def test_somebody_elses_id_is_a_conflict(client: httpx.AsyncClient, operator: Person, wish: Json) -> None:
    problem(await create(client, operator, wish | {"id": str(operator.public_id)}), 409, "id_taken")


async def test_known_address_is_a_conflict(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    problem(await create(client, operator, wish | {"email": operator.email.upper()}), 409, "email_taken")
    await create(client, operator, wish)
    problem(await create(client, operator, wish | {"id": client_id()}), 409, "email_taken")
    assert await accounts_of(database, wish) == 1


@pytest.mark.parametrize("key", [None, "one-key"])
async def test_the_same_request_three_times_at_once_has_one_effect(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json, key: str | None
) -> None:
    """Check 12."""
    answers = await asyncio.gather(*(create(client, operator, wish, key) for _ in range(3)))
    done = [answer.json() for answer in answers if answer.status_code == 201]
    assert done
    assert all(answer == done[0] for answer in done)
    in_flight = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert set(in_flight) <= ({"idempotency_key_in_flight"} if key else set())
    assert await accounts_of(database, wish) == 1
    assert await rows_of(database, AuditEntry) == 1
    assert (await create(client, operator, wish, key)).json() == done[0]


async def test_different_accounts_for_one_address_at_once_leave_one(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    answers = await asyncio.gather(*(create(client, operator, wish | {"id": client_id()}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"email_taken"}
    assert await accounts_of(database, wish) == 1


async def test_idempotency_key_replays_refuses_and_authorises_again(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    """Check 12."""
    first = await create(client, operator, wish, "k1")
    again = await create(client, operator, wish, "k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    other = wish | {"id": client_id(), "email": "other@example.kr"}
    problem(await create(client, operator, other, "k1"), 422, "idempotency_key_reused")
    assert await rows_of(database, IdempotencyKey) == 1
    async with database.write() as session:
        (await session.get_one(Account, operator.id)).is_operator = False
    problem(await create(client, operator, wish, "k1"), 403, "forbidden")


@pytest.mark.parametrize("role", [MemberRole.MEMBER, MemberRole.MANAGER])
async def test_only_operators_make_accounts(
    client: httpx.AsyncClient, database: Database, factory: Factory, wish: Json, role: MemberRole
) -> None:
    """Check 3."""
    consortium = await factory.consortium()
    person = await factory.person(await factory.mini_cluster(consortium), role=role, coordinates=consortium)
    problem(await create(client, person, wish), 403, "forbidden")
    assert await accounts_of(database, wish) == 0


BAD_WISHES: list[tuple[Json, str, str]] = [
    ({"organisation_id": client_id()}, "/body/organisation_id", "unknown_organisation"),
    (
        {"memberships": [{"mini_cluster_id": client_id()}]},
        "/body/memberships/0/mini_cluster_id",
        "unknown_mini_cluster",
    ),
    ({"coordinates": [client_id()]}, "/body/coordinates/0", "unknown_consortium"),
    ({"email": "no address"}, "/body/email", "invalid_email"),
    ({"id": "9b2c1f9e-6f1e-4a55-8d57-0c6a1f1f4a3d"}, "/body/id", "uuid_version"),
    ({"position": ""}, "/body/position", "string_too_short"),
    ({"memberships": [{"mini_cluster_id": client_id(), "role": "king"}]}, "/body/memberships/0/role", "enum"),
    ({"is_operator": True}, "/body/is_operator", "extra_forbidden"),
    ({"name": "이\ud800바다"}, "/body/name", "string_unicode"),
]


async def test_bad_wishes_are_refused_with_a_pointer(
    client: httpx.AsyncClient, database: Database, operator: Person, wish: Json
) -> None:
    headers = dict(operator.headers) | {"Content-Type": "application/json"}
    for changes, pointer, code in BAD_WISHES:
        content = json.dumps(wish | changes)  # ASCII escapes: httpx itself could not encode half a surrogate pair
        response = await client.post("/v1/accounts", content=content, headers=headers)
        problem(response, 422, code, pointer)
    assert await accounts_of(database, wish) == 0


async def test_closed_places_and_repeated_ones_are_refused(
    client: httpx.AsyncClient, database: Database, factory: Factory, operator: Person, wish: Json
) -> None:
    merged, survivor = await factory.organisation(), await factory.organisation()
    async with database.write() as session:
        (await session.get_one(Organisation, merged.id)).merged_into_id = survivor.id
        for mini_cluster in await session.scalars(select(MiniCluster)):
            mini_cluster.dissolved_at = now()
        for consortium in await session.scalars(select(Consortium)):
            consortium.archived_at = now()
    repeated = wish | {
        "organisation_id": str(merged.public_id),
        "memberships": [*wish["memberships"], wish["memberships"][0]],
    }
    response = await create(client, operator, repeated)
    assert response.status_code == 422
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        ("/body/organisation_id", "unknown_organisation"),
        ("/body/memberships/0/mini_cluster_id", "unknown_mini_cluster"),
        ("/body/memberships/1/mini_cluster_id", "unknown_mini_cluster"),
        ("/body/memberships/2/mini_cluster_id", "unknown_mini_cluster"),
        ("/body/coordinates/0", "unknown_consortium"),
    ]
    async with database.write() as session:
        for mini_cluster in await session.scalars(select(MiniCluster)):
            mini_cluster.dissolved_at = None
    response = await create(client, operator, repeated)
    assert ("/body/memberships/2/mini_cluster_id", "repeated_mini_cluster") in [
        (error["pointer"], error["code"]) for error in response.json()["errors"]
    ]


async def test_first_operator_comes_from_the_command_line(client: httpx.AsyncClient, database: Database) -> None:
    async with database.write() as session:
        await create_operator(session, "Operator@Example.kr", "운영자", "바다 건너 7시 회의")
    tokens = (await sign_in_by_password(client, "operator@example.kr")).json()
    assert (await client.get("/v1/me", headers=bearer(tokens))).json()["is_operator"] is True
    async with database.read() as connection:
        (entry,) = (await connection.execute(select(AuditEntry))).all()
    assert (entry.actor_id, entry.action) == (None, "operator.created")


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        ("nobody", None, ValueError),
        ("new@example.kr", "password12", Invalid),
        ("taken@example.kr", None, EmailTaken),
    ],
)
async def test_operator_with_a_bad_address_or_password_is_not_made(
    database: Database, email: str, password: str | None, error: type[Exception]
) -> None:
    async with database.write() as session:
        await create_operator(session, "taken@example.kr", "운영자", None)

    async def make() -> None:
        async with database.write() as session:
            await create_operator(session, email, "운영자", password)

    with pytest.raises(error):
        await make()
    assert await rows_of(database, Account) == 1
