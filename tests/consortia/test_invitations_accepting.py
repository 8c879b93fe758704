"""Accepting invitations, as a new person and as a signed-in one."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import time_machine
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import (
    Account,
    IdempotencyKey,
    Invitation,
    Membership,
    MiniCluster,
    Organisation,
    OrganisationSizeBand,
    Session,
)
from app.models.memberships import MemberRole
from tests.factories import Factory, Person, client_id
from tests.identity.signing_in import Json, a_device, bearer, problem, rows_of, signed_in

EMAIL = "haneul.kim@example.kr"
NUMBER = "124-81-00998"


@pytest.fixture
async def mini_cluster(factory: Factory) -> MiniCluster:
    return await factory.mini_cluster()


@pytest.fixture
async def manager(factory: Factory, mini_cluster: MiniCluster) -> Person:
    return await factory.person(mini_cluster, role=MemberRole.MANAGER)


async def invited(client: httpx.AsyncClient, manager: Person, mini_cluster: MiniCluster, **changes: str) -> str:
    """The token of a new invitation."""
    wish = {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id)} | changes
    response = await client.post("/v1/invitations", json=wish, headers=manager.headers)
    assert response.status_code == 201, response.text
    token: str = response.json()["token"]
    return token


@pytest.fixture
async def token(client: httpx.AsyncClient, manager: Person, mini_cluster: MiniCluster) -> str:
    """The token of an invitation that is bound to no address."""
    return await invited(client, manager, mini_cluster, role="secretary")


def an_answer(token: str, settings: Settings, **changes: object) -> Json:
    answer: Json = {
        "token": token,
        "email": EMAIL,
        "name": "김하늘",
        "organisation": {"kind": "company", "name": "㈜새벽정밀"},
        "position": "연구소장",
        "device": a_device(),
        "terms_version": settings.terms_version,
    }
    return {name: value for name, value in (answer | changes).items() if value is not None}


async def accept(client: httpx.AsyncClient, answer: Json) -> httpx.Response:
    return await client.post("/v1/invitations/accept", json=answer, headers={"Accept-Language": "en"})


async def accept_as(client: httpx.AsyncClient, person: Person, token: str, **headers: str) -> httpx.Response:
    return await client.post("/v1/me/invitations/accept", json={"token": token}, headers=dict(person.headers) | headers)


async def traces(database: Database) -> dict[str, int]:
    """What an acceptance would leave, to compare before and after a refusal."""
    return {
        "accounts": await rows_of(database, Account),
        "memberships": await rows_of(database, Membership),
        "organisations": await rows_of(database, Organisation),
        "sessions": await rows_of(database, Session),
        "used": await rows_of(database, Invitation, Invitation.used_at.is_not(None)),
    }


async def test_a_new_person_joins_and_is_signed_in(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    manager: Person,
    mini_cluster: MiniCluster,
    token: str,
) -> None:
    organisation = {"kind": "company", "name": "㈜새벽정밀", "business_number": NUMBER, "size_band": "under_50"}
    response = await accept(client, an_answer(token, settings, organisation=organisation))
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    me = (await client.get("/v1/me", headers=bearer(response.json()))).json()
    assert (me["email"], me["name"], me["locale"]) == (EMAIL, "김하늘", "en")
    assert (me["terms_version"], me["terms_required"]) == (settings.terms_version, False)
    assert me["affiliation"]["organisation"]["name"] == "㈜새벽정밀"
    assert me["affiliation"]["position"] == "연구소장"
    (membership,) = me["memberships"]
    assert membership["mini_cluster"]["id"] == str(mini_cluster.public_id)
    assert membership["role"] == "secretary"
    async with database.read() as connection:
        made = (await connection.execute(select(Organisation).where(Organisation.name == "㈜새벽정밀"))).one()
        bands = (await connection.execute(select(OrganisationSizeBand))).all()
    assert (made.business_number, made.size_band, made.verified_at) == ("1248100998", "under_50", None)
    assert [(band.organisation_id, band.size_band, band.ended_at) for band in bands] == [(made.id, "under_50", None)]
    page = await client.get(f"/v1/mini-clusters/{mini_cluster.public_id}/invitations", headers=manager.headers)
    assert page.json()["items"][0]["state"] == "used"


async def test_raced_fifty_fold_it_has_one_success(
    client: httpx.AsyncClient, database: Database, settings: Settings, token: str
) -> None:
    """Check 10."""
    before = await traces(database)
    answers = await asyncio.gather(
        *(accept(client, an_answer(token, settings, email=f"person-{n}@example.kr")) for n in range(50))
    )
    codes = [answer.json().get("code", "joined") for answer in answers]
    assert sorted(codes) == ["invitation_used"] * 49 + ["joined"]
    after = await traces(database)
    assert {name: after[name] - before[name] for name in after} == dict.fromkeys(after, 1)


async def test_used_invitation_is_refused(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory, token: str
) -> None:
    """Check 10."""
    assert (await accept(client, an_answer(token, settings))).status_code == 201
    before = await traces(database)
    problem(await accept(client, an_answer(token, settings, email="b@example.kr")), 409, "invitation_used")
    problem(await accept_as(client, await factory.person(), token), 409, "invitation_used")
    assert (await traces(database))["memberships"] == before["memberships"]


async def test_expired_revoked_replaced_and_unknown_invitations_are_refused(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    manager: Person,
    mini_cluster: MiniCluster,
    token: str,
) -> None:
    """Check 10."""
    person = await factory.person()
    wish = {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id)}
    replaced, revoked = [
        (await client.post("/v1/invitations", json=wish, headers=manager.headers)).json()["token"] for _ in range(2)
    ]
    assert (await client.delete(f"/v1/invitations/{wish['id']}", headers=manager.headers)).status_code == 204
    before = await traces(database)
    for some_token, status, code in (
        (revoked, 410, "invitation_revoked"),
        (replaced, 404, "not_found"),
        ("isi_nothing", 404, "not_found"),
    ):
        problem(await accept(client, an_answer(some_token, settings)), status, code)
        problem(await accept_as(client, person, some_token), status, code)
    with time_machine.travel(now() + timedelta(hours=72, seconds=1)):
        problem(await accept(client, an_answer(token, settings)), 410, "invitation_expired")
    async with database.write() as session:
        for invitation in await session.scalars(select(Invitation)):
            invitation.expires_at = now() - timedelta(seconds=1)
    problem(await accept_as(client, person, token), 410, "invitation_expired")
    assert await traces(database) == before


async def test_bound_invitation_must_match(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    manager: Person,
    mini_cluster: MiniCluster,
) -> None:
    bound = await invited(client, manager, mini_cluster, email=EMAIL.title())
    before = await traces(database)
    problem(
        await accept(client, an_answer(bound, settings, email="b@example.kr")), 403, "invitation_for_another_address"
    )
    problem(await accept_as(client, await factory.person(), bound), 403, "invitation_for_another_address")
    assert (await traces(database))["used"] == before["used"]
    response = await accept(client, an_answer(bound, settings, email=None))
    assert (await client.get("/v1/me", headers=bearer(response.json()))).json()["email"] == EMAIL


async def test_known_address_is_sent_to_sign_in_and_the_invitation_stays_open(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    mini_cluster: MiniCluster,
    token: str,
) -> None:
    person = await factory.person()
    before = await traces(database)
    problem(await accept(client, an_answer(token, settings, email=person.email.upper())), 409, "email_taken")
    assert await traces(database) == before
    response = await accept_as(client, person, token)
    assert response.status_code == 200, response.text
    assert response.json()["mini_cluster"]["id"] == str(mini_cluster.public_id)
    assert response.json()["role"] == "secretary"
    me = (await client.get("/v1/me", headers=person.headers)).json()
    assert me["memberships"] == [response.json()]


async def test_accepting_again_as_the_same_person_gives_the_same_answer(
    client: httpx.AsyncClient, database: Database, factory: Factory, token: str
) -> None:
    person = await factory.person()
    answers = await asyncio.gather(*(accept_as(client, person, token) for _ in range(3)))
    answers.append(await accept_as(client, person, token))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert await rows_of(database, Membership, Membership.account_id == person.id) == 1


async def test_idempotency_key_replays_to_members_only(
    client: httpx.AsyncClient, database: Database, factory: Factory, token: str
) -> None:
    person = await factory.person()
    key = {"Idempotency-Key": "k1"}
    first = await accept_as(client, person, token, **key)
    again = await accept_as(client, person, token, **key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    problem(await accept_as(client, person, "isi_other", **key), 422, "idempotency_key_reused")
    async with database.read() as connection:
        assert token not in str((await connection.execute(select(IdempotencyKey))).all())
    async with database.write() as session:
        for membership in await session.scalars(select(Membership).where(Membership.account_id == person.id)):
            membership.ended_at = now()
    problem(await accept_as(client, person, token, **key), 404, "not_found")
    problem(await accept_as(client, person, token), 409, "invitation_used")


async def test_raced_by_signed_in_people_it_has_one_success(
    client: httpx.AsyncClient, database: Database, factory: Factory, token: str
) -> None:
    people = [await factory.person() for _ in range(8)]
    answers = await asyncio.gather(*(accept_as(client, person, token) for person in people))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert await rows_of(database, Membership) == 2  # and the manager's


async def test_member_does_not_use_up_an_invitation(
    client: httpx.AsyncClient, database: Database, factory: Factory, mini_cluster: MiniCluster, token: str
) -> None:
    member = await factory.person(mini_cluster)
    problem(await accept_as(client, member, token), 409, "already_member")
    assert (await traces(database))["used"] == 0
    assert (await accept_as(client, await factory.person(), token)).status_code == 200


async def test_two_invitations_to_one_place_at_once_make_one_membership(
    client: httpx.AsyncClient, database: Database, factory: Factory, manager: Person, mini_cluster: MiniCluster
) -> None:
    person = await factory.person()
    tokens = [await invited(client, manager, mini_cluster) for _ in range(3)]
    answers = await asyncio.gather(*(accept_as(client, person, token) for token in tokens))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert (await traces(database))["used"] == 1


async def test_nobody_joins_a_dissolved_mini_cluster(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    mini_cluster: MiniCluster,
    token: str,
) -> None:
    person = await factory.person()
    async with database.write() as session:
        (await session.get_one(MiniCluster, mini_cluster.id)).dissolved_at = now()
    before = await traces(database)
    problem(await accept(client, an_answer(token, settings)), 409, "mini_cluster_dissolved")
    problem(await accept_as(client, person, token), 409, "mini_cluster_dissolved")
    assert await traces(database) == before


async def test_registered_organisation_is_joined_by_id_or_by_number(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    manager: Person,
    mini_cluster: MiniCluster,
) -> None:
    old, survivor = await factory.organisation(), await factory.organisation()
    async with database.write() as session:
        (await session.get_one(Organisation, old.id)).merged_into_id = survivor.id
        (await session.get_one(Organisation, survivor.id)).business_number = "1248100998"
    count = await rows_of(database, Organisation)
    ways: list[Json] = [
        {"organisation_id": str(survivor.public_id), "organisation": None},
        {"organisation_id": str(old.public_id), "organisation": None},
        {"organisation": {"kind": "company", "name": "한성", "business_number": NUMBER}},
    ]
    for number, way in enumerate(ways):
        some_token = await invited(client, manager, mini_cluster)
        response = await accept(client, an_answer(some_token, settings, email=f"p{number}@example.kr", **way))
        assert response.status_code == 201, response.text
        me = (await client.get("/v1/me", headers=bearer(response.json()))).json()
        assert me["affiliation"]["organisation"]["id"] == str(survivor.public_id)
    assert await rows_of(database, Organisation) == count


async def test_colleagues_who_join_at_once_share_one_organisation(
    client: httpx.AsyncClient, database: Database, settings: Settings, manager: Person, mini_cluster: MiniCluster
) -> None:
    tokens = [await invited(client, manager, mini_cluster) for _ in range(4)]
    organisation = {"kind": "company", "name": "㈜새벽정밀", "business_number": NUMBER, "size_band": "under_50"}
    answers = await asyncio.gather(
        *(
            accept(client, an_answer(token, settings, email=f"p{n}@example.kr", organisation=organisation))
            for n, token in enumerate(tokens)
        )
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert await rows_of(database, Organisation, Organisation.business_number == "1248100998") == 1
    assert await rows_of(database, OrganisationSizeBand) == 1


BAD_ANSWERS: list[tuple[Json, str, str]] = [
    ({"email": None}, "/body/email", "missing"),
    ({"email": "nobody"}, "/body/email", "invalid_email"),
    ({"name": ""}, "/body/name", "string_too_short"),
    ({"organisation": None}, "/body/organisation_id", "one_organisation"),
    ({"organisation_id": client_id()}, "/body/organisation_id", "one_organisation"),
    ({"organisation": None, "organisation_id": client_id()}, "/body/organisation_id", "unknown_organisation"),
    (
        {"organisation": {"kind": "company", "name": "x", "business_number": "124-81-00999"}},
        "/body/organisation/business_number",
        "invalid_business_number",
    ),
    (
        {"organisation": {"kind": "company", "name": "x", "business_number": "12-481-00998"}},
        "/body/organisation/business_number",
        "invalid_business_number",
    ),
    (
        {"organisation": {"kind": "university", "name": "x", "size_band": "under_50"}},
        "/body/organisation/size_band",
        "size_band_of_companies",
    ),
    ({"organisation": {"kind": "club", "name": "x"}}, "/body/organisation/kind", "enum"),
    ({"terms_version": "2020-01"}, "/body/terms_version", "terms_outdated"),
    ({"device": {"installation_id": "x", "name": "y"}}, "/body/device/installation_id", "string_too_short"),
    ({"role": "manager"}, "/body/role", "extra_forbidden"),
]


async def test_bad_answers_are_refused_and_leave_no_trace(
    client: httpx.AsyncClient, database: Database, settings: Settings, token: str
) -> None:
    before = await traces(database)
    for changes, pointer, code in BAD_ANSWERS:
        problem(await accept(client, an_answer(token, settings, **changes)), 422, code, pointer)
    assert await traces(database) == before
    assert (await accept(client, an_answer(token, settings))).status_code == 201


async def test_whoever_lost_the_reply_signs_in_by_code(
    client: httpx.AsyncClient, database: Database, settings: Settings, token: str
) -> None:
    await accept(client, an_answer(token, settings))
    problem(await accept(client, an_answer(token, settings)), 409, "invitation_used")
    async with database.read() as connection:
        row = (await connection.execute(select(Account.id, Account.public_id).where(Account.email == EMAIL))).one()
    person = Person(row.id, row.public_id, EMAIL, "김하늘", 0, "", 0)
    tokens = await signed_in(client, database, settings, person)
    assert (await client.get("/v1/me", headers=bearer(tokens))).status_code == 200
