"""Merging ideas: what moves, who counts, who sees it, who is asked, and parting them again."""

import uuid
from datetime import timedelta

import httpx
import pytest
import time_machine

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import Idea
from app.models.ideas import Visibility
from app.models.memberships import MemberRole
from app.moderation.acts.service import undo_act
from app.moderation.merging.errors import MergeFinal
from app.moderation.merging.rules import UNDO_TIME
from tests.comments.discussion import Discussion
from tests.consortia.calls import Json, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, actor_of, published_idea
from tests.moderation.calls import acted, queue, reported, send_act, undone, work
from tests.moderation.conftest import Staff


@pytest.fixture
async def second_author(factory: Factory, place: Place) -> Person:
    return await factory.person(place.mini_cluster, name="유다온")


@pytest.fixture
async def target(database: Database, place: Place, second_author: Person) -> Idea:
    return await published_idea(database, second_author, place.mini_cluster)


async def vote(client: httpx.AsyncClient, person: Person, idea: Idea) -> None:
    sent = await client.put(f"/v1/ideas/{idea.public_id}/vote", headers=person.headers)
    assert sent.status_code == 200, sent.text


async def totals(client: httpx.AsyncClient, person: Person, idea: Idea) -> tuple[int, int, bool]:
    shown = await get(client, f"/ideas/{idea.public_id}", person)
    return shown["vote_count"], shown["comment_count"], shown["my_vote"]


def merging(source: Idea, into: Idea) -> Json:
    return {"idea_id": str(source.public_id), "into_idea_id": str(into.public_id)}


async def test_merge_and_parting(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    place: Place,
    staff: Staff,
    discussion: Discussion,
    second_author: Person,
    target: Idea,
) -> None:
    thread = Discussion(client, database, target)
    for person in (place.member, staff.manager, second_author):
        await vote(client, person, place.idea)
    await vote(client, place.member, target)
    top = await discussion.post(place.member, "저희도 필요합니다.")
    await discussion.post(place.author, "고맙습니다.", reply_to=top["id"])
    await thread.post(place.member, "관심 있습니다.")
    await reported(client, second_author, comment_id=top["id"])
    act = await acted(client, staff.coordinator, "merge", **merging(place.idea, target))
    assert act["into_idea_id"] == str(target.public_id)

    assert await totals(client, place.member, target) == (2, 3, True)
    assert await totals(client, staff.manager, target) == (2, 3, True)
    shown = await get(client, f"/ideas/{target.public_id}", place.member)
    assert [card["name"] for card in shown["co_authors"]] == [place.author.name]
    assert {each["comment"]["body"] for each in (await thread.get(place.member))["items"]} == {
        "저희도 필요합니다.", "관심 있습니다.",
    }  # fmt: skip
    problem(await client.get(f"/v1/ideas/{place.idea.public_id}", headers=place.member.headers), 404, "not_found")
    own = await get(client, f"/ideas/{place.idea.public_id}", place.author)
    assert (own["merged_into_id"], own["status"]) == (str(target.public_id), "hidden")
    assert (await get(client, f"/ideas/{target.public_id}", place.author))["following"] is True
    await work(settings)
    (statement,) = (await get(client, "/me/statements", place.author))["items"]
    assert (statement["kind"], statement["may_appeal"]) == ("merge", True)
    (case,) = await queue(client, staff.manager, f"mini-clusters/{place.mini_cluster.public_id}")
    assert case["target"]["idea_id"] == str(target.public_id)

    await thread.post(second_author, "함께하시죠.", reply_to=top["id"])
    await client.delete(f"/v1/ideas/{target.public_id}/vote", headers=staff.manager.headers)
    await undone(client, staff.coordinator, act)
    assert await totals(client, place.member, target) == (1, 1, True)
    # The manager has taken his vote back; the author of the other idea had voted, and never could for his own.
    assert await totals(client, place.member, place.idea) == (2, 3, True)
    assert await totals(client, second_author, place.idea) == (2, 3, True)
    parted = await get(client, f"/ideas/{target.public_id}", place.author)
    assert (parted["co_authors"], parted["following"]) == ([], False)
    feed = (await get(client, "/feeds/home", place.member))["items"]
    assert {item["id"] for item in feed} == {str(place.idea.public_id), str(target.public_id)}


async def test_author_is_asked_before_more_people_see_it(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff, discussion: Discussion
) -> None:
    other = await factory.mini_cluster(place.consortium)
    author, reader = await factory.person(other, name="유다온"), await factory.person(other)
    wide = await published_idea(database, author, other, visibility=Visibility.CONSORTIUM)
    await discussion.post(place.member, "우리끼리 이야기")
    refused = await send_act(client, staff.coordinator, "merge", **merging(place.idea, wide))
    problem(refused, 409, "consent_needed")
    path = f"/v1/ideas/{place.idea.public_id}/merge-proposals"
    body = {"id": client_id(), "into_idea_id": str(wide.public_id), "note": "같은 장치입니다."}
    problem(await client.post(path, json=body, headers=place.member.headers), 403, "forbidden")
    problem(await client.post(path, json=body, headers=staff.manager.headers), 403, "forbidden")
    for _ in range(2):
        sent = await client.post(path, json=body, headers=staff.coordinator.headers)
        assert (sent.status_code, sent.json()["state"]) == (201, "waiting")
    (asked,) = (await get(client, "/me/audience-proposals", place.author))["items"]
    assert (asked["kind"], asked["into_idea_id"]) == ("merge", str(wide.public_id))
    seen = await client.get(f"/v1/ideas/{wide.public_id}/comments", headers=reader.headers)
    assert seen.json()["items"] == []
    decision = f"/v1/audience-proposals/{asked['id']}/decision"
    granted = await client.put(decision, json={"granted": True}, headers=place.author.headers)
    assert granted.json()["state"] == "granted", granted.text
    seen = await client.get(f"/v1/ideas/{wide.public_id}/comments", headers=reader.headers)
    assert [each["comment"]["body"] for each in seen.json()["items"]] == ["우리끼리 이야기"]
    log = await get(client, f"/consortia/{place.consortium.public_id}/moderation-acts", staff.coordinator)
    (act,) = log["items"]
    assert (act["kind"], act["actor"]["name"]) == ("merge", staff.coordinator.name)
    await undone(client, staff.coordinator, act)
    back = await get(client, f"/ideas/{place.idea.public_id}", place.author)
    assert (back["visibility"], back["mini_cluster_id"]) == ("mini_cluster", str(place.mini_cluster.public_id))
    problem(await client.get(f"/v1/ideas/{place.idea.public_id}", headers=reader.headers), 404, "not_found")


async def test_what_is_not_merged(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    place: Place,
    staff: Staff,
    second_author: Person,
    target: Idea,
) -> None:
    abroad = await factory.mini_cluster()
    foreign = await published_idea(database, await factory.person(abroad), abroad)
    named = await published_idea(
        database, second_author, place.mini_cluster, visibility=Visibility.NAMED, readers=[staff.manager]
    )
    manager = staff.manager

    async def refused(status: int, code: str, source: Idea, into: Idea, pointer: str | None = None) -> None:
        problem(
            await send_act(client, manager, "merge", **merging(source, into)), status, code, *filter(None, [pointer])
        )

    await refused(422, "not_mergeable", place.idea, place.idea, "/body/into_idea_id")
    await refused(422, "not_mergeable", place.idea, named, "/body/into_idea_id")
    await refused(404, "not_found", place.idea, foreign)
    without = await send_act(client, manager, "merge", idea_id=str(place.idea.public_id))
    problem(without, 422, "does_not_fit_kind", "/body/into_idea_id")
    member = await send_act(client, place.member, "merge", **merging(place.idea, target))
    problem(member, 403, "forbidden")
    blocked = await factory.person(place.mini_cluster, role=MemberRole.MEMBER)
    await factory.block(blocked, place.author)
    apart = await published_idea(database, blocked, place.mini_cluster)
    await refused(409, "co_author_outside", place.idea, apart)
    await acted(client, manager, "merge", **merging(place.idea, target))
    third = await published_idea(database, place.member, place.mini_cluster)
    await refused(409, "merged_into", target, third)
    await refused(404, "not_found", place.idea, third)


async def test_merge_is_final_after_thirty_days(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff, target: Idea
) -> None:
    act = await acted(client, staff.manager, "merge", **merging(place.idea, target))
    manager = await actor_of(database, staff.manager.id)
    with time_machine.travel(now() + UNDO_TIME + timedelta(minutes=1)), pytest.raises(MergeFinal):
        async with database.write() as session:
            await undo_act(session, manager, uuid.UUID(act["id"]), "늦었습니다.")


async def test_two_merges_into_one_are_undone_in_any_order(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff, target: Idea
) -> None:
    second = await published_idea(database, place.author, place.mini_cluster)
    for idea in (place.idea, second):
        await vote(client, place.member, idea)
    acts = [await acted(client, staff.coordinator, "merge", **merging(each, target)) for each in (place.idea, second)]
    assert await totals(client, place.member, target) == (1, 0, True)
    await undone(client, staff.coordinator, acts[0])
    assert await totals(client, place.member, target) == (1, 0, True)
    assert await totals(client, place.member, place.idea) == (1, 0, True)
    await undone(client, staff.coordinator, acts[1])
    assert await totals(client, place.member, target) == (0, 0, False)
    assert await totals(client, place.member, second) == (1, 0, True)
