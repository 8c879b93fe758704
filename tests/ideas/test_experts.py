"""Experts over the API: designated by staff, invited by authors, gone at once with either."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy import func, select

from app.core.database import Database
from app.ideas.experts import invitations
from app.models import AuditEntry, Expert, IdeaExpert, MiniCluster, Organisation
from app.models.ideas import Visibility
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas.test_consent import send
from tests.ideas_factory import Place, idea_among_members, published_idea


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


@pytest.fixture
async def coordinator(factory: Factory, place: Place) -> Person:
    return await factory.person(coordinates=place.consortium, name="이바다")


@pytest.fixture
async def expert(client: httpx.AsyncClient, factory: Factory, coordinator: Person) -> Person:
    """Of another region, where he is a member; designated."""
    person = await factory.person(await factory.mini_cluster(), name="정도윤")
    await designate(client, coordinator, person)
    return person


async def designate(client: httpx.AsyncClient, by: Person, person: Person, field: str = "금형 설계") -> Json:
    response = await send(client, "PUT", f"/experts/{person.public_id}", by, field=field)
    assert response.status_code == 200, response.text
    shown: Json = response.json()
    return shown


async def invite(client: httpx.AsyncClient, place: Place, person: Person, by: Person | None = None) -> httpx.Response:
    path = f"/ideas/{place.idea.public_id}/experts/{person.public_id}"
    return await send(client, "PUT", path, by or place.author)


async def sees(client: httpx.AsyncClient, place: Place, person: Person) -> bool:
    """Whether he does, in every place alike."""
    address = f"/ideas/{place.idea.public_id}"
    listed = str(place.idea.public_id) in [i["id"] for i in await all_items(client, "/feeds/invited", person)]
    for path in (address, f"{address}/comments", f"{address}/states"):
        assert ((await send(client, "GET", path, person)).status_code == 200) == listed, path
    return listed


def names(items: Sequence[Json]) -> list[str]:
    return [item["person"]["name"] for item in items]


async def test_experts_are_designated_for_a_time_and_found_by_members(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, coordinator: Person
) -> None:
    operator, stranger = await factory.person(is_operator=True), await factory.person(name="최서연")
    blocking = await factory.person(name="한지민")
    shown = await designate(client, coordinator, stranger)
    assert (shown["field"], shown["person"]["name"]) == ("금형 설계", "최서연")
    assert await designate(client, operator, stranger) == shown
    await designate(client, operator, stranger, "표면 처리")
    await designate(client, operator, blocking, "100% 자동화")
    await factory.block(blocking, place.member)

    assert names(await all_items(client, "/experts", place.author, limit=1)) == ["최서연", "한지민"]
    assert names(await all_items(client, "/experts", place.member)) == ["최서연"]
    for q, found in (("표면", ["최서연"]), ("서연", ["최서연"]), ("0%", ["한지민"]), ("금형 설계", []), ("_", [])):
        assert names(await all_items(client, "/experts", place.author, q=q)) == found, q
    problem(await send(client, "GET", "/experts", stranger), 403, "forbidden")
    for person in (place.member, place.author, stranger):
        problem(await send(client, "PUT", f"/experts/{stranger.public_id}", person, field="가"), 403, "forbidden")
        problem(await send(client, "DELETE", f"/experts/{stranger.public_id}", person), 403, "forbidden")
    nobody = f"/experts/{client_id()}"
    problem(await send(client, "PUT", nobody, operator, field="가"), 404, "not_found")
    problem(await send(client, "DELETE", nobody, operator), 404, "not_found")
    too_long = await send(client, "PUT", f"/experts/{stranger.public_id}", operator, field="가" * 101)
    problem(too_long, 422, "string_too_long", "/body/field")
    for _ in range(2):
        assert (await send(client, "DELETE", f"/experts/{stranger.public_id}", operator)).status_code == 204
    assert names(await all_items(client, "/experts", place.author)) == ["한지민"]
    async with database.read() as connection:
        periods = (await connection.execute(select(Expert.field).where(Expert.ended_at.is_not(None)))).scalars().all()
        acts = (await connection.execute(select(AuditEntry.action).order_by(AuditEntry.id))).scalars().all()
    assert sorted(periods) == ["금형 설계", "표면 처리"]
    assert acts == ["expert.designated"] * 3 + ["expert.ended"]


async def test_an_invited_expert_takes_part_until_the_invitation_is_taken_back(
    client: httpx.AsyncClient, factory: Factory, place: Place, expert: Person
) -> None:
    address = f"/ideas/{place.idea.public_id}"
    assert not await sees(client, place, expert)
    for _ in range(2):
        assert (await invite(client, place, expert)).status_code == 204
    assert await sees(client, place, expert)
    assert await all_items(client, "/feeds/home", expert) == []
    assert (await get(client, address, expert))["allowed_actions"] == ["comment", "vote", "follow"]
    assert "invite_expert" in (await get(client, address, place.author))["allowed_actions"]
    (invited,) = await all_items(client, f"{address}/experts", place.author)
    assert (invited["person"]["name"], invited["field"]) == ("정도윤", "금형 설계")

    comment = {"id": client_id(), "body": "같이 시험해 보시지요."}
    assert (await send(client, "POST", f"{address}/comments", expert, **comment)).status_code == 201
    named = {"id": client_id(), "body": "고맙습니다.", "mention_ids": [str(expert.public_id)]}
    assert (await send(client, "POST", f"{address}/comments", place.author, **named)).status_code == 201
    for path in ("vote", "follow", "read-marker"):
        assert (await send(client, "PUT", f"{address}/{path}", expert)).status_code == 200, path

    for person, status in ((place.member, 403), (expert, 403), (await factory.person(), 404)):
        assert (await invite(client, place, expert, person)).status_code == status
        assert (await send(client, "GET", f"{address}/experts", person)).status_code == status
    for _ in range(2):
        path = f"{address}/experts/{expert.public_id}"
        assert (await send(client, "DELETE", path, place.author)).status_code == 204
    assert not await sees(client, place, expert)
    problem(await send(client, "GET", f"/comments/{named['id']}", expert), 404, "not_found")
    problem(await send(client, "PUT", f"{address}/vote", expert), 404, "not_found")


async def test_being_no_expert_any_more_hides_everything_at_once_for_good(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, coordinator: Person, expert: Person
) -> None:
    other = await factory.person(name="오하윤")
    await designate(client, coordinator, other)
    for person in (expert, other):
        assert (await invite(client, place, person)).status_code == 204
    await designate(client, coordinator, expert, "표면 처리")
    assert await sees(client, place, expert), "another field takes no invitation away"
    assert (await send(client, "DELETE", f"/experts/{expert.public_id}", coordinator)).status_code == 204
    assert not await sees(client, place, expert)
    assert await sees(client, place, other)
    problem(await invite(client, place, expert), 404, "not_found")
    await designate(client, coordinator, expert)
    assert not await sees(client, place, expert)
    address = f"/ideas/{place.idea.public_id}"
    changed = await send(client, "PATCH", address, place.author, title="새 제목", visibility="consortium")
    assert changed.status_code == 200
    assert not await sees(client, place, expert), "writing the entries anew brings nothing back"
    assert await sees(client, place, other), "nor takes anything away"
    assert (await send(client, "POST", f"{address}/withdraw", place.author)).status_code == 200
    assert not await sees(client, place, other)
    problem(await invite(client, place, expert), 409, "idea_not_open")


async def test_exclusions_and_blocks_stand_above_an_invitation(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, coordinator: Person, expert: Person
) -> None:
    address = f"/ideas/{place.idea.public_id}"
    blocked = await factory.person(await factory.mini_cluster(), name="강시우")
    await designate(client, coordinator, blocked)
    await factory.block(blocked, place.author)
    assert (await invite(client, place, blocked)).status_code == 204, "nobody learns of a block"
    assert not await sees(client, place, blocked)

    async with database.read() as connection:
        mine = str(
            await connection.scalar(select(Organisation.public_id).where(Organisation.id == expert.organisation_id))
        )
    assert (await invite(client, place, expert)).status_code == 204
    excluded = await send(client, "PATCH", address, place.author, excluded_organisation_ids=[mine])
    assert excluded.status_code == 200, excluded.text
    assert not await sees(client, place, expert)
    assert (await send(client, "DELETE", f"{address}/experts/{expert.public_id}", place.author)).status_code == 204
    problem(await invite(client, place, expert), 422, "excluded_organisation", "/path/account_id")


async def test_who_can_be_invited_into_what(
    client: httpx.AsyncClient,
    factory: Factory,
    place: Place,
    coordinator: Person,
    expert: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem(await invite(client, place, place.member), 404, "not_found")
    await designate(client, coordinator, place.author)
    problem(await invite(client, place, place.author), 422, "cannot_invite_oneself", "/path/account_id")
    draft = {"id": client_id(), "title": "초안", "body": "본문", "draft": True}
    draft["mini_cluster_id"] = str(place.mini_cluster.public_id)
    assert (await send(client, "POST", "/ideas", place.author, **draft)).status_code == 201
    into_draft = f"/ideas/{draft['id']}/experts/{expert.public_id}"
    problem(await send(client, "PUT", into_draft, place.author), 409, "idea_not_open")
    monkeypatch.setattr(invitations, "MAX_EXPERTS", 1)
    for _ in range(2):
        assert (await invite(client, place, expert)).status_code == 204
    second = await factory.person()
    await designate(client, coordinator, second)
    problem(await invite(client, place, second), 409, "too_many_experts")


async def test_an_expert_reading_an_idea_for_named_people_is_recorded(
    client: httpx.AsyncClient, database: Database, place: Place, expert: Person
) -> None:
    idea = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[place.member]
    )
    named = Place(idea, place.author, place.member, place.mini_cluster, place.consortium)
    assert (await invite(client, named, expert)).status_code == 204
    (stub,) = await all_items(client, "/feeds/invited", expert)
    assert (stub["title"], stub["excerpt"]) == (idea.title, "")
    reads = f"/ideas/{idea.public_id}/reads"
    assert await all_items(client, reads, place.author) == []
    assert (await get(client, f"/ideas/{idea.public_id}", expert))["body"] == idea.body
    assert [read["reader"]["name"] for read in await all_items(client, reads, place.author)] == ["정도윤"]


async def test_ending_a_designation_and_editing_at_once_leave_nothing_behind(
    client: httpx.AsyncClient, database: Database, place: Place, coordinator: Person, expert: Person
) -> None:
    """Whoever comes first: an edit, which writes the entries of an idea anew, must not bring the expert back."""
    address = f"/ideas/{place.idea.public_id}"
    for round_number in range(6):
        await designate(client, coordinator, expert)
        assert (await invite(client, place, expert)).status_code == 204
        answers = await asyncio.gather(
            send(client, "PATCH", address, place.author, title=f"제목 {round_number}"),
            send(client, "DELETE", f"/experts/{expert.public_id}", coordinator),
            invite(client, place, expert),
        )
        assert [answer.status_code for answer in answers[:2]] == [200, 204], [answer.text for answer in answers]
        assert answers[2].status_code in (204, 404)
        assert not await sees(client, place, expert)
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(IdeaExpert)) == 0


async def test_ending_a_designation_and_inviting_at_once_leave_nothing_behind(
    client: httpx.AsyncClient, place: Place, coordinator: Person, expert: Person
) -> None:
    for _ in range(6):
        await designate(client, coordinator, expert)
        ended, invited = await asyncio.gather(
            send(client, "DELETE", f"/experts/{expert.public_id}", coordinator), invite(client, place, expert)
        )
        assert (ended.status_code, invited.status_code in (204, 404)) == (204, True), invited.text
        assert not await sees(client, place, expert)


async def test_a_moved_idea_is_not_pinned_elsewhere(
    client: httpx.AsyncClient, factory: Factory, place: Place, coordinator: Person
) -> None:
    sibling: MiniCluster = await factory.mini_cluster(place.consortium)
    address = f"/ideas/{place.idea.public_id}"
    widened = await send(client, "PATCH", address, place.author, visibility="consortium")
    assert widened.status_code == 200
    pin = {"id": client_id(), "kind": "pin", "idea_id": str(place.idea.public_id), "words": "중요"}
    pinned = await send(client, "POST", "/moderation-acts", coordinator, **pin)
    assert pinned.status_code == 201, pinned.text
    pins = "/mini-clusters/{}/pins"
    assert len((await get(client, pins.format(place.mini_cluster.public_id), place.author))["items"]) == 1
    wider = {"id": client_id(), "visibility": "linked", "note": "제안"}
    assert (await send(client, "POST", f"{address}/audience-proposals", coordinator, **wider)).status_code == 201
    move = {"id": client_id(), "mini_cluster_id": str(sibling.public_id), "note": "이동"}
    moved = await send(client, "POST", f"{address}/audience-proposals", coordinator, **move)
    assert (moved.json()["state"], moved.json()["kind"]) == ("applied", "move"), moved.text
    for where in (place.mini_cluster, sibling):
        assert (await get(client, pins.format(where.public_id), coordinator))["items"] == []
    decision = f"/audience-proposals/{wider['id']}/decision"
    stale = await send(client, "PUT", decision, place.author, granted=True)
    problem(stale, 409, "proposal_closed")
    assert (await get(client, address, place.author))["mini_cluster_id"] == str(sibling.public_id)
