"""The actor query finds exactly what a person has now."""

import httpx

from app.core.clock import now
from app.core.database import Database
from app.core.tokens import token_digest
from app.identity.queries import load_actor, load_actor_by_token
from app.models import Membership
from app.models.memberships import MemberRole
from app.models.programme import LinkState
from tests.factories import Factory


async def test_actor_has_memberships_roles_and_links(database: Database, factory: Factory) -> None:
    home, linked, proposed, far = [await factory.consortium() for _ in range(4)]
    first, second = await factory.mini_cluster(home), await factory.mini_cluster(home)
    coordinated = await factory.consortium()
    inner = await factory.mini_cluster(coordinated)
    await factory.mini_cluster(far)
    await factory.link(linked, home)
    await factory.link(home, coordinated)
    await factory.link(proposed, home, LinkState.PROPOSED)
    person = await factory.person(first, second, role=MemberRole.CHAIR, coordinates=coordinated)
    async with database.read() as connection:
        actor = await load_actor_by_token(connection, token_digest(person.token))
    assert actor is not None
    assert (actor.account_id, actor.public_id, actor.session_id) == (person.id, person.public_id, person.session_id)
    assert actor.organisation_id == person.organisation_id
    assert {(m.mini_cluster_id, m.consortium_id, m.role) for m in actor.memberships} == {
        (first.id, home.id, MemberRole.CHAIR),
        (second.id, home.id, MemberRole.CHAIR),
    }
    assert actor.coordinated == ((coordinated.id, inner.id),)
    assert actor.coordinated_consortium_ids == {coordinated.id}
    assert actor.consortium_ids == {home.id, coordinated.id}
    assert actor.linked_consortium_ids == {linked.id}
    assert actor.inner_mini_cluster_ids == {first.id, second.id, inner.id}


async def test_ended_membership_is_gone_from_the_next_query(database: Database, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    person = await factory.person(mini_cluster)
    async with database.write() as session:
        membership = await session.get_one(Membership, 1)
        membership.ended_at = now()
    async with database.read() as connection:
        actor = await load_actor(connection, person.id)
    assert actor is not None
    assert actor.memberships == ()


async def test_unknown_token_is_nobody(database: Database) -> None:
    async with database.read() as connection:
        assert await load_actor_by_token(connection, token_digest("isa_nothing")) is None


async def test_health(client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert response.status_code == 200, response.text
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "silent"}
    assert (await client.get("/nothing")).json()["code"] == "not_found"
