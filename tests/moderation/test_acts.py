"""Acts on ideas and comments: what they do at once, how they are undone, and who may."""

import asyncio
import random

import httpx
from sqlalchemy import func, select

from app.core.database import Database
from app.models import AuditEntry, FeedEntry, Idea, IdeaRevision, IdeaTag, ModerationAct, Vote
from app.models.ideas import IdeaStatus, Visibility
from app.models.memberships import MemberRole
from app.moderation.acts.effects import PINS_AT_MOST
from tests.comments.discussion import Discussion, Totals
from tests.consortia.calls import get, problem
from tests.factories import Factory, client_id
from tests.ideas_factory import Place, published_idea, set_status
from tests.moderation.calls import acted, queue, reported, send_act, undone
from tests.moderation.conftest import Staff


async def test_hidden_idea_is_gone_at_once_and_comes_back(
    client: httpx.AsyncClient, place: Place, staff: Staff, discussion: Discussion
) -> None:
    idea_id = str(place.idea.public_id)
    comment = await discussion.post(place.author)
    vote = f"/v1/ideas/{idea_id}/vote"
    await client.put(vote, headers=place.member.headers)
    feeds = ("/feeds/home", f"/consortia/{place.consortium.public_id}/ideas")
    before = [await get(client, path, place.member) for path in feeds]
    act = await acted(client, staff.manager, "hide", idea_id=idea_id)
    assert (act["subject"]["name"], act["actor"]["name"]) == (place.author.name, staff.manager.name)
    for path in feeds:
        assert (await get(client, path, place.member))["items"] == []
    for path in (f"/ideas/{idea_id}", f"/ideas/{idea_id}/comments", f"/comments/{comment['id']}"):
        problem(await client.get(f"/v1{path}", headers=place.member.headers), 404, "not_found")
    problem(await client.put(vote, headers=staff.manager.headers), 404, "not_found")
    problem(await discussion.send(place.member), 404, "not_found")
    own = await get(client, f"/ideas/{idea_id}", place.author)
    assert (own["status"], own["allowed_actions"]) == ("hidden", ["withdraw"])
    problem(await send_act(client, staff.coordinator, "hide", idea_id=idea_id), 409, "already_so")
    shown = await undone(client, staff.coordinator, act)
    assert (shown["undone_by"]["name"], shown["undo_words"]) == (staff.coordinator.name, "고쳐졌습니다.")
    assert await undone(client, staff.manager, act) == shown
    assert [await get(client, path, place.member) for path in feeds] == before


async def test_withdrawn_meanwhile_stays_withdrawn(client: httpx.AsyncClient, place: Place, staff: Staff) -> None:
    idea_id = str(place.idea.public_id)
    act = await acted(client, staff.manager, "hide", idea_id=idea_id)
    withdrawn = await client.post(f"/v1/ideas/{idea_id}/withdraw", headers=place.author.headers)
    assert withdrawn.json()["status"] == "withdrawn"
    await undone(client, staff.manager, act)
    problem(await client.get(f"/v1/ideas/{idea_id}", headers=place.member.headers), 404, "not_found")
    problem(await send_act(client, staff.manager, "hide", idea_id=idea_id), 409, "target_gone")


async def test_hidden_comment_counts_no_more(
    client: httpx.AsyncClient, place: Place, staff: Staff, discussion: Discussion
) -> None:
    comment = await discussion.post(place.member, "단가표입니다.")
    act = await acted(client, staff.manager, "hide", comment_id=comment["id"])
    assert await discussion.totals() == Totals(0, 0, answered=False)
    (thread,) = (await discussion.get(place.author))["items"]
    assert (thread["comment"]["is_hidden"], thread["comment"]["body"], thread["comment"]["author"]) == (True, "", None)
    await undone(client, staff.manager, act)
    assert await discussion.totals() == Totals(1, 1, answered=True)
    second = await acted(client, staff.manager, "hide", comment_id=comment["id"])
    assert (await client.delete(f"/v1/comments/{comment['id']}", headers=place.member.headers)).status_code == 204
    await undone(client, staff.manager, second)
    assert await discussion.totals() == Totals(0, 0, answered=False)
    problem(await send_act(client, staff.manager, "hide", comment_id=comment["id"]), 409, "target_gone")
    wrong = await send_act(client, staff.manager, "lock", comment_id=comment["id"])
    problem(wrong, 422, "not_for_comments", "/body/kind")


async def test_locked_idea_takes_no_new_comments(
    client: httpx.AsyncClient, place: Place, staff: Staff, discussion: Discussion
) -> None:
    mine = await discussion.post(place.member)
    act = await acted(client, staff.manager, "lock", idea_id=str(place.idea.public_id))
    problem(await discussion.send(place.member), 409, "idea_locked")
    assert (await discussion.patch(place.member, mine["id"], body="고친 글")).status_code == 200
    seen = await get(client, f"/ideas/{place.idea.public_id}", place.member)
    assert (seen["is_locked"], seen["allowed_actions"]) == (True, ["vote", "follow"])
    assert (await discussion.get(place.author, f"/v1/comments/{mine['id']}"))["allowed_actions"] == []
    await undone(client, staff.manager, act)
    await discussion.post(place.member)
    sends = [discussion.send(place.member) for _ in range(6)]
    await asyncio.gather(send_act(client, staff.manager, "lock", idea_id=str(place.idea.public_id)), *sends)
    totals = await discussion.totals()
    assert totals.counter == totals.readable


async def test_officers_pin_and_few_are_pinned(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    chair = await factory.person(place.mini_cluster, role=MemberRole.CHAIR)
    path = f"/mini-clusters/{place.mini_cluster.public_id}/pins"
    first = await acted(client, chair, "pin", idea_id=str(place.idea.public_id))
    assert [idea["id"] for idea in (await get(client, path, place.member))["items"]] == [str(place.idea.public_id)]
    assert (await get(client, path, await factory.person()))["items"] == []
    for kind in ("hide", "lock"):
        problem(await send_act(client, chair, kind, idea_id=str(place.idea.public_id)), 403, "forbidden")
    others = [await published_idea(database, chair, place.mini_cluster) for _ in range(PINS_AT_MOST)]
    for idea in others[:-1]:
        await acted(client, chair, "pin", idea_id=str(idea.public_id))
    last = str(others[-1].public_id)
    problem(await send_act(client, chair, "pin", idea_id=last), 409, "too_many_pins")
    await acted(client, staff.manager, "hide", idea_id=str(others[0].public_id))
    await acted(client, chair, "pin", idea_id=last)  # a hidden one takes no room
    await undone(client, chair, first)
    pins = [idea["id"] for idea in (await get(client, path, place.member))["items"]]
    assert pins[0] == last
    assert {str(others[0].public_id), str(place.idea.public_id)}.isdisjoint(pins)


async def test_retag_keeps_the_wording_and_what_others_changed_since(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    idea_id = str(place.idea.public_id)
    act = await acted(client, staff.manager, "retag", idea_id=idea_id, tags=["집진", "Mist"])
    assert (act["tags_before"], act["tags_after"]) == ([], ["집진", "mist"])
    assert (await get(client, f"/ideas/{idea_id}", place.member))["tags"] == ["집진", "mist"]
    async with database.read() as connection:
        assert set((await connection.execute(select(IdeaTag.tag))).scalars()) == {"집진", "mist"}
        assert (await connection.execute(select(IdeaRevision.edited_by_id))).scalars().all() == [staff.manager.id]
    await client.patch(f"/v1/ideas/{idea_id}", json={"tags": ["절삭유"]}, headers=place.author.headers)
    await undone(client, staff.manager, act)
    assert (await get(client, f"/ideas/{idea_id}", place.member))["tags"] == ["절삭유"]
    again = await acted(client, staff.manager, "retag", idea_id=idea_id, tags=[])
    await undone(client, staff.manager, again)
    assert (await get(client, f"/ideas/{idea_id}", place.member))["tags"] == ["절삭유"]
    problem(await send_act(client, staff.manager, "retag", idea_id=idea_id), 422, "does_not_fit_kind", "/body/tags")
    problem(await send_act(client, staff.manager, "retag", idea_id=idea_id, tags=["절삭유"]), 409, "already_so")


async def test_who_may_act(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    idea_id = str(place.idea.public_id)
    outsider = await factory.person()
    for kind in ("hide", "lock", "pin"):
        problem(await send_act(client, place.member, kind, idea_id=idea_id), 403, "forbidden")
        nowhere = await send_act(client, staff.stranger, kind, idea_id=client_id())
        for person in (outsider, staff.stranger):
            hidden = await send_act(client, person, kind, idea_id=idea_id)
            assert hidden.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
    own = await published_idea(database, staff.manager, place.mini_cluster)
    problem(await send_act(client, staff.manager, "hide", idea_id=str(own.public_id)), 403, "forbidden")
    kept = await published_idea(
        database, place.author, place.mini_cluster, excluded_organisation_ids=[staff.coordinator.organisation_id]
    )
    problem(await send_act(client, staff.coordinator, "hide", idea_id=str(kept.public_id)), 404, "not_found")
    act = await acted(client, staff.manager, "hide", idea_id=str(kept.public_id))
    for person in (staff.coordinator, place.author, place.member, staff.stranger):
        path = f"/v1/moderation-acts/{act['id']}/undo"
        problem(await client.post(path, json={"words": "왜"}, headers=person.headers), 404, "not_found")
    body = {"id": act["id"], "kind": "hide", "words": "단가가 공개되어 있습니다.", "idea_id": str(kept.public_id)}
    retry = await client.post("/v1/moderation-acts", json=body, headers=staff.manager.headers)
    assert (retry.status_code, retry.json()) == (201, act)
    other = {**body, "words": "다른 까닭"}
    problem(await client.post("/v1/moderation-acts", json=other, headers=staff.manager.headers), 409, "id_taken")
    path = f"/v1/consortia/{place.consortium.public_id}/moderation-acts"
    problem(await client.get(path, headers=place.member.headers), 403, "forbidden")
    assert [item["id"] for item in (await get(client, path[3:], staff.manager))["items"]] == [act["id"]]
    assert (await get(client, path[3:], staff.coordinator))["items"] == []
    async with database.read() as connection:
        actions = (await connection.execute(select(AuditEntry.action))).scalars().all()
    assert actions == ["act.hide"]


async def test_idea_for_named_people_is_reached_through_its_case(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[place.member]
    )
    idea_id = str(idea.public_id)
    problem(await send_act(client, staff.coordinator, "hide", idea_id=idea_id), 404, "not_found")
    await reported(client, place.member, idea_id=idea_id)
    await reported(client, place.member, idea_id=place.idea.public_id)
    cases = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    case, other = (case["id"] for case in cases)
    wrong = await send_act(client, staff.coordinator, "hide", idea_id=str(place.idea.public_id), case_id=case)
    problem(wrong, 422, "unknown_case", "/body/case_id")
    for person, case_id in ((staff.coordinator, other), (staff.manager, case)):
        problem(await send_act(client, person, "hide", idea_id=idea_id, case_id=case_id), 404, "not_found")
    act = await acted(client, staff.coordinator, "hide", idea_id=idea_id, case_id=case)
    assert act["case_id"] == case
    closed = await get(client, f"/cases/{case}", staff.coordinator)
    assert (closed["outcome"], closed["closing_words"]) == ("acted", act["words"])
    problem(await client.get(f"/v1/ideas/{idea_id}", headers=place.member.headers), 404, "not_found")
    wishes = [(staff.manager, "lock"), (staff.coordinator, "hide"), (staff.operator, "retag")]
    answers = await asyncio.gather(
        *(
            send_act(
                client, person, kind, idea_id=str(place.idea.public_id), case_id=other,
                **({"tags": ["가"]} if kind == "retag" else {}),
            )
            for person, kind in wishes
        )
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "case_closed")


async def test_batch_is_done_whole_or_not_at_all(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    ideas = [place.idea, *[await published_idea(database, place.author, place.mini_cluster) for _ in range(3)]]
    foreign = await published_idea(database, place.author, await factory.mini_cluster())
    acts = [
        {"id": client_id(), "kind": "hide", "words": "광고입니다.", "idea_id": str(idea.public_id)}
        for idea in [*ideas, foreign]
    ]
    refused = await client.post("/v1/moderation-batches", json={"acts": acts}, headers=staff.manager.headers)
    problem(refused, 422, "not_found", "/body/acts/4")
    bad = [*acts[:2], {**acts[2], "rule_number": 3}]
    refused = await client.post("/v1/moderation-batches", json={"acts": bad}, headers=staff.manager.headers)
    problem(refused, 422, "unknown_rule", "/body/acts/2/rule_number")
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(ModerationAct)) == 0
        hidden = select(func.count()).where(Idea.status == IdeaStatus.HIDDEN)
        assert await connection.scalar(hidden) == 0
    done = await client.post("/v1/moderation-batches", json={"acts": acts[:4]}, headers=staff.manager.headers)
    assert done.json() == {"ids": [act["id"] for act in acts[:4]]}
    async with database.read() as connection:
        assert await connection.scalar(hidden) == 4


async def test_random_acts_and_undos_leave_counters_equal_to_their_rows(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff, discussion: Discussion
) -> None:
    """Waves of acts, undos, comments, deletions and votes at the same moment; after each the counters are right."""
    choices = random.Random(7)
    comments = [(await discussion.post(place.member))["id"] for _ in range(4)]
    idea = str(place.idea.public_id)
    standing: list[dict[str, str]] = []
    for _ in range(8):
        target = choices.choice([{"idea_id": idea}, *({"comment_id": one} for one in comments)])
        calls = [
            send_act(client, staff.manager, "hide", **target),
            send_act(client, staff.coordinator, "hide", **target),
            client.put(f"/v1/ideas/{idea}/vote", headers=place.member.headers),
            discussion.send(place.member),
            client.delete(f"/v1/comments/{choices.choice(comments)}", headers=place.member.headers),
        ]
        if standing:
            undo = standing.pop(choices.randrange(len(standing)))
            path = f"/v1/moderation-acts/{undo['id']}/undo"
            calls += [client.post(path, json={"words": "왜"}, headers=one.headers) for one in (staff.manager,) * 2]
        answers = await asyncio.gather(*calls)
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 403, 404, 409}, [a.text for a in answers]
        standing += [answer.json() for answer in answers[:2] if answer.status_code == 201]
        await check(database, discussion, place)
    for act in standing:
        await undone(client, staff.manager, act)
    await check(database, discussion, place)
    assert (await get(client, f"/ideas/{idea}", place.member))["status"] == "published"
    del factory


async def check(database: Database, discussion: Discussion, place: Place) -> None:
    totals = await discussion.totals()
    assert totals.counter == totals.readable
    async with database.read() as connection:
        votes = await connection.scalar(select(func.count()).select_from(Vote).where(Vote.idea_id == place.idea.id))
        row = (await connection.execute(select(Idea.vote_count, Idea.status).where(Idea.id == place.idea.id))).one()
        entries = await connection.scalar(select(func.count()).where(FeedEntry.idea_id == place.idea.id))
    assert row.vote_count == votes
    assert (row.status is IdeaStatus.PUBLISHED) == bool(entries)
    if entries:
        assert totals.answered == (totals.readable > 0)


async def test_drafts_are_nobodys_business(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    await set_status(database, place.idea, IdeaStatus.DRAFT)
    problem(await send_act(client, staff.operator, "hide", idea_id=str(place.idea.public_id)), 404, "not_found")
