"""Following mini-clusters over the API."""

import httpx
from fastapi import FastAPI
from sqlalchemy import update

from app.consortia.follows.service import followers_of
from app.consortia.memberships import join, leave
from app.core.clock import now
from app.core.database import Database
from app.models import MiniCluster
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.statement_counter import count_queries


async def follow(
    client: httpx.AsyncClient, person: Person, mini_cluster: object, method: str = "PUT"
) -> httpx.Response:
    return await client.request(method, f"/v1/mini-clusters/{mini_cluster}/follow", headers=dict(person.headers))


async def test_anybody_follows_any_mini_cluster(
    client: httpx.AsyncClient, app: FastAPI, database: Database, factory: Factory
) -> None:
    own, other, third = [await factory.mini_cluster(name_ko=name) for name in ("금형", "소재", "의료")]
    member, stranger = await factory.person(own), await factory.person()
    for person, mini_cluster in ((member, own), (member, other), (member, other), (member, third), (stranger, other)):
        assert (await follow(client, person, mini_cluster.public_id)).status_code == 204
    followed = await all_items(client, "/me/mini-cluster-follows", member, limit=2)
    assert [(item["name_ko"], item["my_role"]) for item in followed] == [
        ("금형", "member"),
        ("소재", None),
        ("의료", None),
    ]
    async with database.read() as connection:
        assert set(await connection.scalars(followers_of(other.id))) == {member.id, stranger.id}
    counts = set()
    for limit in (1, 3):
        with count_queries(app.state.resources.database) as statements:
            await get(client, "/me/mini-cluster-follows", member, limit=limit)
        counts.add(statements.count)
    assert len(counts) == 1

    for _ in range(2):
        assert (await follow(client, member, other.public_id, "DELETE")).status_code == 204
    assert [item["name_ko"] for item in await all_items(client, "/me/mini-cluster-follows", member)] == ["금형", "의료"]
    assert len(await all_items(client, "/me/mini-cluster-follows", stranger)) == 1


async def test_what_is_gone_is_not_followed_anew(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person, ended = await factory.person(), await factory.mini_cluster()
    assert (await follow(client, person, ended.public_id)).status_code == 204
    async with database.write() as session:
        await session.execute(update(MiniCluster).values(dissolved_at=now()))
    problem(await follow(client, person, ended.public_id), 409, "mini_cluster_dissolved")
    (item,) = await all_items(client, "/me/mini-cluster-follows", person)
    assert item["dissolved_at"] is not None
    assert (await follow(client, person, ended.public_id, "DELETE")).status_code == 204
    for method in ("PUT", "DELETE"):
        problem(await follow(client, person, client_id(), method), 404, "not_found")


async def test_who_joins_follows_and_who_leaves_does_not(database: Database, factory: Factory) -> None:
    mini_cluster = await factory.mini_cluster()
    person = await factory.person()
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id)
    async with database.read() as connection:
        assert (await connection.scalars(followers_of(mini_cluster.id))).all() == [person.id]
    async with database.write() as session:
        await leave(session, person.id, mini_cluster.id)
    async with database.read() as connection:
        assert (await connection.scalars(followers_of(mini_cluster.id))).all() == []
