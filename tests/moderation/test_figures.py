"""Counts by month, and the acts of a month as CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from app.core.clock import now
from app.core.database import Database
from app.models import ModerationAct
from app.moderation.figures.months import latest_months, month_named
from tests.consortia.calls import get, problem
from tests.factories import Factory, client_id
from tests.ideas_factory import Place
from tests.moderation.calls import accesses, acted, reported, undone
from tests.moderation.conftest import Staff


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-11-30T14:59:59+00:00", "2026-11"),
        ("2026-11-30T15:00:00+00:00", "2026-12"),
        ("2026-12-31T15:00:00+00:00", "2027-01"),
    ],
)
def test_months_are_those_of_seoul(moment: str, name: str) -> None:
    months = latest_months(datetime.fromisoformat(moment), 13)
    assert months[0].name == name
    assert [month.begins for month in months[:-1]] == [month.ends for month in months[1:]]
    assert months[0] == month_named(name)
    assert months[0].begins <= datetime.fromisoformat(moment) < months[0].ends
    assert month_named("2026-11").begins == datetime(2026, 10, 31, 15, tzinfo=UTC)


async def test_figures_are_for_all_who_belong_to_the_consortium(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    idea = str(place.idea.public_id)
    await reported(client, place.member, idea_id=idea)
    old = await acted(client, staff.manager, "lock", idea_id=idea)
    async with database.write() as session:
        await session.execute(update(ModerationAct).values(created_at=now() - timedelta(days=32)))
    await undone(client, staff.manager, old)
    act = await acted(client, staff.manager, "hide", idea_id=idea)
    member = {"member_id": str(place.member.public_id), "consortium_id": str(place.consortium.public_id)}
    for kind in ("warn", "note"):
        await acted(client, staff.coordinator, kind, **member)
    appeal = {"id": client_id(), "words": "아닙니다."}
    await client.post(f"/v1/me/statements/{act['id']}/appeal", json=appeal, headers=place.author.headers)
    path = f"/consortia/{place.consortium.public_id}/moderation-figures"
    months = (await get(client, path, place.member))["months"]
    assert len(months) == 12
    counted = [{name: value for name, value in month.items() if value} for month in months]
    assert counted[0] == {"month": latest_months(now(), 1)[0].name, "cases": 1, "hidden": 1, "warned": 1, "appeals": 1}
    (locked,) = [month for month in counted if "locked" in month]
    assert (locked["locked"], locked["undone"]) == (1, 1)
    assert (await get(client, path, staff.operator))["months"] == months
    for person in (staff.stranger, await factory.person()):
        problem(await client.get(f"/v1{path}", headers=person.headers), 403, "forbidden")


async def test_log_of_a_month_is_a_sheet_of_texts(
    client: httpx.AsyncClient, database: Database, place: Place, staff: Staff
) -> None:
    idea = str(place.idea.public_id)
    act = await acted(client, staff.manager, "retag", idea_id=idea, tags=["집진"], words="=HYPERLINK(1)\n둘째 줄")
    await undone(client, staff.coordinator, act)
    path = f"/v1/consortia/{place.consortium.public_id}/moderation-log"
    month = {"month": latest_months(now(), 1)[0].name}
    response = await client.get(path, params=month, headers=staff.coordinator.headers)
    assert response.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert (row["id"], row["kind"], row["words"], row["after"]) == (
        act["id"],
        "retag",
        "'=HYPERLINK(1)\n둘째 줄",
        "집진",
    )
    assert (row["actor"], row["undone_by"]) == (staff.manager.name, staff.coordinator.name)
    assert (await accesses(database))[-1].action == "acts.exported"
    problem(await client.get(path, params=month, headers=staff.manager.headers), 403, "forbidden")
    wrong = await client.get(path, params={"month": "2026-13"}, headers=staff.coordinator.headers)
    problem(wrong, 422, "invalid_month", "/query/month")
    earlier = await client.get(path, params={"month": "2020-01"}, headers=staff.coordinator.headers)
    assert earlier.text.count("\n") == 1
