"""The state of an idea over the API: set by coordinators with a word, dated, told to those who follow."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.models import AuditEntry, InboxItem
from app.models.ideas import Visibility
from app.models.notifications import Reason
from app.notifications import fan_out
from app.outbox.relay import Lane, Relay
from app.outbox.subscriptions import Subscriptions
from tests.consortia.calls import all_items, get, problem
from tests.factories import Factory, Person
from tests.ideas_factory import Place, idea_among_members, published_idea


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


async def put_state(
    client: httpx.AsyncClient, place: Place, person: Person, state: str, note: str = "축하드립니다.", **headers: str
) -> httpx.Response:
    return await client.put(
        f"/v1/ideas/{place.idea.public_id}/state",
        headers=dict(person.headers) | headers,
        json={"state": state, "note": note},
    )


async def told(database: Database) -> list[tuple[int, Reason]]:
    """Handle what waits in the outbox; who was told why."""
    subscriptions = Subscriptions()
    fan_out.subscribe(subscriptions)
    await Relay(database, subscriptions, lane=Lane.INSIDE).run_round(now())
    async with database.read() as connection:
        statement = select(InboxItem.account_id, InboxItem.reason).order_by(InboxItem.id)
        return [(row.account_id, row.reason) for row in await connection.execute(statement)]


async def test_coordinator_sets_it_with_a_word_and_followers_are_told(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    coordinator = await factory.person(coordinates=place.consortium, name="이바다")
    bystander = await factory.person(place.mini_cluster)
    address = f"/ideas/{place.idea.public_id}"
    assert "set_state" in (await get(client, address, coordinator))["allowed_actions"]
    assert (await client.put(f"/v1{address}/follow", headers=dict(place.member.headers))).status_code == 200

    chosen = await put_state(client, place, coordinator, "chosen")
    assert (chosen.status_code, chosen.json()["state"], chosen.json()["version"]) == (200, "chosen", 2), chosen.text
    again = await put_state(client, place, coordinator, "chosen", "다른 말")
    assert again.json()["version"] == 2
    assert (await put_state(client, place, coordinator, "in_progress", "시작합니다.")).json()["version"] == 3

    history = await all_items(client, f"{address}/states", bystander, limit=1)
    shown = [(item["state"], item["note"], item["changed_by"]["name"]) for item in history]
    assert shown == [("in_progress", "시작합니다.", "이바다"), ("chosen", "축하드립니다.", "이바다")]
    # Two changes at once are one piece of news: the one that stands.
    expected = {(place.author.id, Reason.STATE_CHANGED), (place.member.id, Reason.STATE_CHANGED)}
    items = await told(database)
    assert (set(items), len(items)) == (expected, 2)
    async with database.read() as connection:
        acts = (await connection.execute(select(AuditEntry.action, AuditEntry.details))).all()
    assert [act.details for act in acts] == [
        {"before": "open", "after": "chosen"}, {"before": "chosen", "after": "in_progress"},
    ]  # fmt: skip


async def test_it_is_refused_to_others_and_from_an_old_version(
    client: httpx.AsyncClient, factory: Factory, place: Place
) -> None:
    """Check 13."""
    foreign = await factory.person(coordinates=await factory.consortium())
    coordinator = await factory.person(coordinates=place.consortium)
    problem(await put_state(client, place, foreign, "chosen"), 404, "not_found")
    for person in (place.member, place.author):
        problem(await put_state(client, place, person, "chosen"), 403, "forbidden")
    problem(await put_state(client, place, coordinator, "chosen", ""), 422, "string_too_short", "/body/note")
    problem(await put_state(client, place, coordinator, "won"), 422, "enum", "/body/state")
    problem(await put_state(client, place, coordinator, "chosen", **{"If-Match": '"9"'}), 412, "version_mismatch")
    assert (await get(client, f"/ideas/{place.idea.public_id}", coordinator))["state"] == "open"


async def test_the_author_sees_who_read_an_idea_for_named_people(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    reader, other = await factory.person(name="독자"), await factory.person()
    coordinator = await factory.person(coordinates=place.consortium)
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[reader, other]
    )
    address = f"/ideas/{idea.public_id}"
    for _ in range(2):
        await get(client, address, reader)
    await get(client, address, place.author)
    await all_items(client, "/feeds/home", other)
    reads = await all_items(client, f"{address}/reads", place.author, limit=1)
    assert [(read["reader"]["name"], read["by_staff"]) for read in reads] == [("독자", False)] * 2
    problem(await client.get(f"/v1{address}/reads", headers=dict(reader.headers)), 403, "forbidden")
    for stranger in (coordinator, place.member):
        problem(await client.get(f"/v1{address}/reads", headers=dict(stranger.headers)), 404, "not_found")
    assert "see_reads" in (await get(client, address, place.author))["allowed_actions"]


async def test_setting_the_state_gives_no_named_body_out_unrecorded(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    coordinator = await factory.person(coordinates=place.consortium)
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[coordinator]
    )
    body: dict[str, Any] = {"state": "closed", "note": "종료합니다."}
    response = await client.put(f"/v1/ideas/{idea.public_id}/state", headers=dict(coordinator.headers), json=body)
    assert response.status_code == 200, response.text
    assert "미스트를 줄이려고" not in response.text
