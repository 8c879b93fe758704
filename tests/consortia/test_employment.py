"""A person changes employer: said by the person, confirmed by those who keep one of his mini-clusters."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.core.database import Database
from app.core.settings import Settings
from app.models import AccessEntry, AuditEntry, EmployerChange, MiniCluster, Organisation
from app.models.memberships import MemberRole
from tests.consortia.calls import Json, all_items, get, problem
from tests.consortia.letters import Letters
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import published_idea

NUMBER = "124-81-00998"


@pytest.fixture
def letters(database: Database, settings: Settings) -> Letters:
    return Letters(database, settings)


class Place:
    """A mini-cluster with its staff, and a member who changes employer."""

    def __init__(self, client: httpx.AsyncClient, mini_cluster: MiniCluster, **people: Person) -> None:
        self.client = client
        self.mini_cluster = mini_cluster
        self.manager, self.coordinator = people["manager"], people["coordinator"]
        self.member, self.colleague = people["member"], people["colleague"]

    async def say(self, who: Person | None = None, **changes: Any) -> httpx.Response:
        body: Json = {
            "id": client_id(),
            "organisation": {"kind": "company", "name": "㈜새직장"},
            "position": "연구소장",
        } | changes
        body = {name: value for name, value in body.items() if value is not None}
        headers = dict((who or self.member).headers)
        return await self.client.post("/v1/me/employer-changes", json=body, headers=headers)

    async def said(self, who: Person | None = None, **changes: Any) -> str:
        response = await self.say(who, **changes)
        assert response.status_code == 201, response.text
        change_id: str = response.json()["id"]
        return change_id

    async def decide(self, change_id: str, who: Person, outcome: str, words: str | None = None) -> httpx.Response:
        body = {"outcome": outcome} | ({"words": words} if words else {})
        return await self.client.put(f"/v1/employer-changes/{change_id}/decision", json=body, headers=who.headers)

    async def withdraw(self, change_id: str, who: Person) -> httpx.Response:
        return await self.client.delete(f"/v1/employer-changes/{change_id}", headers=who.headers)

    async def waiting(self, who: Person) -> list[Json]:
        return await all_items(self.client, f"/mini-clusters/{self.mini_cluster.public_id}/employer-changes", who)

    async def post_idea(self) -> str:
        body = {
            "id": client_id(), "mini_cluster_id": str(self.mini_cluster.public_id), "title": "미스트 집진",
            "body": "함께 시험합니다.",
        }  # fmt: skip
        response = await self.client.post("/v1/ideas", json=body, headers=self.member.headers)
        assert response.status_code == 201, response.text
        return str(body["id"])

    async def card(self, idea_id: str) -> tuple[str, str]:
        author = (await get(self.client, f"/ideas/{idea_id}", self.colleague))["author"]
        return author["organisation"], author["position"]


@pytest.fixture
async def place(client: httpx.AsyncClient, factory: Factory) -> Place:
    home = await factory.consortium()
    mini_cluster = await factory.mini_cluster(home, "창원 금형")
    return Place(
        client,
        mini_cluster,
        manager=await factory.person(mini_cluster, role=MemberRole.MANAGER),
        coordinator=await factory.person(coordinates=home),
        member=await factory.person(mini_cluster, name="김하늘", organisation=await factory.organisation("㈜옛직장")),
        colleague=await factory.person(mini_cluster),
    )


async def test_a_confirmed_change_holds_from_then_on_and_old_posts_keep_their_card(
    place: Place, client: httpx.AsyncClient, database: Database, letters: Letters
) -> None:
    kept_from_old = await published_idea(
        database, place.colleague, place.mini_cluster, excluded_organisation_ids=[place.member.organisation_id]
    )
    before = await place.post_idea()
    old_card = await place.card(before)
    change_id = await place.said()
    (mail,) = await letters.deliver()
    assert (mail.to, place.member.name in mail.text) == (place.manager.email, False)
    # Saying so opens nothing: what is kept from the old employer stays so until somebody has confirmed the new one.
    path = f"/v1/ideas/{kept_from_old.public_id}"
    assert (await client.get(path, headers=place.member.headers)).status_code == 404
    assert (await get(client, "/me", place.member))["affiliation"]["position"] == "책임연구원"
    (shown,) = await place.waiting(place.manager)
    assert shown["person"] == {"id": str(place.member.public_id), "name": "김하늘"}
    assert shown["organisation"] == {"id": None, "name": "㈜새직장", "kind": "company"}
    assert shown["allowed_actions"] == ["accept", "decline"]
    decided = await place.decide(change_id, place.manager, "accept", "재직을 확인했습니다.")
    assert (decided.status_code, decided.json()["state"]) == (200, "admitted"), decided.text
    (mail,) = await letters.deliver()
    assert (mail.to, "재직을 확인했습니다." in mail.text) == (place.member.email, True)
    assert (await client.get(path, headers=place.member.headers)).status_code == 200
    after = await place.post_idea()
    assert (await place.card(before), await place.card(after)) == (old_card, ("㈜새직장", "연구소장"))
    history = await all_items(client, "/me/affiliations", place.member, limit=1)
    assert [(each["organisation"]["name"], each["ended_at"] is None) for each in history] == [
        ("㈜새직장", True),
        (old_card[0], False),
    ]
    assert history[1]["ended_at"] == history[0]["started_at"]
    assert await place.waiting(place.coordinator) == []
    async with database.read() as connection:
        verified = await connection.scalar(select(Organisation.verified_at).where(Organisation.name == "㈜새직장"))
        entry = (await connection.execute(select(AuditEntry.action, AuditEntry.actor_id))).one()
        read = (await connection.scalars(select(AccessEntry.action))).all()
    assert (verified, tuple(entry)) == (None, ("employer_change.admitted", place.manager.id))
    assert read == ["employer_changes.listed"] * 2


async def test_who_confirms_and_who_does_not(place: Place, factory: Factory, database: Database) -> None:
    change_id = await place.said()
    problem(await place.decide(change_id, place.member, "accept"), 403, "forbidden")
    problem(await place.decide(change_id, place.colleague, "accept"), 404, "not_found")
    stranger = await factory.person(coordinates=await factory.consortium())
    problem(await place.decide(change_id, stranger, "accept"), 404, "not_found")
    problem(await place.withdraw(change_id, place.manager), 403, "forbidden")
    problem(await place.decide(change_id, place.coordinator, "decline"), 422, "missing", "/body/words")
    raced = await asyncio.gather(
        *(place.decide(change_id, who, "accept") for who in (place.manager, place.coordinator, place.manager))
    )
    assert sorted({answer.status_code for answer in raced}) == [200, 409]
    problem(await place.decide(change_id, place.coordinator, "decline", "아닙니다."), 409, "employer_change_closed")
    problem(await place.withdraw(change_id, place.member), 409, "employer_change_closed")
    # A manager's own is confirmed from above.
    own = await place.said(place.manager)
    problem(await place.decide(own, place.manager, "accept"), 403, "forbidden")
    assert (await place.decide(own, place.coordinator, "accept")).status_code == 200
    async with database.read() as connection:
        made = await connection.scalar(select(func.count()).where(Organisation.name == "㈜새직장"))
    assert made == 2  # each person's own words: shown as likely duplicates until merged


async def test_one_at_a_time_may_be_withdrawn_declined_and_said_again(
    place: Place, client: httpx.AsyncClient, letters: Letters, factory: Factory, database: Database
) -> None:
    first = await place.said()
    problem(await place.say(), 409, "employer_change_open")
    again: Any = {"id": first}
    assert (await place.say(**again)).status_code == 201
    problem(await place.say(**again, position="사장"), 409, "id_taken")
    problem(await place.say(place.colleague, **again), 409, "id_taken")
    for _ in range(2):
        assert (await place.withdraw(first, place.member)).status_code == 204
    assert await letters.deliver() == []
    known = await factory.organisation("㈜아는곳")
    async with database.write() as session:
        (await session.get_one(Organisation, known.id)).business_number = "1248100998"
    second = await place.said(organisation={"kind": "company", "name": "이름은 다르게", "business_number": NUMBER})
    assert (await place.decide(second, place.manager, "decline", "확인되지 않습니다.")).status_code == 200
    assert (await get(client, "/me", place.member))["affiliation"]["position"] == "책임연구원"
    third = await place.said(organisation=None, organisation_id=str(known.public_id))
    assert (await place.decide(third, place.manager, "accept")).status_code == 200
    me = await get(client, "/me", place.member)
    assert me["affiliation"]["organisation"]["id"] == str(known.public_id)
    mine = await all_items(client, "/me/employer-changes", place.member, limit=2)
    assert [each["state"] for each in mine] == ["admitted", "declined", "withdrawn"]
    assert mine[1]["organisation"]["id"] == str(known.public_id)


async def test_a_position_is_one_s_own_matter_and_bad_input_is_refused(
    place: Place, client: httpx.AsyncClient, database: Database
) -> None:
    before = await place.post_idea()
    promoted = await client.patch("/v1/me", json={"position": "수석연구원"}, headers=place.member.headers)
    assert (promoted.status_code, promoted.json()["affiliation"]["position"]) == (200, "수석연구원")
    assert (await place.card(before))[1] == "책임연구원"
    assert (await place.card(await place.post_idea()))[1] == "수석연구원"
    wrong: list[tuple[Json, str, str]] = [
        ({"organisation": None}, "/body/organisation_id", "one_organisation"),
        ({"organisation_id": client_id()}, "/body/organisation_id", "one_organisation"),
        ({"organisation": None, "organisation_id": client_id()}, "/body/organisation_id", "unknown_organisation"),
        ({"position": ""}, "/body/position", "string_too_short"),
        ({"account_id": 1}, "/body/account_id", "extra_forbidden"),
    ]
    for changes, pointer, code in wrong:
        problem(await place.say(**changes), 422, code, pointer)
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(EmployerChange)) == 0
