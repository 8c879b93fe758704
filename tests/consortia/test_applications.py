"""Applying to a mini-cluster, and deciding on it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.core.settings import Settings
from app.models import (
    AccessEntry,
    Account,
    Affiliation,
    Application,
    AuditEntry,
    Membership,
    MiniCluster,
    Organisation,
)
from app.models.accounts import AccountStatus
from app.models.applications import ApplicationState
from app.models.ideas import Visibility
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
    """A mini-cluster with its staff, and somebody who belongs nowhere."""

    def __init__(self, client: httpx.AsyncClient, mini_cluster: MiniCluster, **people: Person) -> None:
        self.client = client
        self.mini_cluster = mini_cluster
        self.manager, self.coordinator = people["manager"], people["coordinator"]
        self.member, self.applicant = people["member"], people["applicant"]

    def wish(self, **changes: Any) -> Json:
        wish: Json = {
            "id": client_id(),
            "mini_cluster_id": str(self.mini_cluster.public_id),
            "organisation": {"kind": "company", "name": "㈜새벽정밀"},
            "position": "연구소장",
            "reason": "금형 가공 공정을 함께 개선하고 싶습니다.\n둘째 줄.",
        } | changes
        return {name: value for name, value in wish.items() if value is not None}

    async def apply(self, who: Person | None = None, **changes: Any) -> httpx.Response:
        person = who or self.applicant
        return await self.client.post("/v1/applications", json=self.wish(**changes), headers=person.headers)

    async def applied(self, who: Person | None = None, **changes: Any) -> str:
        response = await self.apply(who, **changes)
        assert response.status_code == 201, response.text
        application_id: str = response.json()["id"]
        return application_id

    async def decide(self, application_id: str, who: Person, outcome: str, words: str | None = None) -> httpx.Response:
        body = {"outcome": outcome} | ({"words": words} if words else {})
        return await self.client.put(f"/v1/applications/{application_id}/decision", json=body, headers=who.headers)

    async def withdraw(self, application_id: str, who: Person) -> httpx.Response:
        return await self.client.delete(f"/v1/applications/{application_id}", headers=who.headers)

    async def waiting(self, who: Person, **params: str) -> list[Json]:
        path = f"/mini-clusters/{self.mini_cluster.public_id}/applications"
        return await all_items(self.client, path, who, **params)


@pytest.fixture
async def place(client: httpx.AsyncClient, factory: Factory) -> Place:
    home = await factory.consortium()
    mini_cluster = await factory.mini_cluster(home, "창원 금형")
    return Place(
        client,
        mini_cluster,
        manager=await factory.person(mini_cluster, role=MemberRole.MANAGER),
        coordinator=await factory.person(coordinates=home),
        member=await factory.person(mini_cluster),
        applicant=await factory.person(name="새사람"),
    )


async def test_an_admitted_applicant_joins_works_there_and_is_told(
    place: Place, client: httpx.AsyncClient, database: Database, letters: Letters, factory: Factory
) -> None:
    idea = await published_idea(database, place.member, place.mini_cluster, visibility=Visibility.ALL)
    application_id = await place.applied()
    assert (await client.get(f"/v1/ideas/{idea.public_id}", headers=place.applicant.headers)).status_code == 404
    assert (await get(client, "/feeds/open", place.applicant))["items"] == []
    (mail,) = await letters.deliver()
    assert (mail.to, "창원 금형" in mail.subject) == (place.manager.email, True)
    assert place.applicant.name not in mail.text
    (shown,) = await place.waiting(place.manager)
    assert shown["applicant"] == {
        "id": str(place.applicant.public_id),
        "name": "새사람",
        "email": place.applicant.email,
    }
    assert shown["organisation"] == {"id": None, "name": "㈜새벽정밀", "kind": "company"}
    assert (shown["state"], shown["allowed_actions"]) == ("open", ["admit", "decline"])
    decided = await place.decide(application_id, place.manager, "admit", "환영합니다.")
    assert decided.status_code == 200, decided.text
    assert (decided.json()["state"], decided.json()["allowed_actions"]) == ("admitted", [])
    (mail,) = await letters.deliver()
    assert (mail.to, "환영합니다." in mail.text, mail.locale) == (place.applicant.email, True, Locale.KOREAN)
    me = await get(client, "/me", place.applicant)
    assert [each["mini_cluster"]["name_ko"] for each in me["memberships"]] == ["창원 금형"]
    assert (me["memberships"][0]["role"], me["affiliation"]["position"]) == ("member", "연구소장")
    assert me["affiliation"]["organisation"]["name"] == "㈜새벽정밀"
    assert (await client.get(f"/v1/ideas/{idea.public_id}", headers=place.applicant.headers)).status_code == 200
    async with database.read() as connection:
        made = (
            await connection.execute(select(Organisation.verified_at).where(Organisation.name == "㈜새벽정밀"))
        ).all()
        history = await connection.scalar(select(func.count()).where(Affiliation.account_id == place.applicant.id))
        entry = (await connection.execute(select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.details))).one()
        accesses = (await connection.scalars(select(AccessEntry.action))).all()
    assert ([row.verified_at for row in made], history) == ([None], 2)
    assert (entry.action, entry.actor_id) == ("application.admitted", place.manager.id)
    assert entry.details == {"account_id": place.applicant.id, "mini_cluster_id": place.mini_cluster.id}
    assert accesses == ["applications.listed"]
    for _ in range(2):
        problem(await place.apply(), 409, "already_member")


async def test_a_declined_applicant_is_told_why_and_may_apply_again(place: Place, letters: Letters) -> None:
    first = await place.applied()
    await letters.deliver()
    problem(await place.decide(first, place.coordinator, "decline"), 422, "missing", "/body/words")
    assert (await place.decide(first, place.coordinator, "decline", "업종이 다릅니다.")).status_code == 200
    (mail,) = await letters.deliver()
    assert (mail.to, "업종이 다릅니다." in mail.text) == (place.applicant.email, True)
    mine = await all_items(place.client, "/me/applications", place.applicant)
    assert [(each["state"], each["words"]) for each in mine] == [("declined", "업종이 다릅니다.")]
    assert (await get(place.client, "/me", place.applicant))["memberships"] == []
    second = await place.applied()
    for _ in range(2):
        assert (await place.withdraw(second, place.applicant)).status_code == 204
    problem(await place.withdraw(first, place.applicant), 409, "application_closed")
    problem(await place.decide(second, place.manager, "admit"), 409, "application_closed")
    third = await place.applied()
    assert [each["id"] for each in await place.waiting(place.manager, state="open")] == [third]
    assert [each["id"] for each in await place.waiting(place.manager, limit="1")] == [third, second, first]


async def test_of_two_who_decide_at_once_one_is_told_of_the_outcome(place: Place, database: Database) -> None:
    application_id = await place.applied()
    answers = await asyncio.gather(
        place.decide(application_id, place.manager, "admit"),
        place.decide(application_id, place.coordinator, "decline", "자리가 없습니다."),
        place.decide(application_id, place.manager, "admit"),
    )
    statuses = [answer.status_code for answer in answers]
    (loser,) = {answer.json()["detail"] for answer in answers if answer.status_code == 409}
    async with database.read() as connection:
        state = await connection.scalar(select(Application.state))
        members = await connection.scalar(select(func.count()).where(Membership.account_id == place.applicant.id))
    assert state is not None
    assert state.value in loser
    expected = [200, 409, 200] if state is ApplicationState.ADMITTED else [409, 200, 409]
    assert (statuses, members) == (expected, int(state is ApplicationState.ADMITTED))


async def test_managers_are_reminded_once_of_what_still_waits(
    place: Place, database: Database, letters: Letters, factory: Factory
) -> None:
    await place.applied()
    decided = await place.applied(await factory.person())
    await place.decide(decided, place.manager, "decline", "업종이 다릅니다.")
    await letters.deliver()
    assert await letters.deliver(now() + timedelta(days=2)) == []
    (mail,) = await letters.deliver(now() + timedelta(days=3, minutes=1))
    assert (mail.to, "사흘" in mail.text) == (place.manager.email, True)
    assert await letters.deliver(now() + timedelta(days=30)) == []


async def test_coordinators_are_told_where_there_is_no_manager(
    place: Place, database: Database, letters: Letters
) -> None:
    async with database.write() as session:
        await session.execute(
            update(Membership).where(Membership.account_id == place.manager.id).values(ended_at=now())
        )
        english = update(Account).where(Account.id == place.coordinator.id).values(locale=Locale.ENGLISH)
        await session.execute(english)
    await place.applied()
    (mail,) = await letters.deliver()
    assert (mail.to, mail.locale, "applies" in mail.text) == (place.coordinator.email, Locale.ENGLISH, True)


async def test_retries_have_one_effect(place: Place, database: Database, letters: Letters) -> None:
    wish = place.wish()
    answers = await asyncio.gather(
        *(place.client.post("/v1/applications", json=wish, headers=place.applicant.headers) for _ in range(4))
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.text for answer in answers}) == 1
    problem(await place.apply(id=wish["id"], position="대표"), 409, "id_taken")
    problem(await place.apply(place.member, id=wish["id"]), 409, "id_taken")
    problem(await place.apply(), 409, "application_open")
    await place.withdraw(wish["id"], place.applicant)
    again = await asyncio.gather(place.apply(), place.apply())
    assert sorted(answer.status_code for answer in again) == [201, 409]
    key = {**place.applicant.headers, "Idempotency-Key": "one"}
    await place.withdraw(next(answer.json()["id"] for answer in again if answer.status_code == 201), place.applicant)
    keyed = [await place.client.post("/v1/applications", json=wish | {"id": client_id()}, headers=key) for _ in "a"]
    assert keyed[0].status_code == 201


async def test_organisations_are_known_by_id_or_number_or_new(
    place: Place, database: Database, factory: Factory
) -> None:
    known = await factory.organisation("㈜한성금형")
    merged = await factory.organisation("한성금형(주)")
    async with database.write() as session:
        await session.execute(
            update(Organisation).where(Organisation.id == known.id).values(business_number="1248100998")
        )
        await session.execute(update(Organisation).where(Organisation.id == merged.id).values(merged_into_id=known.id))
    namings: list[Json] = [
        {"organisation": None, "organisation_id": str(known.public_id)},
        {"organisation": None, "organisation_id": str(merged.public_id)},
        {"organisation": {"kind": "company", "name": "한성", "business_number": NUMBER}},
    ]
    for naming in namings:
        person = await factory.person()
        application_id = await place.applied(person, **naming)
        assert (await place.decide(application_id, place.manager, "admit")).status_code == 200
        me = await get(place.client, "/me", person)
        assert me["affiliation"]["organisation"]["id"] == str(known.public_id)
    wrong = {"kind": "company", "name": "㈜오타", "business_number": "124-81-00999"}
    refused: list[tuple[Json, str, str]] = [
        ({"organisation": wrong}, "invalid_business_number", "/body/organisation/business_number"),
        ({"organisation": None}, "one_organisation", "/body/organisation_id"),
        ({"organisation_id": str(known.public_id)}, "one_organisation", "/body/organisation_id"),
        ({"organisation": None, "organisation_id": client_id()}, "unknown_organisation", "/body/organisation_id"),
    ]
    for naming, code, pointer in refused:
        problem(await place.apply(**naming), 422, code, pointer)


async def test_who_may_do_what(place: Place, factory: Factory) -> None:
    application_id = await place.applied()
    for person in (place.member, await factory.person(), await factory.person(coordinates=await factory.consortium())):
        problem(await place.decide(application_id, person, "admit"), 404, "not_found")
        problem(await place.withdraw(application_id, person), 404, "not_found")
    problem(await place.decide(application_id, place.applicant, "admit"), 403, "forbidden")
    problem(await place.withdraw(application_id, place.manager), 403, "forbidden")
    own = await place.applied(place.coordinator)
    problem(await place.decide(own, place.coordinator, "admit"), 403, "forbidden")
    mine = await all_items(place.client, "/me/applications", place.coordinator)
    assert [(each["id"], each["allowed_actions"]) for each in mine] == [(own, ["withdraw"])]


async def test_a_person_may_have_ten_waiting(place: Place, factory: Factory) -> None:
    for _ in range(10):
        elsewhere = await factory.mini_cluster()
        await place.applied(mini_cluster_id=str(elsewhere.public_id))
    problem(await place.apply(), 409, "too_many_applications")


async def test_nobody_joins_what_has_ended_and_gone_people_are_not_shown(
    place: Place, database: Database, factory: Factory
) -> None:
    gone = await factory.person()
    waiting, of_gone = await place.applied(), await place.applied(gone)
    async with database.write() as session:
        await session.execute(
            update(Account).where(Account.id == gone.id).values(status=AccountStatus.ERASED, email=None)
        )
    assert [each["id"] for each in await place.waiting(place.manager)] == [waiting]
    problem(await place.decide(of_gone, place.manager, "admit"), 404, "not_found")
    async with database.write() as session:
        ended = update(MiniCluster).where(MiniCluster.id == place.mini_cluster.id).values(dissolved_at=now())
        await session.execute(ended)
    problem(await place.decide(waiting, place.coordinator, "admit"), 409, "mini_cluster_dissolved")
    assert (await place.decide(waiting, place.coordinator, "decline", "해산되었습니다.")).status_code == 200
    problem(await place.apply(), 409, "mini_cluster_dissolved")


async def test_joining_by_an_invitation_closes_the_application(place: Place, database: Database) -> None:
    application_id = await place.applied()
    wish = {"id": client_id(), "mini_cluster_id": str(place.mini_cluster.public_id)}
    invitation = await place.client.post("/v1/invitations", json=wish, headers=place.manager.headers)
    accepted = await place.client.post(
        "/v1/me/invitations/accept", json={"token": invitation.json()["token"]}, headers=place.applicant.headers
    )
    assert accepted.status_code == 200, accepted.text
    problem(await place.decide(application_id, place.manager, "admit"), 409, "application_closed")
    mine = await all_items(place.client, "/me/applications", place.applicant)
    assert [each["state"] for each in mine] == ["withdrawn"]
