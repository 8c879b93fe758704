"""One's own account: reading, changing, the password."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.identity.accounts.service import create_operator
from app.identity.me import service
from app.identity.passwords.hashing import Verification, verify_password
from app.identity.sessions.schemas import DeviceInfo
from app.identity.sessions.service import end_session, open_session
from app.models import InboxItem, Membership, Session
from app.models.memberships import MemberRole
from app.models.notifications import Reason
from app.models.sessions import SessionEnd
from tests.factories import Factory, Person
from tests.ideas_factory import published_idea
from tests.identity.signing_in import (
    PASSWORD,
    Json,
    a_device,
    bearer,
    problem,
    refresh,
    rows_of,
    set_password,
    sign_in_by_password,
    signed_in,
)

NEW = "산 너머 9시 기차"


async def change_password(
    client: httpx.AsyncClient, person: Person, new: str, current: str | None = None
) -> httpx.Response:
    body = {"new_password": new} | ({"current_password": current} if current is not None else {})
    return await client.post("/v1/me/password", json=body, headers=person.headers)


async def patch(client: httpx.AsyncClient, person: Person, **changes: Any) -> httpx.Response:
    return await client.patch("/v1/me", json=changes, headers=person.headers)


async def get_me(client: httpx.AsyncClient, person: Person) -> Json:
    response = await client.get("/v1/me", headers=person.headers)
    assert response.status_code == 200, response.text
    me: Json = response.json()
    return me


async def test_me_has_places_roles_and_what_waits(
    client: httpx.AsyncClient, database: Database, factory: Factory, settings: Settings
) -> None:
    home, coordinated = await factory.consortium(), await factory.consortium(name_ko="수도권 클러스터")
    first, second = await factory.mini_cluster(home), await factory.mini_cluster(home, name_ko="수송기계")
    person = await factory.person(first, second, role=MemberRole.CHAIR, coordinates=coordinated)
    me = await get_me(client, person)
    consortium = {"id": str(home.public_id), "name_ko": "동남권 클러스터", "name_en": "Southeast"}
    started_at = me["memberships"][0]["started_at"]
    assert me == {
        "id": str(person.public_id),
        "name": "김하늘",
        "email": person.email,
        "locale": "ko",
        "time_zone": "Asia/Seoul",
        "is_operator": False,
        "has_password": False,
        "affiliation": {
            "organisation": me["affiliation"]["organisation"] | {"kind": "company"},
            "position": "책임연구원",
        },
        "memberships": [
            {
                "mini_cluster": {"id": str(place.public_id), "name_ko": place.name_ko, "name_en": "Mechatronics"},
                "consortium": consortium,
                "role": "chair",
                "started_at": membership["started_at"],
            }
            for place, membership in zip((first, second), me["memberships"], strict=True)
        ],
        "coordinated_consortia": [
            {"id": str(coordinated.public_id), "name_ko": "수도권 클러스터", "name_en": "Southeast"}
        ],
        "terms_version": settings.terms_version,
        "terms_required": False,
        "unread_count": 0,
    }
    assert started_at.endswith("Z")
    assert me["affiliation"]["organisation"]["name"].startswith("㈜한성금형")
    async with database.write() as session:
        for membership in await session.scalars(select(Membership).where(Membership.mini_cluster_id == first.id)):
            membership.ended_at = now()
    assert [place["mini_cluster"]["name_ko"] for place in (await get_me(client, person))["memberships"]] == ["수송기계"]


async def test_unread_items_of_the_inbox_are_counted(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    mini_cluster = await factory.mini_cluster()
    person, other = await factory.person(mini_cluster), await factory.person(mini_cluster)
    idea = await published_idea(database, person, mini_cluster)
    async with database.write() as session:
        for number, owner, read_at in ((1, person, None), (2, person, None), (3, person, now()), (4, other, None)):
            session.add(
                InboxItem(
                    account_id=owner.id,
                    event_id=number,
                    reason=Reason.VOTE,
                    actor_id=other.id,
                    idea_id=idea.id,
                    read_at=read_at,
                )
            )
    assert (await get_me(client, person))["unread_count"] == 2
    assert (await get_me(client, other))["unread_count"] == 1


async def test_operator_without_organisation_is_shown(client: httpx.AsyncClient, database: Database) -> None:
    async with database.write() as session:
        account = await create_operator(session, "Operator@Example.kr", "운영자", None)
        tokens = await open_session(session, account.id, DeviceInfo(installation_id="operator-1", name="노트북"))
    me = (await client.get("/v1/me", headers={"Authorization": f"Bearer {tokens.access_token}"})).json()
    assert me["affiliation"] is None
    assert me["is_operator"] is True
    assert me["email"] == "operator@example.kr"


async def test_what_is_left_out_stays(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person()
    before = await get_me(client, person)
    assert (await patch(client, person)).json() == before
    changed = (await patch(client, person, name="  이바다 ", locale="en", time_zone="Europe/Berlin")).json()
    assert changed == before | {"name": "이바다", "locale": "en", "time_zone": "Europe/Berlin"}
    assert await get_me(client, person) == changed
    assert (await patch(client, person, name="김하늘", locale=None)).json() == changed | {"name": "김하늘"}


BAD_CHANGES: list[tuple[Json, str, str]] = [
    ({"name": ""}, "/body/name", "string_too_short"),
    ({"name": "가" * 81}, "/body/name", "string_too_long"),
    ({"name": "김\x00하늘"}, "/body/name", "forbidden_character"),
    ({"name": "김\u202e하늘"}, "/body/name", "forbidden_character"),
    ({"name": 7}, "/body/name", "string_type"),
    ({"locale": "fr"}, "/body/locale", "enum"),
    ({"time_zone": "Asia/Atlantis"}, "/body/time_zone", "unknown_time_zone"),
    ({"time_zone": "localtime"}, "/body/time_zone", "unknown_time_zone"),
    ({"time_zone": "../../etc/passwd"}, "/body/time_zone", "unknown_time_zone"),
    ({"email": "other@example.kr"}, "/body/email", "extra_forbidden"),
    ({"is_operator": True}, "/body/is_operator", "extra_forbidden"),
]


async def test_bad_changes_are_refused_with_a_pointer(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person()
    before = await get_me(client, person)
    for changes, pointer, code in BAD_CHANGES:
        problem(await patch(client, person, **changes), 422, code, pointer)
    assert await get_me(client, person) == before


async def test_first_password_needs_no_present_one(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    assert (await change_password(client, person, NEW)).status_code == 204
    assert (await sign_in_by_password(client, person.email, NEW)).status_code == 201


async def test_password_change_ends_all_other_sessions(
    client: httpx.AsyncClient, database: Database, settings: Settings, factory: Factory
) -> None:
    """Check 6."""
    person, bystander, device = await factory.person(), await factory.person(), a_device()
    await set_password(database, person)
    other = await signed_in(client, database, settings, person, device)
    assert (await change_password(client, person, NEW, PASSWORD)).status_code == 204
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200
    assert (await client.get("/v1/me", headers=bystander.headers)).status_code == 200
    problem(await client.get("/v1/me", headers=bearer(other)), 401, "unauthenticated")
    problem(await refresh(client, other["refresh_token"], device), 401, "refresh_refused")
    assert await rows_of(database, Session, Session.end_reason == SessionEnd.PASSWORD_CHANGED) == 1
    problem(await sign_in_by_password(client, person.email, PASSWORD), 401, "sign_in_refused")
    assert (await sign_in_by_password(client, person.email, NEW)).status_code == 201


BAD_PASSWORDS = [
    ("짧아요", "password_too_short"),
    ("가" * 129, "password_too_long"),
    ("비밀번호12345678", "password_common"),
    ("김하늘김하늘김하늘김하늘", "password_personal"),
    ("산 너머\x009시 기차", "forbidden_character"),
    ("가" * 600, "string_too_long"),
]


async def test_bad_new_passwords_are_refused(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person()
    for new, code in BAD_PASSWORDS:
        response = await change_password(client, person, new)
        problem(response, 422, code, "/body/new_password")
        assert new not in response.text
    assert (await get_me(client, person))["has_password"] is False


async def test_sixty_four_hangul_characters_are_accepted(client: httpx.AsyncClient, factory: Factory) -> None:
    person, long = await factory.person(), "다람쥐 헌 쳇바퀴에 타고파. " * 4 + "가나다라"
    assert len(long) == 68
    assert (await change_password(client, person, long[:64])).status_code == 204
    assert (await sign_in_by_password(client, person.email, long[:64])).status_code == 201


async def test_present_password_must_be_right_and_tries_are_counted(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    await set_password(database, person)
    problem(await change_password(client, person, NEW), 422, "missing", "/body/current_password")
    for _ in range(5):
        wrong = await change_password(client, person, NEW, "전혀 다른 비밀번호")
        problem(wrong, 422, "wrong_password", "/body/current_password")
    refused = await change_password(client, person, NEW, PASSWORD)
    problem(refused, 429, "too_many_tries")
    assert int(refused.headers["retry-after"]) <= 900
    problem(await sign_in_by_password(client, person.email), 429, "too_many_tries")
    assert (await client.get("/v1/me", headers=person.headers)).status_code == 200


@pytest.mark.parametrize("change", ["session", "password"])
async def test_what_ends_during_hashing_counts(
    client: httpx.AsyncClient, database: Database, factory: Factory, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    person = await factory.person()
    await set_password(database, person)

    async def verify_slowly(password: str, stored: str | None) -> Verification:
        verification = await verify_password(password, stored)
        if change == "password":
            await set_password(database, person, "강 건너 5시 회의")
        else:
            async with database.write() as session:
                await end_session(session, person.session_id, SessionEnd.REVOKED)
        return verification

    monkeypatch.setattr(service, "verify_password", verify_slowly)
    problem(await change_password(client, person, NEW, PASSWORD), 401, "unauthenticated")
    problem(await sign_in_by_password(client, person.email, NEW), 401, "sign_in_refused")


async def test_of_two_changes_at_once_one_succeeds(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await factory.person()
    await set_password(database, person)
    answers = await asyncio.gather(*(change_password(client, person, f"{NEW} {n}", PASSWORD) for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401]
