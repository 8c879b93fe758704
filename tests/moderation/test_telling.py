"""The person concerned finds in his inbox that something was done, and never who did it."""

import httpx
from sqlalchemy import func, select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import Membership, PushJob
from tests.comments.discussion import Discussion
from tests.consortia.calls import Json, all_items, get
from tests.factories import Person, client_id
from tests.ideas_factory import Place
from tests.moderation.calls import acted, undone, work
from tests.moderation.conftest import Staff


async def statements(client: httpx.AsyncClient, person: Person) -> list[Json]:
    return [item for item in await all_items(client, "/inbox", person) if item["reason"] == "moderated"]


async def test_who_is_concerned_finds_it_in_his_inbox_though_it_is_hidden(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    place: Place,
    staff: Staff,
    discussion: Discussion,
) -> None:
    comment = await discussion.post(place.member)
    idea_id = str(place.idea.public_id)
    on_comment = await acted(client, staff.manager, "hide", comment_id=comment["id"])
    await acted(client, staff.manager, "pin", idea_id=idea_id)
    member = {"member_id": str(place.member.public_id), "consortium_id": str(place.consortium.public_id)}
    await acted(client, staff.coordinator, "warn", **member)
    await work(settings)
    (told,) = await statements(client, place.member)
    assert (told["comment_id"], told["idea"]["id"]) == (comment["id"], idea_id)
    assert told["actor"]["id"] == str(place.member.public_id)
    assert staff.manager.name not in str(told)
    assert await statements(client, place.author) == []

    await acted(client, staff.manager, "hide", idea_id=idea_id)
    await work(settings)
    (told,) = await statements(client, place.author)
    assert (told["comment_id"], told["idea"]["title"]) == (None, place.idea.title)
    assert (await get(client, "/inbox/unread-count", place.author))["count"] == 1
    assert await statements(client, place.member) == []  # the idea is not for him to see now
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(PushJob)) == 0

    path = f"/v1/me/statements/{on_comment['id']}/appeal"
    appeal = {"id": client_id(), "words": "아닙니다."}
    assert (await client.post(path, json=appeal, headers=place.member.headers)).status_code == 201
    decision = {"is_granted": False, "words": "맞습니다."}
    await client.post(f"/v1/appeals/{appeal['id']}/decide", json=decision, headers=staff.coordinator.headers)
    hidden = (await get(client, f"/consortia/{place.consortium.public_id}/moderation-acts", staff.coordinator))["items"]
    await undone(client, staff.coordinator, hidden[0])
    await work(settings)
    assert len(await statements(client, place.author)) == 2
    assert len(await statements(client, place.member)) == 2
    async with database.write() as session:
        membership = (await session.scalars(select(Membership).where(Membership.account_id == place.member.id))).one()
        membership.ended_at = now()
    assert await statements(client, place.member) == []
