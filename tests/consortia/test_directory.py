"""The public directory: where one may apply, and no more."""

from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import update

from app.core.clock import now
from app.core.database import Database
from app.models import Account, Consortium, MiniCluster, Region
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.programme import ConsortiumKind
from tests.consortia.calls import Json, problem
from tests.factories import Factory
from tests.statement_counter import count_queries


async def read(client: httpx.AsyncClient, **params: object) -> Json:
    response = await client.get("/v1/directory/mini-clusters", params=params)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


async def test_it_names_managers_and_no_members(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    home = await factory.consortium()
    place = await factory.mini_cluster(home, "금형")
    manager = await factory.person(place, name="이바다", role=MemberRole.MANAGER)
    gone = await factory.person(place, name="옛매니저", role=MemberRole.MANAGER)
    member = await factory.person(place, name="평회원")
    async with database.write() as session:
        region = Region(code="southeast", name_ko="동남권", name_en="Southeast")
        session.add(region)
        await session.flush()
        await session.execute(update(Consortium).where(Consortium.id == home.id).values(region_id=region.id))
        await session.execute(update(Account).where(Account.id == gone.id).values(status=AccountStatus.SUSPENDED))
    response = await client.get("/v1/directory/mini-clusters")
    (item,) = response.json()["items"]
    assert (item["id"], item["name_ko"], item["managers"]) == (str(place.public_id), "금형", [manager.name])
    assert (item["region"]["code"], item["consortium"]["id"]) == ("southeast", str(home.public_id))
    for secret in (member.name, gone.name, manager.email, str(manager.public_id)):
        assert secret not in response.text
    assert len((await read(client, region="southeast", q="금"))["items"]) == 1
    assert (await read(client, q="없는 이름"))["items"] == []
    assert (await read(client, q="MECHA"))["items"] == [item], "the industry, whatever its case"
    unknown = await client.get("/v1/directory/mini-clusters", params={"region": "atlantis"})
    problem(unknown, 422, "unknown_region", "/query/region")


async def test_what_takes_nobody_in_is_left_out(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    theme, archived = await factory.consortium(kind=ConsortiumKind.THEME), await factory.consortium()
    over, closed, dissolved = [await factory.mini_cluster(home) for home in (theme, archived, None)]
    async with database.write() as session:
        yesterday = (now() - timedelta(days=2)).date()
        await session.execute(update(Consortium).where(Consortium.id == theme.id).values(ends_on=yesterday))
        await session.execute(update(Consortium).where(Consortium.id == archived.id).values(archived_at=now()))
        await session.execute(update(MiniCluster).where(MiniCluster.id == dissolved.id).values(dissolved_at=now()))
    living = await factory.mini_cluster()
    assert [item["id"] for item in (await read(client))["items"]] == [str(living.public_id)]
    assert {over.id, closed.id} != {living.id}


async def test_pages_cost_the_same(client: httpx.AsyncClient, app: FastAPI, factory: Factory) -> None:
    home = await factory.consortium()
    places = [await factory.mini_cluster(home) for _ in range(7)]
    await factory.person(*places, role=MemberRole.MANAGER)
    counts = []
    found: list[str] = []
    cursor = None
    while True:
        with count_queries(app.state.resources.database) as statements:
            page = await read(client, limit=3, **({"cursor": cursor} if cursor else {}))
        counts.append(statements.count)
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == [str(place.public_id) for place in places]
    assert counts == [2, 2, 2]
