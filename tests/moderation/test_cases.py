"""Cases: who is shown them, in which order, with what context, and what becomes of them."""

import asyncio

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core.database import Database
from app.models import AuditEntry, Case, NamedIdeaRead
from app.models.ideas import Visibility
from tests.comments.discussion import Discussion
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, client_id
from tests.ideas_factory import Place, published_idea
from tests.moderation.calls import accesses, close, queue, reported
from tests.moderation.conftest import Staff
from tests.statement_counter import count_queries


async def test_queue_is_for_those_who_look_after_the_place(
    client: httpx.AsyncClient, place: Place, staff: Staff, factory: Factory
) -> None:
    await reported(client, place.member, idea_id=place.idea.public_id)
    of_all, of_one = f"consortia/{place.consortium.public_id}", f"mini-clusters/{place.mini_cluster.public_id}"
    (case,) = await queue(client, staff.coordinator, of_all)
    assert await queue(client, staff.operator, of_all) == [case]
    for person in (staff.manager, staff.coordinator, staff.operator):
        assert await queue(client, person, of_one) == [case]
        assert (await get(client, f"/cases/{case['id']}", person))["id"] == case["id"]
    for person in (place.member, staff.stranger, place.author):
        for path in (of_all, of_one):
            problem(await client.get(f"/v1/{path}/cases", headers=person.headers), 403, "forbidden")
        nothing = await client.get(f"/v1/cases/{client_id()}", headers=person.headers)
        hidden = await client.get(f"/v1/cases/{case['id']}", headers=person.headers)
        assert hidden.status_code == 404
        assert hidden.json() | {"request_id": ""} == nothing.json() | {"request_id": ""}
    problem(await client.get(f"/v1/{of_all}/cases", headers=staff.manager.headers), 403, "forbidden")
    problem(await client.get(f"/v1/consortia/{client_id()}/cases", headers=staff.operator.headers), 404, "not_found")
    del factory


async def test_nobody_handles_a_case_about_himself_or_an_idea_kept_from_his_organisation(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    own = await published_idea(database, staff.coordinator, place.mini_cluster)
    kept = await published_idea(
        database, place.author, place.mini_cluster, excluded_organisation_ids=[staff.coordinator.organisation_id]
    )
    for idea in (own, kept):
        await reported(client, place.member, idea_id=idea.public_id)
    path = f"consortia/{place.consortium.public_id}"
    assert await queue(client, staff.coordinator, path) == []
    second = await factory.person(coordinates=place.consortium)
    await factory.block(place.author, second)  # a block does not shield from those who moderate
    cases = await queue(client, second, path)
    assert len(cases) == 2
    for case in cases:
        problem(await close(client, staff.coordinator, case["id"]), 404, "not_found")
        for method in ("GET", "PUT"):
            name = "idea" if method == "GET" else "claim"
            response = await client.request(method, f"/v1/cases/{case['id']}/{name}", headers=staff.coordinator.headers)
            problem(response, 404, "not_found")


async def test_case_shows_its_context(
    client: httpx.AsyncClient, place: Place, staff: Staff, discussion: Discussion
) -> None:
    comment = await discussion.post(place.member, "단가표를 붙입니다.")
    await reported(client, place.author, comment_id=comment["id"], words="단가")
    path = f"mini-clusters/{place.mini_cluster.public_id}"
    (first,) = await queue(client, staff.manager, path)
    assert (await close(client, staff.manager, first["id"], "acted")).json()["outcome"] == "acted"
    await reported(client, place.author, comment_id=comment["id"], reason="abuse")
    (second,) = await queue(client, staff.manager, path)
    shown = await get(client, f"/cases/{second['id']}", staff.manager)
    assert shown["comment_body"] == "단가표를 붙입니다."
    assert shown["target"]["author"]["name"] == place.member.name
    assert [(report["reporter"]["name"], report["reason"]) for report in shown["reports"]] == [("박서준", "abuse")]
    assert [(earlier["id"], earlier["outcome"]) for earlier in shown["earlier_cases"]] == [(first["id"], "acted")]
    assert shown["author_history"] == {"ideas": 0, "comments": 1, "cases": 2, "cases_acted": 1}
    (closed,) = await queue(client, staff.manager, path, state="closed")
    assert (closed["id"], closed["closed_by"]["name"]) == (first["id"], staff.manager.name)


async def test_order_and_pages(
    client: httpx.AsyncClient, app: FastAPI, database: Database, place: Place, staff: Staff, discussion: Discussion
) -> None:
    weights = [1, 3, 2, 3, 1]
    for weight in weights:
        comment = await discussion.post(place.author)
        await reported(client, place.member, comment_id=comment["id"])
        async with database.write() as session:
            newest = select(Case.id).order_by(Case.id.desc()).limit(1).scalar_subquery()
            await session.execute(update(Case).where(Case.id == newest).values(weight=weight))
    path = f"/consortia/{place.consortium.public_id}/cases"
    by_age = await all_items(client, path, staff.coordinator, limit=2)
    assert [case["weight"] for case in by_age] == weights
    by_weight = await all_items(client, path, staff.coordinator, limit=2, sort="weight")
    assert [case["weight"] for case in by_weight] == sorted(weights, reverse=True)
    assert {case["id"] for case in by_weight} == {case["id"] for case in by_age}
    counts = []
    for limit in (1, 5):
        with count_queries(app.state.resources.database) as statements:
            await get(client, path, staff.coordinator, limit=limit)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 6


async def test_claim_release_and_who_else_is_told(client: httpx.AsyncClient, place: Place, staff: Staff) -> None:
    await reported(client, place.member, idea_id=place.idea.public_id)
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    path = f"/v1/cases/{case['id']}/claim"
    for _ in range(2):
        claimed = await client.put(path, headers=staff.manager.headers)
        assert claimed.json()["claimed_by"]["name"] == staff.manager.name
    problem(await client.put(path, headers=staff.coordinator.headers), 409, "case_claimed")
    problem(await close(client, staff.coordinator, case["id"]), 409, "case_claimed")
    for _ in range(2):
        released = await client.delete(path, headers=staff.coordinator.headers)
        assert released.json()["claimed_by"] is None
    assert (await close(client, staff.coordinator, case["id"])).status_code == 200
    problem(await client.put(path, headers=staff.manager.headers), 409, "case_closed")


async def test_case_closed_by_many_at_once_has_one_outcome(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    await reported(client, place.member, idea_id=place.idea.public_id)
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    wishes = [(staff.manager, "acted"), (staff.coordinator, "dismissed"), (staff.operator, "settled")]
    answers = await asyncio.gather(*(close(client, person, case["id"], outcome) for person, outcome in wishes * 2))
    (outcome,) = {answer.json()["outcome"] for answer in answers if answer.status_code == 200}
    others = [answer for answer in answers if answer.status_code != 200]
    assert len(others) == 4  # the winner's second request is a retry
    for answer in others:
        problem(answer, 409, "case_closed")
        assert outcome in answer.json()["detail"]
    async with database.read() as connection:
        actions = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.action == "case.closed")
        (entry,) = (await connection.execute(actions)).all()
    assert entry.details["outcome"] == outcome


async def test_idea_for_named_people_is_opened_only_through_its_case_and_on_record(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[place.member]
    )
    problem(await client.get(f"/v1/ideas/{idea.public_id}", headers=staff.coordinator.headers), 404, "not_found")
    await reported(client, place.member, idea_id=idea.public_id)
    assert await queue(client, staff.manager, f"mini-clusters/{place.mini_cluster.public_id}") == []
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    shown = await get(client, f"/cases/{case['id']}", staff.coordinator)
    for seen in (case, shown):
        assert idea.title not in str(seen)
        assert idea.body not in str(seen)
    for person in (staff.manager, staff.stranger, place.member):
        problem(await client.get(f"/v1/cases/{case['id']}/idea", headers=person.headers), 404, "not_found")
    async with database.read() as connection:
        assert (await connection.execute(select(NamedIdeaRead.id))).all() == []
    opened = await get(client, f"/cases/{case['id']}/idea", staff.coordinator)
    assert (opened["title"], opened["body"]) == (idea.title, idea.body)
    async with database.read() as connection:
        reads = (
            await connection.execute(select(NamedIdeaRead.idea_id, NamedIdeaRead.account_id, NamedIdeaRead.by_staff))
        ).all()
        case_id = await connection.scalar(select(Case.id))
    assert [tuple(read) for read in reads] == [(idea.id, staff.coordinator.id, True)]
    (read,) = (await get(client, f"/ideas/{idea.public_id}/reads", place.author))["items"]
    assert staff.coordinator.name in str(read)
    entry = (await accesses(database))[-1]
    assert (entry.action, entry.account_id, entry.case_id) == ("idea.read_for_case", staff.coordinator.id, case_id)
    assert (entry.target_kind, entry.target_id, entry.subject_id) == ("idea", idea.id, place.author.id)
    assert (await close(client, staff.coordinator, case["id"])).status_code == 200
    closed = await client.get(f"/v1/cases/{case['id']}/idea", headers=staff.coordinator.headers)
    problem(closed, 409, "case_closed")
    assert len(await accesses(database)) == 5  # two lists, the case, the opening, the decision
