"""What the person concerned is told, the rules cited, and his one appeal."""

import asyncio
from datetime import timedelta

import httpx
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.models import Appeal, AuditEntry, ModerationAct
from app.moderation.statements.texts import APPEAL_TIME
from tests.comments.discussion import Discussion
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place
from tests.moderation.calls import Json, acted, undone
from tests.moderation.conftest import Staff

RULES = [
    {"text_ko": "서로 존중합니다.", "text_en": "We respect each other."},
    {"text_ko": "단가를 적지 않습니다.", "text_en": "Prices are not posted."},
]


async def appeal(client: httpx.AsyncClient, person: Person, statement_id: str, **body: str) -> httpx.Response:
    body = {"id": client_id(), "words": "공개된 가격입니다."} | body
    return await client.post(f"/v1/me/statements/{statement_id}/appeal", json=body, headers=person.headers)


async def decide(client: httpx.AsyncClient, person: Person, appeal_id: str, *, granted: bool) -> httpx.Response:
    body = {"is_granted": granted, "words": "확인했습니다."}
    return await client.post(f"/v1/appeals/{appeal_id}/decide", json=body, headers=person.headers)


async def put_rules(client: httpx.AsyncClient, person: Person, place: Place, rules: list[Json]) -> httpx.Response:
    path = f"/v1/consortia/{place.consortium.public_id}/rules"
    return await client.put(path, json={"rules": rules}, headers=person.headers)


async def test_rules_have_versions(client: httpx.AsyncClient, place: Place, staff: Staff) -> None:
    path = f"/consortia/{place.consortium.public_id}/rules"
    assert await get(client, path, place.member) == {"version": 0, "rules": [], "changed_at": None}
    for person in (place.member, staff.manager, staff.stranger):
        problem(await put_rules(client, person, place, RULES), 403, "forbidden")
    first = (await put_rules(client, staff.coordinator, place, RULES)).json()
    for _ in range(2):
        assert (await put_rules(client, staff.coordinator, place, RULES)).json() == first
        assert (first["version"], [rule["number"] for rule in first["rules"]]) == (1, [1, 2])
    assert (await put_rules(client, staff.operator, place, RULES[:1])).json()["version"] == 2
    assert await get(client, path, staff.stranger, version=1) == first
    problem(await client.get(f"/v1{path}?version=3", headers=place.member.headers), 404, "not_found")


async def test_person_concerned_is_told_why_in_his_language(
    client: httpx.AsyncClient, place: Place, staff: Staff, discussion: Discussion
) -> None:
    await put_rules(client, staff.coordinator, place, RULES)
    comment = await discussion.post(place.member, "단가표입니다.")
    on_comment = await acted(client, staff.manager, "hide", comment_id=comment["id"], rule_number=2)
    await put_rules(client, staff.coordinator, place, RULES[:1])
    await acted(client, staff.manager, "pin", idea_id=str(place.idea.public_id))
    await acted(client, staff.manager, "lock", idea_id=str(place.idea.public_id))
    (told,) = await all_items(client, "/me/statements", place.member)
    assert (told["id"], told["text"], told["rule"]) == (on_comment["id"], "댓글을 숨겼습니다.", RULES[1]["text_ko"])
    assert (told["comment_body"], told["idea_title"], told["words"]) == ("단가표입니다.", None, on_comment["words"])
    assert staff.manager.name not in str(told)
    english = {**place.member.headers, "Accept-Language": "en"}
    (told,) = (await client.get("/v1/me/statements", headers=english)).json()["items"]
    assert (told["text"], told["rule"]) == ("Your comment was hidden.", RULES[1]["text_en"])
    assert told["how_to_appeal"].startswith("You can appeal once, until 20")
    (locked,) = await all_items(client, "/me/statements", place.author)
    assert (locked["kind"], locked["idea_title"], locked["rule"]) == ("lock", place.idea.title, None)


async def test_one_appeal_decided_by_another(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    idea_id = str(place.idea.public_id)
    act = await acted(client, staff.coordinator, "hide", idea_id=idea_id)
    for person in (place.member, staff.coordinator):
        problem(await appeal(client, person, act["id"]), 404, "not_found")
    body = {"id": client_id(), "words": "공개된 가격입니다."}
    for _ in range(2):
        made = await appeal(client, place.author, act["id"], **body)
        assert made.status_code == 201, made.text
        assert (made.json()["appeal"]["state"], made.json()["may_appeal"]) == ("open", False)
    problem(await appeal(client, place.author, act["id"]), 409, "already_appealed")

    path = f"/consortia/{place.consortium.public_id}/appeals"
    for person in (place.author, place.member, staff.manager, staff.stranger):
        problem(await client.get(f"/v1{path}", headers=person.headers), 403, "forbidden")
        problem(await decide(client, person, body["id"], granted=True), 404, "not_found")
    (mine,) = await all_items(client, path, staff.coordinator)
    assert (mine["id"], mine["may_decide"], mine["act"]["id"]) == (body["id"], False, act["id"])
    problem(await decide(client, staff.coordinator, body["id"], granted=False), 403, "own_act")
    second = await factory.person(coordinates=place.consortium)
    wishes = [(second, True), (staff.operator, False)]
    answers = await asyncio.gather(*(decide(client, one, body["id"], granted=wish) for one, wish in wishes))
    (done,) = [answer.json() for answer in answers if answer.status_code == 200]
    (other,) = [answer for answer in answers if answer.status_code != 200]
    problem(other, 409, "appeal_decided")
    assert done["state"] in other.json()["detail"]
    (told,) = await all_items(client, "/me/statements", place.author)
    assert (told["appeal"]["state"], told["appeal"]["decision_words"]) == (done["state"], "확인했습니다.")
    seen = await client.get(f"/v1/ideas/{idea_id}", headers=place.member.headers)
    granted = done["state"] == "granted"
    assert (seen.status_code == 200, told["undone_at"] is not None) == (granted, granted)
    assert await all_items(client, path, staff.operator) == []
    async with database.read() as connection:
        decided = select(AuditEntry.actor_id).where(AuditEntry.action == "appeal.decided")
        assert len((await connection.execute(decided)).all()) == 1


async def test_appeals_come_in_time_and_against_what_stands(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    act = await acted(client, staff.manager, "lock", idea_id=str(place.idea.public_id))
    answers = await asyncio.gather(*(appeal(client, place.author, act["id"]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    await undone(client, staff.manager, act)
    late = await acted(client, staff.manager, "lock", idea_id=str(place.idea.public_id))
    async with database.write() as session:
        long_ago = now() - APPEAL_TIME - timedelta(seconds=1)
        await session.execute(
            update(ModerationAct).values(created_at=long_ago).where(ModerationAct.undone_at.is_(None))
        )
    problem(await appeal(client, place.author, late["id"]), 409, "appeal_too_late")
    told = await all_items(client, "/me/statements", place.author)
    assert (told[0]["may_appeal"], told[0]["how_to_appeal"]) == (False, None)
    gone = await acted(client, staff.manager, "hide", idea_id=str(place.idea.public_id))
    await undone(client, staff.manager, gone)
    problem(await appeal(client, place.author, gone["id"]), 409, "appeal_too_late")
    async with database.read() as connection:
        assert len((await connection.execute(select(Appeal.id))).all()) == 1
