"""Announcements over the API: who makes them, who reads them, how they change and end."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.announcements.policy import STANDING_AT_MOST
from app.announcements.queries import people_told, told_to
from app.core.clock import now
from app.core.database import Database
from app.models import Account, Announcement, AuditEntry, Membership, MiniCluster, ModerationAct
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.moderation import ActKind
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, actor_of, idea_among_members
from tests.statement_counter import count_queries


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


def body(**changes: Any) -> Json:
    """What is announced; without a place unless one is given."""
    announced: Json = {
        "id": client_id(),
        "title": "12월 정기 교류회",
        "body": "12월 10일 오후 3시에 모입니다.",
        "valid_until": (now() + timedelta(days=7)).isoformat(),
    }
    return {name: value for name, value in (announced | changes).items() if value is not None}


async def send(client: httpx.AsyncClient, person: Person, **changes: Any) -> httpx.Response:
    return await client.post("/v1/announcements", json=body(**changes), headers=person.headers)


async def announced(client: httpx.AsyncClient, person: Person, **changes: Any) -> Json:
    response = await send(client, person, **changes)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def change(client: httpx.AsyncClient, person: Person, announcement: Json, **changes: Any) -> httpx.Response:
    return await client.patch(f"/v1/announcements/{announcement['id']}", json=changes, headers=person.headers)


async def test_an_officer_announces_to_the_mini_cluster_and_a_coordinator_to_all(
    client: httpx.AsyncClient, database: Database, factory: Factory, app: FastAPI, place: Place
) -> None:
    officer = await factory.person(place.mini_cluster, name="총무", role=MemberRole.SECRETARY)
    coordinator = await factory.person(coordinates=place.consortium, name="코디네이터")
    sibling = await factory.mini_cluster(place.consortium, name_ko="금형")
    neighbour, stranger = await factory.person(sibling), await factory.person()
    mini_cluster, consortium = str(place.mini_cluster.public_id), str(place.consortium.public_id)
    request = body(mini_cluster_id=mini_cluster, link="https://example.kr/meeting")
    inner = await announced(client, officer, **request)
    assert await announced(client, officer, **request) == inner
    assert (inner["mini_cluster_id"], inner["consortium_id"]) == (mini_cluster, consortium)
    assert (inner["author"]["name"], inner["link"], inner["is_read"]) == ("총무", "https://example.kr/meeting", False)
    assert (inner["reader_count"], inner["allowed_actions"]) == (0, ["edit", "withdraw"])
    wide = await announced(client, coordinator, consortium_id=consortium)
    assert wide["mini_cluster_id"] is None

    for person, seen in (
        (place.member, [wide, inner]),
        (coordinator, [wide, inner]),
        (neighbour, [wide]),
        (stranger, []),
    ):
        items = await all_items(client, "/announcements", person, limit=1)
        assert [item["id"] for item in items] == [item["id"] for item in seen]
    (mine, _) = await all_items(client, "/announcements", place.member)
    assert (mine["reader_count"], mine["allowed_actions"]) == (None, [])
    problem(await client.get(f"/v1/announcements/{inner['id']}", headers=neighbour.headers), 404, "not_found")
    counts = set()
    for limit in (1, 2):
        with count_queries(app.state.resources.database) as statements:
            await get(client, "/announcements", place.member, limit=limit)
        counts.add(statements.count)
    assert len(counts) == 1
    async with database.read() as connection:
        actions = (await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()
    assert actions == ["announcement.made"] * 2


async def test_readers_are_counted_once_and_seen_by_those_who_keep_it(
    client: httpx.AsyncClient, factory: Factory, place: Place
) -> None:
    manager = await factory.person(place.mini_cluster, role=MemberRole.MANAGER)
    made = await announced(client, manager, mini_cluster_id=str(place.mini_cluster.public_id))
    for person in (place.member, place.member, place.author):
        opened = await client.put(f"/v1/announcements/{made['id']}/read", headers=person.headers)
        assert opened.json() == {"count": 0}
    shown = await get(client, f"/announcements/{made['id']}", manager)
    assert (shown["reader_count"], shown["is_read"]) == (2, False)
    assert (await get(client, f"/announcements/{made['id']}", place.member))["is_read"]


async def test_who_may_change_and_withdraw_one(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    officer = await factory.person(place.mini_cluster, role=MemberRole.CHAIR)
    other = await factory.person(place.mini_cluster, role=MemberRole.VICE_CHAIR)
    manager = await factory.person(place.mini_cluster, role=MemberRole.MANAGER)
    stranger = await factory.person()
    made = await announced(client, officer, mini_cluster_id=str(place.mini_cluster.public_id), link="https://a.kr")
    path = f"/v1/announcements/{made['id']}"
    changed = (await change(client, officer, made, title="장소 변경", link="")).json()
    assert (changed["title"], changed["body"], changed["link"]) == ("장소 변경", made["body"], None)
    assert changed["edited_at"] is not None
    assert (await change(client, manager, made, body="온라인으로 합니다.")).json()["body"] == "온라인으로 합니다."
    problem(await change(client, other, made, title="x"), 403, "forbidden")
    problem(await change(client, stranger, made, title="x"), 404, "not_found")
    problem(await client.delete(path, headers=other.headers), 403, "forbidden")
    async with database.write() as session:
        demoted = update(Membership).where(Membership.account_id == officer.id)
        await session.execute(demoted.values(role=MemberRole.MEMBER))
    problem(await change(client, officer, made, title="x"), 403, "forbidden")
    for _ in range(2):
        assert (await client.delete(path, headers=manager.headers)).status_code == 204
    for person in (officer, manager):
        problem(await client.get(path, headers=person.headers), 404, "not_found")
        assert await all_items(client, "/announcements", person, include_past=True) == []
    problem(await change(client, manager, made, title="x"), 404, "not_found")


async def test_one_that_is_over_stands_no_longer_but_can_be_read(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    manager = await factory.person(place.mini_cluster, role=MemberRole.MANAGER)
    made = await announced(client, manager, mini_cluster_id=str(place.mini_cluster.public_id))
    async with database.write() as session:
        over = {"created_at": now() - timedelta(days=9), "valid_until": now() - timedelta(days=1)}
        await session.execute(update(Announcement).values(over))
    assert await all_items(client, "/announcements", place.member) == []
    (past,) = await all_items(client, "/announcements", place.member, include_past=True)
    assert past["id"] == made["id"]
    assert (await get(client, f"/announcements/{made['id']}", place.member))["title"] == made["title"]


async def test_what_is_refused(client: httpx.AsyncClient, database: Database, factory: Factory, place: Place) -> None:
    officer = await factory.person(place.mini_cluster, role=MemberRole.CHAIR)
    coordinator = await factory.person(coordinates=place.consortium)
    mini_cluster, consortium = str(place.mini_cluster.public_id), str(place.consortium.public_id)
    problem(await send(client, place.member, mini_cluster_id=mini_cluster), 403, "forbidden")
    problem(await send(client, officer, consortium_id=consortium), 403, "forbidden")
    problem(await send(client, officer, mini_cluster_id=client_id()), 404, "not_found")
    problem(await send(client, officer, consortium_id=client_id()), 404, "not_found")
    for both in ({}, {"mini_cluster_id": mini_cluster, "consortium_id": consortium}):
        problem(await send(client, officer, **both), 422, "one_place", "/body/mini_cluster_id")
    for until in (now() - timedelta(seconds=1), now() + timedelta(days=400)):
        late = await send(client, officer, mini_cluster_id=mini_cluster, valid_until=until.isoformat())
        problem(late, 422, "not_in_time", "/body/valid_until")
    insecure = await send(client, officer, mini_cluster_id=mini_cluster, link="http://example.kr")
    problem(insecure, 422, "string_pattern_mismatch", "/body/link")

    made = await announced(client, officer, mini_cluster_id=mini_cluster)
    taken = await send(client, coordinator, mini_cluster_id=mini_cluster, id=made["id"])
    problem(taken, 409, "id_taken")
    late = await change(client, officer, made, valid_until=(now() - timedelta(seconds=1)).isoformat())
    problem(late, 422, "not_in_time", "/body/valid_until")
    for _ in range(STANDING_AT_MOST - 1):
        await announced(client, officer, mini_cluster_id=mini_cluster)
    problem(await send(client, officer, mini_cluster_id=mini_cluster), 409, "too_many_announcements")
    await announced(client, coordinator, consortium_id=consortium)  # a place of its own
    async with database.write() as session:
        await session.execute(update(Announcement).values(withdrawn_at=now()))
        await session.execute(update(MiniCluster).values(dissolved_at=now()))
    problem(await send(client, officer, mini_cluster_id=mini_cluster), 409, "mini_cluster_dissolved")


async def test_those_told_are_those_who_see_it(database: Database, factory: Factory, place: Place) -> None:
    """The set of accounts by one statement is the one that asking each of them gives."""
    sibling = await factory.mini_cluster(place.consortium)
    abroad = await factory.mini_cluster()
    people = [
        place.author,
        place.member,
        await factory.person(place.mini_cluster, sibling),
        await factory.person(sibling),
        await factory.person(abroad),
        await factory.person(abroad, coordinates=place.consortium),
        await factory.person(is_operator=True),
        left := await factory.person(place.mini_cluster),
        kept_out := await factory.person(place.mini_cluster),
        back := await factory.person(place.mini_cluster),
        erased := await factory.person(place.mini_cluster),
    ]
    async with database.write() as session:
        await session.execute(update(Membership).where(Membership.account_id == left.id).values(ended_at=now()))
        await session.execute(update(Account).where(Account.id == erased.id).values(status=AccountStatus.ERASED))
        for number, (person, until) in enumerate(((kept_out, None), (back, now() - timedelta(days=1)))):
            session.add(
                ModerationAct(
                    creation_digest=bytes([number]) * 32, kind=ActKind.SUSPEND, consortium_id=place.consortium.id,
                    subject_id=person.id, actor_id=place.author.id, until=until,
                )
            )  # fmt: skip
        for mini_cluster_id in (place.mini_cluster.id, None):
            session.add(
                Announcement(
                    creation_digest=b"a" * 32, consortium_id=place.consortium.id, mini_cluster_id=mini_cluster_id,
                    author_id=place.author.id, title="공지", body="모입니다.", valid_until=now() + timedelta(days=1),
                )
            )  # fmt: skip
    async with database.read() as connection:
        rows = (await connection.execute(select(*Announcement.__table__.c).order_by(Announcement.id))).all()
        for row in rows:
            seen = set()
            for person in people:
                if person is erased:
                    continue
                actor = await actor_of(database, person.id)
                statement = select(Announcement.id).where(Announcement.id == row.id, told_to(actor))
                if await connection.scalar(statement) is not None:
                    seen.add(person.id)
            told: list[int] = []
            while portion := (
                await connection.scalars(people_told(row, told[-1] if told else 0, 2), {"at": now()})
            ).all():
                told += portion
            assert len(told) == len(set(told))
            assert set(told) == seen
            assert {kept_out.id, left.id, erased.id}.isdisjoint(told)
            assert back.id in told
