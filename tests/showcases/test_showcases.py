"""The tour of mini-clusters over the API: opening, choosing with consent, seeing no more than before."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.models import AuditEntry, MiniCluster, Region, Showcase
from app.models.ideas import IdeaStatus, Visibility
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.showcases import service
from app.showcases.figures import refresh_figures
from tests.consortia.calls import Json, all_items, get, problem
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import Place, idea_among_members, published_idea, set_status
from tests.statement_counter import count_queries

PROFILE = {"profile_ko": "함께 공정을 개선합니다.", "profile_en": "We improve processes together."}


@dataclass(frozen=True)
class Tour:
    """A mini-cluster with an idea, who keeps it, and somebody from elsewhere."""

    client: httpx.AsyncClient
    place: Place
    manager: Person
    visitor: Person

    @property
    def address(self) -> str:
        return f"/mini-clusters/{self.place.mini_cluster.public_id}/showcase"

    async def send(self, method: str, path: str, person: Person, **body: Any) -> httpx.Response:
        return await self.client.request(method, f"/v1{path}", headers=dict(person.headers), json=body or None)

    async def open(self) -> None:
        opened = await self.send("PUT", self.address, self.manager, **PROFILE)
        assert opened.status_code == 200, opened.text

    async def choose(self, idea: object, **more: str) -> httpx.Response:
        body: Json = {"id": client_id(), "idea_id": str(idea), "note": "소개하고 싶습니다."} | more
        return await self.send("POST", f"{self.address}/ideas", self.manager, **body)

    async def decide(self, proposal: str, *, granted: bool = True) -> httpx.Response:
        path = f"/audience-proposals/{proposal}/decision"
        return await self.send("PUT", path, self.place.author, granted=granted)

    async def show(self, idea: object) -> None:
        chosen = await self.choose(idea)
        assert (chosen.status_code, chosen.json()["state"]) == (201, "waiting"), chosen.text
        decided = await self.decide(chosen.json()["id"])
        assert decided.status_code == 200, decided.text

    async def shown(self, person: Person) -> list[str]:
        return [idea["id"] for idea in (await get(self.client, self.address, person))["ideas"]]


@pytest.fixture
async def tour(client: httpx.AsyncClient, database: Database, factory: Factory) -> Tour:
    place = await idea_among_members(database, factory)
    manager = await factory.person(place.mini_cluster, name="이바다", role=MemberRole.MANAGER)
    return Tour(client, place, manager, await factory.person(await factory.mini_cluster(), name="나래"))


async def test_it_is_opened_changed_and_closed(tour: Tour, database: Database) -> None:
    problem(await tour.send("GET", tour.address, tour.visitor), 404, "not_found")
    for person in (tour.place.member, tour.place.author, tour.visitor):
        problem(await tour.send("PUT", tour.address, person, **PROFILE), 403, "forbidden")
    await tour.open()
    (listed,) = await all_items(tour.client, "/showcases", tour.visitor)
    assert (listed["profile_ko"], listed["may_edit"], listed["following"]) == (PROFILE["profile_ko"], False, False)
    assert listed["mini_cluster"]["id"] == str(tour.place.mini_cluster.public_id)
    place = f"/mini-clusters/{tour.place.mini_cluster.public_id}"
    assert (await tour.send("PUT", f"{place}/follow", tour.visitor)).status_code == 204
    changed = await tour.send("PUT", tour.address, tour.manager, profile_ko="새 소개")
    assert (changed.json()["profile_ko"], changed.json()["profile_en"]) == ("새 소개", None)
    assert (await get(tour.client, tour.address, tour.visitor))["following"] is True
    for _ in range(2):
        assert (await tour.send("DELETE", tour.address, tour.manager)).status_code == 204
    problem(await tour.send("GET", tour.address, tour.manager), 404, "not_found")
    problem(await tour.choose(tour.place.idea.public_id), 404, "not_found")
    assert await all_items(tour.client, "/showcases", tour.visitor) == []
    await tour.open()
    async with database.read() as connection:
        actions = (await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()
    assert list(actions) == ["showcase.opened", "showcase.changed", "showcase.closed", "showcase.opened"]
    async with database.write() as session:
        await session.execute(update(MiniCluster).values(dissolved_at=now()))
    problem(await tour.send("GET", tour.address, tour.visitor), 404, "not_found")
    assert await all_items(tour.client, "/showcases", tour.visitor) == []


async def test_an_idea_is_shown_when_its_author_consents(tour: Tour, database: Database) -> None:
    """Even one that everybody sees already; a narrow one becomes open to all by the consent, and not before."""
    await tour.open()
    narrow = tour.place.idea
    wide = await published_idea(database, tour.place.author, tour.place.mini_cluster, visibility=Visibility.ALL)
    wish = {"id": client_id(), "note": "왜냐하면"}
    chosen = await tour.choose(narrow.public_id, **wish)
    assert (chosen.status_code, chosen.json()["kind"], chosen.json()["state"]) == (201, "showcase", "waiting")
    assert (await tour.choose(narrow.public_id, **wish)).json() == chosen.json()
    second = await tour.choose(wide.public_id)
    assert await tour.shown(tour.visitor) == []
    problem(await tour.send("GET", f"/ideas/{narrow.public_id}", tour.visitor), 404, "not_found")
    assert (await tour.decide(chosen.json()["id"])).status_code == 200
    assert (await tour.decide(second.json()["id"], granted=False)).status_code == 200
    assert await tour.shown(tour.visitor) == [str(narrow.public_id)]
    assert (await get(tour.client, f"/ideas/{narrow.public_id}", tour.visitor))["visibility"] == "all"
    problem(await tour.choose(narrow.public_id), 409, "already_shown")
    await tour.show(wide.public_id)
    ids = [str(wide.public_id), str(narrow.public_id)]
    assert (await tour.send("PUT", f"{tour.address}/order", tour.manager, idea_ids=ids[:1])).status_code == 204
    assert await tour.shown(tour.visitor) == ids
    unknown = await tour.send("PUT", f"{tour.address}/order", tour.manager, idea_ids=[ids[0], client_id()])
    problem(unknown, 422, "unknown_idea", "/body/idea_ids/1")


async def test_what_cannot_be_shown(tour: Tour, database: Database, factory: Factory) -> None:
    await tour.open()
    author, place = tour.place.author, tour.place.mini_cluster
    elsewhere = await factory.mini_cluster(tour.place.consortium)
    named = await published_idea(database, author, place, visibility=Visibility.NAMED, readers=[tour.manager])
    foreign = await published_idea(database, author, elsewhere, visibility=Visibility.ALL)
    for idea_id in (named.public_id, foreign.public_id, client_id()):
        problem(await tour.choose(idea_id), 422, "unknown_idea", "/body/idea_id")
    waiting = await tour.choose(tour.place.idea.public_id)
    assert (await tour.send("DELETE", tour.address, tour.manager)).status_code == 204
    problem(await tour.decide(waiting.json()["id"]), 409, "proposal_outdated")
    problem(await tour.send("GET", f"/ideas/{tour.place.idea.public_id}", tour.visitor), 404, "not_found")


async def test_no_more_than_there_is_room_for(tour: Tour, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "IDEAS_PER_SHOWCASE", 1)
    await tour.open()
    other = await published_idea(database, tour.place.author, tour.place.mini_cluster)
    late = await tour.choose(other.public_id)
    await tour.show(tour.place.idea.public_id)
    problem(await tour.decide(late.json()["id"]), 409, "showcase_full")
    problem(await tour.choose(other.public_id), 409, "showcase_full")
    problem(await tour.send("GET", f"/ideas/{other.public_id}", tour.visitor), 404, "not_found")


async def test_it_shows_nobody_more_than_he_sees(tour: Tour, database: Database, factory: Factory) -> None:
    await tour.open()
    idea, author = tour.place.idea, tour.place.author
    address = f"/ideas/{idea.public_id}"
    await tour.show(idea.public_id)
    blocked = await factory.person(await factory.mini_cluster())
    await factory.block(author, blocked)
    assert await tour.shown(blocked) == []
    applicant = await factory.person()
    assert (await tour.send("GET", tour.address, applicant)).status_code == 404
    assert (await get(tour.client, "/showcases", applicant))["items"] == []
    assert await tour.shown(tour.visitor) == [str(idea.public_id)]
    narrowed = await tour.send("PATCH", address, author, visibility="consortium")
    assert narrowed.status_code == 200
    for person in (tour.visitor, tour.manager, author):
        assert await tour.shown(person) == []
    assert (await tour.send("PATCH", address, author, visibility="all")).status_code == 200
    assert await tour.shown(tour.visitor) == [str(idea.public_id)]
    problem(await tour.send("DELETE", f"{address}/showcase", tour.visitor), 403, "forbidden")
    for _ in range(2):
        assert (await tour.send("DELETE", f"{address}/showcase", author)).status_code == 204
    assert await tour.shown(tour.visitor) == []
    await tour.show(idea.public_id)
    await set_status(database, idea, IdeaStatus.HIDDEN)
    for person in (tour.visitor, tour.manager, author):
        assert await tour.shown(person) == []


async def test_figures_are_counted_at_the_opening_and_by_the_upkeep(
    tour: Tour, database: Database, factory: Factory
) -> None:
    university = await factory.organisation("창원대", OrganisationKind.UNIVERSITY)
    for _ in range(2):
        await factory.person(tour.place.mini_cluster, organisation=university)
    await published_idea(
        database, tour.place.author, tour.place.mini_cluster, visibility=Visibility.NAMED, readers=[tour.manager]
    )
    await tour.open()
    assert (await tour.send("PUT", f"/ideas/{tour.place.idea.public_id}/vote", tour.manager)).status_code == 200
    figures = (await get(tour.client, tour.address, tour.visitor))["figures"]
    counted = {key: figures[key] for key in ("member_count", "ideas_of_month", "ideas_of_year", "vote_count")}
    assert counted == {"member_count": 5, "ideas_of_month": 1, "ideas_of_year": 1, "vote_count": 0}
    assert figures["organisations"] == [{"kind": "company", "count": 3}, {"kind": "university", "count": 1}]
    assert await refresh_figures(database) == 1
    assert (await get(tour.client, tour.address, tour.visitor))["figures"]["vote_count"] == 1


async def test_lists_are_filtered_paged_and_cost_the_same(
    tour: Tour, app: FastAPI, database: Database, factory: Factory
) -> None:
    async with database.write() as session:
        region = Region(code="southeast", name_ko="동남권", name_en="Southeast")
        session.add(region)
        await session.flush()
        tour.place.consortium.region_id = region.id
        await session.merge(tour.place.consortium)
        for _ in range(3):
            mini_cluster = MiniCluster(
                consortium_id=tour.place.consortium.id, code=client_id(), industry="moulds", name_ko="금형", name_en="M"
            )
            session.add(mini_cluster)
            await session.flush()
            session.add(Showcase(mini_cluster_id=mini_cluster.id, profile_ko="소개", figures=_figures()))
    await tour.open()
    assert len(await all_items(tour.client, "/showcases", tour.visitor, limit=3)) == 4
    assert len(await all_items(tour.client, "/showcases", tour.visitor, industry="moulds", limit=2)) == 3
    assert len(await all_items(tour.client, "/showcases", tour.visitor, region="southeast")) == 4
    problem(
        await tour.client.get("/v1/showcases?region=none", headers=dict(tour.visitor.headers)),
        422, "unknown_region", "/query/region",
    )  # fmt: skip
    counts = set()
    for limit in (1, 4):
        with count_queries(app.state.resources.database) as statements:
            await get(tour.client, "/showcases", tour.visitor, limit=limit)
        counts.add(statements.count)
    assert len(counts) == 1


def _figures() -> Json:
    numbers = ("member_count", "ideas_of_month", "ideas_of_year", "comment_count", "vote_count")
    return dict.fromkeys(numbers, 0) | {"organisations": [], "counted_at": now().isoformat()}
