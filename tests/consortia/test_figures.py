"""Figures by week, month and year: what is counted, who reads it, and that it stays as it was reported."""

import csv
import io
from datetime import date, timedelta

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, update

from app.consortia.figures.periods import period_of
from app.consortia.figures.storing import store_figures
from app.core.clock import now, seoul_date
from app.core.database import Database
from app.models import Affiliation, Comment, Idea, Organisation, PlaceFigures, Vote
from app.models.figures import FiguresPeriod
from app.models.ideas import IdeaState
from app.models.organisations import OrganisationKind, SizeBand
from tests.comments.discussion import Discussion
from tests.consortia.calls import get, problem
from tests.factories import Factory, Person
from tests.ideas_factory import Place, idea_among_members, published_idea


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


@pytest.fixture
async def coordinator(factory: Factory, place: Place) -> Person:
    return await factory.person(name="정가람", coordinates=place.consortium)


@pytest.mark.parametrize(
    ("kind", "day", "first", "following"),
    [
        (FiguresPeriod.WEEK, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 4)),
        (FiguresPeriod.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (FiguresPeriod.YEAR, date(2026, 12, 31), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods_are_those_of_the_calendar_in_korea(
    kind: FiguresPeriod, day: date, first: date, following: date
) -> None:
    period = period_of(kind, day)
    assert (period.begins_on, period.next_on) == (first, following)
    assert period.begins.isoformat() == f"{first - timedelta(days=1)}T15:00:00+00:00"
    assert seoul_date(period.begins) == first
    assert seoul_date(period.ends - timedelta(microseconds=1)) == following - timedelta(days=1)


async def fill(database: Database, factory: Factory, client: httpx.AsyncClient, place: Place) -> None:
    """Another mini-cluster with two people of one university; a vote, comments, an idea under review."""
    university = await factory.organisation("한빛대학교", OrganisationKind.UNIVERSITY)
    second = await factory.mini_cluster(place.consortium)
    teacher = await factory.person(second, organisation=university)
    await factory.person(second, place.mini_cluster, organisation=university)
    await published_idea(database, teacher, second)
    discussion = Discussion(client, database, place.idea)
    await discussion.post(place.author)
    await discussion.post(place.member)
    await client.put(f"/v1/ideas/{place.idea.public_id}/vote", headers=place.member.headers)
    async with database.write() as session:
        await session.execute(update(Idea).where(Idea.id == place.idea.id).values(state=IdeaState.UNDER_REVIEW))
        firm = update(Organisation).where(Organisation.id == place.member.organisation_id)
        await session.execute(firm.values(size_band=SizeBand.UNDER_50))


async def test_figures_are_counted_kept_and_stay(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, coordinator: Person
) -> None:
    await fill(database, factory, client, place)
    moment = now()
    assert await store_figures(database, moment) == 3 * 3  # a consortium and two mini-clusters, three kinds of period
    assert await store_figures(database, moment + timedelta(seconds=1)) == 0
    path = f"/consortia/{place.consortium.public_id}/figures"
    (shown,) = (await get(client, path, coordinator, period="month"))["items"]
    counted = {name: shown[name] for name in (
        "members", "companies", "companies_under_50", "universities", "ideas_open", "ideas_under_review", "new_ideas",
        "comments", "votes", "active_people", "response_minutes", "is_final",
    )}  # fmt: skip
    assert counted == {
        "members": 4, "companies": 2, "companies_under_50": 1, "universities": 1, "ideas_open": 1,
        "ideas_under_review": 1, "new_ideas": 2, "comments": 2, "votes": 1, "active_people": 3, "response_minutes": 0,
        "is_final": False,
    }  # fmt: skip
    inner = f"/mini-clusters/{place.mini_cluster.public_id}/figures"
    (own,) = (await get(client, inner, coordinator, period="week"))["items"]
    assert (own["members"], own["universities"], own["new_ideas"], own["active_people"]) == (3, 1, 1, 2)

    over = period_of(FiguresPeriod.YEAR, seoul_date(moment)).ends
    await store_figures(database, over)
    async with database.write() as session:
        await session.execute(delete(Vote).where(Vote.account_id == place.member.id))
        left = update(Affiliation).where(Affiliation.account_id == place.member.id)
        await session.execute(left.values(ended_at=over))
        await session.execute(update(Comment).values(deleted_at=over))
    await store_figures(database, over + timedelta(days=2))
    running, reported = (await get(client, path, coordinator, period="year"))["items"]
    assert (running["is_final"], running["comments"], running["companies"]) == (False, 0, 1)
    assert reported["is_final"] is True
    assert {name: reported[name] for name in counted if name != "is_final"} == {
        name: value for name, value in counted.items() if name != "is_final"
    }


async def test_sheets(client: httpx.AsyncClient, database: Database, place: Place, coordinator: Person) -> None:
    await store_figures(database, now())
    path = f"/v1/consortia/{place.consortium.public_id}/figures/export"
    sheet = await client.get(path, params={"period": "month"}, headers=coordinator.headers)
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [(row["mini_cluster"], row["members"]) for row in rows] == [("", "2"), (place.mini_cluster.name_ko, "2")]
    file = await client.get(path, params={"period": "month", "format": "xlsx"}, headers=coordinator.headers)
    cells = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
    assert cells[0][:2] == ("mini_cluster", "begins_on")
    assert cells[1][cells[0].index("members")] == 2
    problem(await client.get(path, headers=place.member.headers), 403, "forbidden")


async def test_pages_and_two_workers(
    client: httpx.AsyncClient, database: Database, place: Place, coordinator: Person
) -> None:
    first = now()
    for weeks in range(3):
        moment = first + timedelta(weeks=weeks)
        await store_figures(database, moment)
        await store_figures(database, moment)
    path = f"/consortia/{place.consortium.public_id}/figures"
    page = await get(client, path, coordinator, period="week", limit=2)
    rest = await get(client, path, coordinator, period="week", limit=2, cursor=page["next_cursor"])
    items = [*page["items"], *rest["items"]]
    assert [item["is_final"] for item in items] == [False, True, True]
    assert [item["begins_on"] for item in items] == sorted((item["begins_on"] for item in items), reverse=True)
    async with database.read() as connection:
        total = len((await connection.execute(PlaceFigures.__table__.select())).all())
    assert total >= 2 * 3
