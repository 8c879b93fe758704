"""Reporting what one sees: once, merged into one case, whoever comes at the same moment."""

import asyncio

import httpx
from sqlalchemy import select

from app.core.database import Database
from app.models import Case, Report
from app.models.ideas import IdeaStatus, Visibility
from app.moderation.reports.policy import weight_of
from tests.comments.discussion import Discussion
from tests.consortia.calls import problem
from tests.factories import Factory, client_id
from tests.ideas_factory import Place, published_idea, set_status
from tests.moderation.calls import close, queue, reported, send_report
from tests.moderation.conftest import Staff


async def test_reports_of_one_thing_are_one_case(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, discussion: Discussion
) -> None:
    others = [await factory.person(place.mini_cluster) for _ in range(2)]
    comment = await discussion.post(place.author)
    idea_id = place.idea.public_id
    words = "거래처 단가가 적혀 있습니다."
    report = await reported(client, place.member, idea_id=idea_id, words=words)
    assert (report["idea_id"], report["comment_id"], report["words"]) == (str(idea_id), None, words)
    await reported(client, others[0], idea_id=idea_id, reason="spam")
    on_comment = await reported(client, others[1], comment_id=comment["id"])
    assert (on_comment["idea_id"], on_comment["comment_id"]) == (str(idea_id), comment["id"])
    async with database.read() as connection:
        rows = (
            await connection.execute(select(Case.report_count, Case.weight, Case.comment_id).order_by(Case.id))
        ).all()
    assert [(row.report_count, row.weight, row.comment_id is None) for row in rows] == [(2, 4, True), (1, 3, False)]


async def test_one_open_report_for_each_member_and_retries(
    client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    target = {"idea_id": str(place.idea.public_id), "reason": "secret"}
    body = {"id": client_id(), **target}
    first = await client.post("/v1/reports", json=body, headers=place.member.headers)
    again = await client.post("/v1/reports", json=body, headers=place.member.headers)
    assert (first.status_code, first.json()) == (201, again.json())
    problem(await send_report(client, place.member, **target), 409, "already_reported")
    other = {**body, "reason": "spam"}
    problem(await client.post("/v1/reports", json=other, headers=place.member.headers), 409, "id_taken")
    problem(await client.post("/v1/reports", json=body, headers=staff.manager.headers), 409, "id_taken")
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    assert case["report_count"] == 1
    assert (await close(client, staff.coordinator, case["id"])).status_code == 200
    await reported(client, place.member, **target)
    (later,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    assert later["id"] != case["id"]


async def test_what_one_cannot_see_or_wrote_oneself(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, discussion: Discussion
) -> None:
    outsider = await factory.person()
    comment = await discussion.post(place.author)
    gone = await discussion.post(place.author)
    assert (await client.delete(f"/v1/comments/{gone['id']}", headers=place.author.headers)).status_code == 204
    nowhere = await send_report(client, outsider, idea_id=client_id())
    for fields in ({"idea_id": place.idea.public_id}, {"comment_id": comment["id"]}):
        response = await send_report(client, outsider, **fields)
        assert response.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
        problem(await send_report(client, place.author, **fields), 403, "own_content")
    problem(await send_report(client, place.member, comment_id=gone["id"]), 404, "not_found")
    both = {"idea_id": place.idea.public_id, "comment_id": comment["id"]}
    problem(await send_report(client, place.member, **both), 422, "one_target", "/body/idea_id")
    without_words = {"idea_id": place.idea.public_id, "reason": "other"}
    problem(await send_report(client, place.member, **without_words), 422, "words_missing", "/body/words")
    await set_status(database, place.idea, IdeaStatus.WITHDRAWN)
    problem(await send_report(client, place.member, idea_id=place.idea.public_id), 404, "not_found")
    async with database.read() as connection:
        assert (await connection.execute(select(Report.id))).all() == []
        assert (await connection.execute(select(Case.id))).all() == []


async def test_many_at_once_open_one_case(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    people = [await factory.person(place.mini_cluster) for _ in range(6)]
    twice = [person for person in people for _ in range(2)]
    answers = await asyncio.gather(*(send_report(client, one, idea_id=place.idea.public_id) for one in twice))
    assert sorted(answer.status_code for answer in answers) == [201] * 6 + [409] * 6
    async with database.read() as connection:
        (case,) = (await connection.execute(select(Case.report_count, Case.weight))).all()
        reasons = (await connection.execute(select(Report.reason))).scalars().all()
    assert case.report_count == len(reasons) == 6
    assert case.weight == sum(weight_of(reason) for reason in reasons)


async def test_named_reader_reports_what_he_may_read(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    reader = await factory.person(place.mini_cluster)
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[reader]
    )
    problem(await send_report(client, place.member, idea_id=idea.public_id), 404, "not_found")
    await reported(client, reader, idea_id=idea.public_id)


async def test_config_lists_the_reasons(client: httpx.AsyncClient) -> None:
    config = (await client.get("/v1/config")).json()
    assert config["report_reasons"][0] == "secret"
    assert "other" in config["report_reasons"]
