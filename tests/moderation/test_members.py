"""Notes, warnings and suspensions: who may, what the member is told, and what he may no longer do."""

import asyncio
from datetime import timedelta

import httpx
from sqlalchemy import func, select, update

from app.core.clock import now
from app.core.database import Database
from app.models import ModerationAct, Vote
from app.models.ideas import Visibility
from tests.comments.discussion import Discussion
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, actor_of, published_idea
from tests.moderation.calls import Json, acted, send_act, undone
from tests.moderation.conftest import Staff


def on(person: Person, place: Place, **more: str) -> Json:
    return {"member_id": str(person.public_id), "consortium_id": str(place.consortium.public_id), **more}


async def test_suspended_member_takes_no_part_from_the_next_request(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff, discussion: Discussion
) -> None:
    elsewhere = await factory.mini_cluster()
    member = await factory.person(place.mini_cluster, elsewhere)
    linked = await factory.consortium()
    await factory.link(place.consortium, linked)
    abroad = await published_idea(
        database, place.author, await factory.mini_cluster(linked), visibility=Visibility.LINKED
    )
    open_idea = await published_idea(database, place.author, place.mini_cluster, visibility=Visibility.ALL)
    own = await published_idea(database, member, place.mini_cluster, visibility=Visibility.ALL)
    assert (await client.get(f"/v1/ideas/{abroad.public_id}", headers=member.headers)).status_code == 200
    later = (now() + timedelta(days=7)).isoformat()
    act = await acted(client, staff.coordinator, "suspend", **on(member, place, until=later))
    for path in (
        f"/ideas/{place.idea.public_id}",
        f"/ideas/{place.idea.public_id}/comments",
        f"/ideas/{abroad.public_id}",
    ):
        problem(await client.get(f"/v1{path}", headers=member.headers), 404, "not_found")
    assert (await get(client, "/feeds/home", member))["items"] == []
    problem(await discussion.send(member), 404, "not_found")
    seen = await get(client, f"/ideas/{open_idea.public_id}", member)
    assert seen["allowed_actions"] == ["follow"]
    comment = {"id": client_id(), "body": "댓글"}
    path = f"/v1/ideas/{open_idea.public_id}"
    problem(await client.post(f"{path}/comments", json=comment, headers=member.headers), 403, "suspended_here")
    for method in ("PUT", "DELETE"):
        problem(await client.request(method, f"{path}/vote", headers=member.headers), 403, "suspended_here")
    change = await client.patch(f"/v1/ideas/{own.public_id}", json={"title": "다른 제목"}, headers=member.headers)
    problem(change, 403, "suspended_here")
    idea = {"id": client_id(), "title": "제목", "body": "본문", "mini_cluster_id": str(place.mini_cluster.public_id)}
    problem(
        await client.post("/v1/ideas", json=idea, headers=member.headers),
        422,
        "cannot_post_here",
        "/body/mini_cluster_id",
    )
    idea |= {"id": client_id(), "mini_cluster_id": str(elsewhere.public_id)}
    assert (await client.post("/v1/ideas", json=idea, headers=member.headers)).status_code == 201
    withdrawn = await client.post(f"/v1/ideas/{own.public_id}/withdraw", headers=member.headers)
    assert withdrawn.status_code == 200
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(Vote)) == 0

    await undone(client, staff.coordinator, act)
    await discussion.post(member)
    await acted(client, staff.coordinator, "suspend", **on(member, place, until=later))
    assert (await actor_of(database, member.id)).suspended_consortium_ids == {place.consortium.id}
    async with database.write() as session:  # it ends by itself
        await session.execute(update(ModerationAct).values(until=now() - timedelta(seconds=1)))
    await discussion.post(member)
    await acted(client, staff.coordinator, "suspend", **on(member, place))


async def test_who_may_act_on_whom(client: httpx.AsyncClient, factory: Factory, place: Place, staff: Staff) -> None:
    second = await factory.person(place.mini_cluster, coordinates=place.consortium)
    outsider = await factory.person()
    for person in (staff.manager, staff.stranger, place.author):
        problem(await send_act(client, person, "warn", **on(place.member, place)), 403, "forbidden")
    for target in (second, staff.coordinator):
        status = 403 if target is second else 404  # one who was never a member is nobody here
        problem(
            await send_act(client, staff.coordinator, "suspend", **on(target, place)),
            status,
            "forbidden" if status == 403 else "not_found",
        )
    problem(await send_act(client, second, "suspend", **on(second, place)), 403, "forbidden")
    problem(await send_act(client, staff.coordinator, "warn", **on(outsider, place)), 404, "not_found")
    past = on(place.member, place, until="2020-01-01T00:00:00Z")
    problem(await send_act(client, staff.operator, "suspend", **past), 422, "in_the_past", "/body/until")
    wrong = {"member_id": str(place.member.public_id)}
    problem(await send_act(client, staff.operator, "warn", **wrong), 422, "does_not_fit_kind", "/body/consortium_id")
    problem(
        await send_act(client, staff.operator, "hide", **on(place.member, place)), 422, "not_for_this", "/body/kind"
    )
    wishes = [staff.coordinator, second, staff.operator]
    answers = await asyncio.gather(*(send_act(client, one, "suspend", **on(place.member, place)) for one in wishes))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_member_is_told_of_warnings_and_suspensions_and_not_of_notes(
    client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    for kind in ("note", "warn", "suspend"):
        await acted(client, staff.coordinator, kind, **on(place.member, place))
    told = await all_items(client, "/me/statements", place.member)
    assert [(item["kind"], item["idea_id"], item["until"]) for item in told] == [
        ("suspend", None, None),
        ("warn", None, None),
    ]
    assert {item["consortium_id"] for item in told} == {str(place.consortium.public_id)}
    body = {"id": client_id(), "words": "오해입니다."}
    path = f"/v1/me/statements/{told[0]['id']}/appeal"
    assert (await client.post(path, json=body, headers=place.member.headers)).status_code == 201
    decision = {"is_granted": True, "words": "확인했습니다."}
    decided = await client.post(f"/v1/appeals/{body['id']}/decide", json=decision, headers=staff.operator.headers)
    assert decided.json()["act"]["undone_at"] is not None
    assert (await client.get(f"/v1/ideas/{place.idea.public_id}", headers=place.member.headers)).status_code == 200
    path = f"/consortia/{place.consortium.public_id}/moderation-acts"
    acts = await all_items(client, path, staff.coordinator, member_id=str(place.member.public_id), limit=2)
    assert [act["kind"] for act in acts] == ["suspend", "warn", "note"]
    assert await all_items(client, path, staff.coordinator, member_id=str(place.author.public_id)) == []
    assert await all_items(client, path, staff.manager) == []
