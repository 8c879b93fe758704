"""Making, listing and revoking invitations, through the API."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import time_machine
from sqlalchemy import select, text

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.core.tokens import token_digest
from app.models import AuditEntry, Invitation, MiniCluster, Model
from app.models.memberships import MemberRole
from tests.conftest import started_app
from tests.factories import Factory, Person, client_id
from tests.identity.application import client_of
from tests.identity.signing_in import Json, problem, rows_of


@pytest.fixture
async def mini_cluster(factory: Factory) -> MiniCluster:
    return await factory.mini_cluster()


@pytest.fixture
async def manager(factory: Factory, mini_cluster: MiniCluster) -> Person:
    return await factory.person(mini_cluster, role=MemberRole.MANAGER, name="이바다")


def a_wish(mini_cluster: MiniCluster, **changes: str) -> Json:
    return {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id)} | changes


async def invite(client: httpx.AsyncClient, person: Person, wish: Json) -> httpx.Response:
    return await client.post("/v1/invitations", json=wish, headers=person.headers)


async def issued(client: httpx.AsyncClient, person: Person, wish: Json) -> Json:
    response = await invite(client, person, wish)
    assert response.status_code == 201, response.text
    invitation: Json = response.json()
    return invitation


async def listed(client: httpx.AsyncClient, person: Person, mini_cluster: MiniCluster) -> list[Json]:
    response = await client.get(f"/v1/mini-clusters/{mini_cluster.public_id}/invitations", headers=person.headers)
    assert response.status_code == 200, response.text
    items: list[Json] = response.json()["items"]
    return items


async def revoke(client: httpx.AsyncClient, person: Person, invitation_id: str) -> httpx.Response:
    return await client.delete(f"/v1/invitations/{invitation_id}", headers=person.headers)


async def test_the_link_is_shown_once_and_stored_hashed(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    wish = a_wish(mini_cluster, email="Haneul@Example.kr")
    headers = dict(manager.headers) | {"Idempotency-Key": "one"}
    response = await client.post("/v1/invitations", json=wish, headers=headers)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    invitation = response.json()
    assert invitation["id"] == wish["id"]
    assert invitation["token"].startswith("isi_")
    assert len(invitation["token"]) >= 4 + 43  # 256 bits
    assert invitation["url"] == f"http://test/invitation#{invitation['token']}"
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                assert invitation["token"] not in str(tuple(row)), table
        stored = (await connection.execute(select(Invitation.token_digest, Invitation.email))).one()
        (entry,) = (await connection.execute(select(AuditEntry))).all()
    assert (stored.token_digest, stored.email) == (token_digest(invitation["token"]), "haneul@example.kr")
    assert (entry.actor_id, entry.action, entry.consortium_id) == (
        manager.id,
        "invitation.created",
        mini_cluster.consortium_id,
    )
    (item,) = await listed(client, manager, mini_cluster)
    assert item == {
        "id": wish["id"],
        "mini_cluster_id": wish["mini_cluster_id"],
        "role": "member",
        "email": "haneul@example.kr",
        "invited_by": {"id": str(manager.public_id), "name": "이바다"},
        "state": "open",
        "created_at": item["created_at"],
        "expires_at": invitation["expires_at"],
        "used_at": None,
    }


async def test_link_leads_to_the_public_address(settings: Settings, manager: Person, mini_cluster: MiniCluster) -> None:
    async with (
        started_app(settings.model_copy(update={"public_url": "https://ideas.example.kr/"})) as app,
        client_of(app) as client,
    ):
        invitation = await issued(client, manager, a_wish(mini_cluster))
    assert invitation["url"] == f"https://ideas.example.kr/invitation#{invitation['token']}"


async def test_repeat_gives_a_fresh_link_in_place_of_the_first(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    wish = a_wish(mini_cluster)
    first = await issued(client, manager, wish)
    with time_machine.travel(now() + timedelta(minutes=5)):
        again = await issued(client, manager, wish)
    assert again["token"] != first["token"]
    assert (again["id"], again["expires_at"]) == (first["id"], first["expires_at"])
    async with database.read() as connection:
        assert (await connection.scalars(select(Invitation.token_digest))).all() == [token_digest(again["token"])]
    assert await rows_of(database, AuditEntry) == 1


async def test_the_same_wish_at_once_makes_one_invitation(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    wish = a_wish(mini_cluster)
    answers = await asyncio.gather(*(invite(client, manager, wish) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [201] * 3
    async with database.read() as connection:
        (digest,) = await connection.scalars(select(Invitation.token_digest))
    assert digest in {token_digest(answer.json()["token"]) for answer in answers}


async def test_the_same_id_with_other_content_is_a_conflict(
    client: httpx.AsyncClient, factory: Factory, manager: Person, mini_cluster: MiniCluster
) -> None:
    wish = a_wish(mini_cluster)
    await issued(client, manager, wish)
    problem(await invite(client, manager, wish | {"role": "chair"}), 409, "id_taken")
    problem(await invite(client, manager, wish | {"email": "a@example.kr"}), 409, "id_taken")
    colleague = await factory.person(mini_cluster, role=MemberRole.MANAGER)
    problem(await invite(client, colleague, wish), 409, "id_taken")


async def test_who_may_invite(client: httpx.AsyncClient, factory: Factory) -> None:
    home, elsewhere = await factory.consortium(), await factory.consortium()
    mini_cluster, sibling = await factory.mini_cluster(home), await factory.mini_cluster(home)
    inviters = {
        "manager": await factory.person(mini_cluster, role=MemberRole.MANAGER),
        "coordinator": await factory.person(coordinates=home),
        "operator": await factory.person(is_operator=True),
    }
    others = {
        "member": await factory.person(mini_cluster),
        "chair": await factory.person(mini_cluster, role=MemberRole.CHAIR),
        "manager of a sibling": await factory.person(sibling, role=MemberRole.MANAGER),
        "foreign coordinator": await factory.person(coordinates=elsewhere),
        "stranger": await factory.person(),
    }
    path = f"/v1/mini-clusters/{mini_cluster.public_id}/invitations"
    for name, person in inviters.items():
        assert (await invite(client, person, a_wish(mini_cluster))).status_code == 201, name
        assert (await client.get(path, headers=person.headers)).status_code == 200, name
    for person in others.values():
        problem(await invite(client, person, a_wish(mini_cluster)), 403, "forbidden")
        problem(await client.get(path, headers=person.headers), 403, "forbidden")
    for person in (*inviters.values(), *others.values()):
        problem(await invite(client, person, {"id": client_id(), "mini_cluster_id": client_id()}), 404, "not_found")
        problem(
            await client.get(f"/v1/mini-clusters/{client_id()}/invitations", headers=person.headers), 404, "not_found"
        )


async def test_managers_are_appointed_from_above(client: httpx.AsyncClient, factory: Factory) -> None:
    home = await factory.consortium()
    mini_cluster = await factory.mini_cluster(home)
    wish = a_wish(mini_cluster, role="manager")
    problem(await invite(client, await factory.person(mini_cluster, role=MemberRole.MANAGER), wish), 403, "forbidden")
    assert (await invite(client, await factory.person(coordinates=home), wish)).status_code == 201
    again = wish | {"id": client_id()}
    assert (await invite(client, await factory.person(is_operator=True), again)).status_code == 201


async def test_demoted_manager_cannot_invite_from_the_next_request(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    invitation = await issued(client, manager, a_wish(mini_cluster))
    async with database.write() as session:
        await session.execute(text("UPDATE memberships SET role = 'member'"))
    problem(await invite(client, manager, a_wish(mini_cluster)), 403, "forbidden")
    problem(await revoke(client, manager, invitation["id"]), 404, "not_found")


async def test_nobody_is_invited_to_a_dissolved_mini_cluster(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    async with database.write() as session:
        (await session.get_one(MiniCluster, mini_cluster.id)).dissolved_at = now()
    problem(await invite(client, manager, a_wish(mini_cluster)), 409, "mini_cluster_dissolved")


async def test_list_is_paged_newest_first_and_tells_states(
    client: httpx.AsyncClient, database: Database, factory: Factory, manager: Person, mini_cluster: MiniCluster
) -> None:
    ids = [(await issued(client, manager, a_wish(mini_cluster)))["id"] for _ in range(4)]
    await issued(client, await factory.person(is_operator=True), a_wish(await factory.mini_cluster()))
    assert (await revoke(client, manager, ids[1])).status_code == 204
    async with database.write() as session:
        rows = {str(row.public_id): row for row in await session.scalars(select(Invitation))}
        rows[ids[2]].expires_at = now() - timedelta(seconds=1)
        rows[ids[3]].used_at, rows[ids[3]].used_by_id = now(), manager.id
    path, found = f"/v1/mini-clusters/{mini_cluster.public_id}/invitations", []
    cursor: str | None = None
    for _ in range(4):
        params: dict[str, str] = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=params, headers=manager.headers)).json()
        found += [(item["id"], item["state"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == [(ids[3], "used"), (ids[2], "expired"), (ids[1], "revoked"), (ids[0], "open")]


async def test_cursor_of_another_mini_cluster_is_refused(
    client: httpx.AsyncClient, factory: Factory, mini_cluster: MiniCluster
) -> None:
    operator, other = await factory.person(is_operator=True), await factory.mini_cluster()
    for _ in range(2):
        await issued(client, operator, a_wish(other))
    path = "/v1/mini-clusters/{}/invitations"
    page = (await client.get(path.format(other.public_id), params={"limit": 1}, headers=operator.headers)).json()
    response = await client.get(
        path.format(mini_cluster.public_id), params={"cursor": page["next_cursor"]}, headers=operator.headers
    )
    problem(response, 422, "invalid_cursor", "/query/cursor")


async def test_revoking_twice_is_revoking_once(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    wish = a_wish(mini_cluster)
    await issued(client, manager, wish)
    for _ in range(2):
        assert (await revoke(client, manager, wish["id"])).status_code == 204
    assert await rows_of(database, AuditEntry, AuditEntry.action == "invitation.revoked") == 1
    problem(await invite(client, manager, wish), 410, "invitation_revoked")


async def test_foreign_and_nonexistent_invitations_are_not_told_apart(
    client: httpx.AsyncClient, factory: Factory, manager: Person, mini_cluster: MiniCluster
) -> None:
    invitation = await issued(client, manager, a_wish(mini_cluster))
    for person in (await factory.person(mini_cluster), await factory.person()):
        answers = [await revoke(client, person, some_id) for some_id in (invitation["id"], client_id())]
        for answer in answers:
            problem(answer, 404, "not_found")
        first, second = [{**answer.json(), "request_id": None} for answer in answers]
        assert first == second
    assert [item["state"] for item in await listed(client, manager, mini_cluster)] == ["open"]


BAD_WISHES: list[tuple[Json, str, str]] = [
    ({"role": "king"}, "/body/role", "enum"),
    ({"email": "nobody"}, "/body/email", "invalid_email"),
    ({"id": "9b2c1f9e-6f1e-4a55-8d57-0c6a1f1f4a3d"}, "/body/id", "uuid_version"),
    ({"mini_cluster_id": 7}, "/body/mini_cluster_id", "uuid_type"),
    ({"expires_at": "2030-01-01T00:00:00Z"}, "/body/expires_at", "extra_forbidden"),
]


async def test_bad_wishes_are_refused_with_a_pointer(
    client: httpx.AsyncClient, database: Database, manager: Person, mini_cluster: MiniCluster
) -> None:
    for changes, pointer, code in BAD_WISHES:
        problem(await invite(client, manager, a_wish(mini_cluster) | changes), 422, code, pointer)
    assert await rows_of(database, Invitation) == 0
