"""Watching for words and bursts: what opens a case, what is held, and what becomes of it."""

import httpx
import pytest
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import Case, Comment, InboxItem, Membership, ModerationAct
from app.models.moderation import CaseOrigin
from app.models.notifications import Reason
from app.moderation.watch.watching import NEW_FOR
from app.moderation.watch.words import normal_form, uses_any
from tests.comments.discussion import Discussion, Totals
from tests.consortia.calls import all_items, get, problem
from tests.factories import client_id
from tests.ideas_factory import Place
from tests.moderation.calls import Json, close, queue, work
from tests.moderation.conftest import Staff


@pytest.mark.parametrize(
    "text", ["단가표를", "단 가 표", "단\u200b가표", "㉰ 단가표", "ＰＲＩＣＥ list", "Price\nList"]
)
def test_words_are_found_however_they_are_typed(text: str) -> None:
    assert uses_any([normal_form("단가표"), normal_form("price LIST")], text)
    assert not uses_any([normal_form("원가"), normal_form("견적")], text)


async def watch(client: httpx.AsyncClient, person: object, place: Place, **changes: object) -> Json:
    body = {"words": ["단가 표", "단가표"], "on_word": "hold", "on_burst": "off", "burst_limit": 3} | changes
    path = f"/v1/consortia/{place.consortium.public_id}/watch-list"
    response = await client.put(path, json=body, headers=person.headers)  # type: ignore[attr-defined]
    assert response.status_code == 200, response.text
    shown: Json = response.json()
    return shown


async def test_what_uses_a_watched_word_is_held_until_somebody_has_looked(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    place: Place,
    staff: Staff,
    discussion: Discussion,
) -> None:
    shown = await watch(client, staff.coordinator, place)
    assert shown["words"] == ["단가표"]
    comment = await discussion.post(place.member, "우리 단 가표입니다.", mentions=[place.author])
    await discussion.post(place.member, "좋은 생각입니다.")
    await work(settings)
    assert await discussion.totals() == Totals(1, 1, answered=True)
    async with database.read() as connection:
        to_others = select(InboxItem.comment_id).where(InboxItem.reason != Reason.MODERATED)
        told = (await connection.execute(to_others)).scalars().all()
        held = await connection.scalar(select(Comment.id).where(Comment.hidden_at.is_not(None)))
    assert held not in told
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    assert (case["origin"], case["report_count"], case["target"]["is_hidden"]) == ("words", 0, True)
    (told_why,) = await all_items(client, "/me/statements", place.member)
    assert (told_why["comment_id"], told_why["may_appeal"]) == (comment["id"], True)
    assert (await close(client, staff.manager, case["id"])).status_code == 200
    assert await discussion.totals() == Totals(2, 2, answered=True)
    (act,) = await all_items(client, f"/consortia/{place.consortium.public_id}/moderation-acts", staff.coordinator)
    assert (act["actor"], act["undone_by"]["name"], act["case_id"]) == (None, staff.manager.name, case["id"])

    await discussion.patch(place.member, comment["id"], body="그 단가표를 고쳤습니다.")
    await work(settings)
    (again,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    assert (await close(client, staff.manager, again["id"], "acted")).status_code == 200
    assert await discussion.totals() == Totals(1, 1, answered=True)


async def test_flagged_ideas_stay_and_edits_are_looked_at_too(
    client: httpx.AsyncClient, database: Database, settings: Settings, place: Place, staff: Staff
) -> None:
    await watch(client, staff.operator, place, on_word="flag")
    path = f"/v1/ideas/{place.idea.public_id}"
    await client.patch(path, json={"title": "단가표 공개"}, headers=place.author.headers)
    idea = {
        "id": client_id(),
        "title": "제목",
        "body": "대외비 단가표",
        "mini_cluster_id": str(place.mini_cluster.public_id),
    }
    assert (await client.post("/v1/ideas", json=idea, headers=place.member.headers)).status_code == 201
    await work(settings)
    await client.patch(path, json={"tags": ["가"]}, headers=place.author.headers)
    await work(settings)
    assert (await client.get(path, headers=place.member.headers)).status_code == 200
    async with database.read() as connection:
        cases = (await connection.execute(select(Case.origin, Case.comment_id))).all()
        assert (await connection.execute(select(ModerationAct.id))).all() == []
    assert [tuple(case) for case in cases] == [(CaseOrigin.WORDS, None)] * 2


async def test_burst_of_a_new_member_is_held(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    place: Place,
    staff: Staff,
    discussion: Discussion,
) -> None:
    await watch(client, staff.coordinator, place, words=[], on_burst="hold")
    async with database.write() as session:
        long_ago = now() - NEW_FOR
        of_author = update(Membership).where(Membership.account_id == place.author.id)
        await session.execute(of_author.values(started_at=long_ago))
    for person in (place.author, place.member):
        for _ in range(5):
            await discussion.post(person)
    await work(settings)
    cases = await queue(client, staff.manager, f"mini-clusters/{place.mini_cluster.public_id}")
    assert {case["target"]["author"]["name"] for case in cases} == {place.member.name}
    assert {case["origin"] for case in cases} == {"burst"}
    totals = await discussion.totals()
    assert totals.counter == totals.readable == 10 - len(cases)


async def test_watch_list_is_for_coordinators(client: httpx.AsyncClient, place: Place, staff: Staff) -> None:
    path = f"/consortia/{place.consortium.public_id}/watch-list"
    nothing = await get(client, path, staff.coordinator)
    assert (nothing["words"], nothing["on_word"], nothing["changed_at"]) == ([], "off", None)
    for person in (place.member, staff.manager, staff.stranger):
        problem(await client.get(f"/v1{path}", headers=person.headers), 403, "forbidden")
