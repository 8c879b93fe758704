"""Previewing a roster, taking it over, and comparing it with the one of the next year, through the API."""

import asyncio

from sqlalchemy import func, select

from app.core.clock import now
from app.core.database import Database
from app.models import AccessEntry, AuditEntry, Membership, MiniCluster, Model, RosterImport, RosterRow
from app.models.memberships import MemberRole
from app.models.rosters import RosterState
from tests.consortia.calls import Json, problem
from tests.consortia.roster_files import EVERYBODY, INFO, KIM, LEE, PARK, csv_file, xlsx_file
from tests.consortia.roster_keeper import Keeper
from tests.factories import Factory


async def count(database: Database, model: type[Model]) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(model)) or 0


def counts(shown: Json) -> tuple[int, int, int, int]:
    return shown["new_count"], shown["changed_count"], shown["kept_count"], shown["left_count"]


async def test_a_preview_stores_nothing_and_what_it_showed_is_taken_over_once(
    keeper: Keeper, database: Database
) -> None:
    content = csv_file(*EVERYBODY)
    shown = await keeper.previewed(content)
    assert (shown["row_count"], counts(shown), shown["errors"], shown["ignored_columns"]) == (
        5,
        (5, 0, 0, 0),
        [],
        ["비고"],
    )
    assert [person["name"] for person in shown["new"]] == ["김하늘", "이바다", "박누리", "최가람", "정가람"]
    assert (await count(database, RosterRow), await count(database, RosterImport)) == (0, 0)
    answers = await asyncio.gather(*(keeper.confirm(content, shown["fingerprint"]) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4, answers[0].text
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert (counts(answers[0].json()), answers[0].json()["ended_count"]) == ((5, 0, 0, 0), 0)
    assert (await count(database, RosterRow), await count(database, RosterImport)) == (5, 1)
    rows = await keeper.rows()
    assert rows["김하늘"] | {"id": "", "confirmed_at": ""} == {
        "id": "", "name": "김하늘", "email": "haneul.kim@example.kr", "is_shared_address": False,
        "phone": "01012345678", "organisation": "㈜한성금형", "organisation_kind": "company",
        "business_number": "1248100998", "position": "책임연구원", "state": "imported", "bounce_code": None,
        "is_queued": False, "account_id": None, "confirmed_at": "", "invited_at": None, "verified_at": None,
        "left_at": None,
    }  # fmt: skip
    assert [rows[name]["is_shared_address"] for name in ("최가람", "정가람")] == [True, True]
    assert [*await keeper.rows(q="새벽")] == ["이바다", "박누리"]
    assert (await keeper.rows(state="invited"), await keeper.rows(left="true")) == ({}, {})
    async with database.read() as connection:
        entry = (await connection.execute(select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.details))).one()
        read = (await connection.execute(select(AccessEntry.action, AccessEntry.account_id))).all()
    assert (entry.action, entry.actor_id) == ("roster.imported", keeper.manager.id)
    assert entry.details == {
        "mini_cluster_id": keeper.place.id, "new": 5, "changed": 0, "left": 0, "ended": 0,
    }  # fmt: skip
    assert ("roster.previewed", keeper.manager.id) in [tuple(row) for row in read]
    assert ("roster.listed", keeper.coordinator.id) in [tuple(row) for row in read]


async def test_rows_with_errors_are_told_and_nothing_is_half_done(keeper: Keeper, database: Database) -> None:
    content = csv_file(KIM, ("", "no", "㈜새", "", "", "", "", ""), LEE)
    shown = await keeper.previewed(content)
    assert (shown["fingerprint"], shown["error_row_count"], shown["row_count"]) == (None, 1, 3)
    assert [(error["row"], error["column"], error["code"]) for error in shown["errors"]] == [
        (3, "이름", "missing"),
        (3, "이메일", "invalid_email"),
    ]
    assert shown["errors"][0]["detail"] == "비어 있습니다. 채워 주세요."
    problem(await keeper.confirm(content, "0" * 64), 422, "roster_has_errors")
    assert await count(database, RosterRow) == 0
    many = await keeper.previewed(csv_file(*[("", "x", "", "", "", "", "", "")] * 300))
    assert (len(many["errors"]), many["error_row_count"]) == (200, 300)


async def test_the_next_year_shows_who_is_new_who_stays_and_who_has_left(
    keeper: Keeper, database: Database, factory: Factory
) -> None:
    member = await factory.person(keeper.place, name="한회원")
    officer = await factory.person(keeper.place, name="오총무", role=MemberRole.SECRETARY)
    known = [
        (person.name, person.email, "㈜오랜", "", "이사", "", "", "") for person in (member, officer, keeper.manager)
    ]
    await keeper.take_over(xlsx_file(*EVERYBODY, *known))
    assert {name: row["state"] for name, row in (await keeper.rows()).items()} == {
        "김하늘": "imported", "이바다": "imported", "박누리": "imported", "최가람": "imported", "정가람": "imported",
        "한회원": "verified", "오총무": "verified", "이매니저": "verified",
    }  # fmt: skip
    next_year = xlsx_file(
        (*KIM[:4], "수석연구원", *KIM[5:]),  # promoted
        ("이 바다", LEE[1], "새벽정밀", "", "대표", "", "", ""),  # written otherwise
        ("박누리", "nuri@example.kr", "새벽정밀", "", "", "", "", ""),  # has an address now
        INFO[0],
        ("윤새봄", "info@example.kr", "가람, 공업사", "", "과장", "", "예", ""),  # new, behind the shared address
        title="2027년 회원 명부",
    )
    shown = await keeper.previewed(next_year, ends_memberships=True)
    assert counts(shown) == (1, 3, 1, 4)
    assert [person["name"] for person in shown["new"]] == ["윤새봄"]
    assert {person["name"]: person["changed"] for person in shown["changed"]} == {
        "김하늘": ["position"],
        "이 바다": ["name", "organisation_name"],
        "박누리": ["email", "phone", "organisation_name"],
    }
    assert {person["name"] for person in shown["left"]} == {"정가람", "한회원", "오총무", "이매니저"}
    problem(await keeper.confirm(next_year, shown["fingerprint"]), 409, "roster_changed")  # it ends no memberships
    made = await keeper.confirm(next_year, shown["fingerprint"], ends_memberships=True)
    assert made.status_code == 200, made.text
    # The manager is not dismissed by his own file.
    assert (counts(made.json()), made.json()["ended_count"]) == ((1, 3, 1, 4), 2)
    assert {*await keeper.rows(left="true")} == {"정가람", "한회원", "오총무", "이매니저"}
    async with database.read() as connection:
        ended = await connection.scalars(select(Membership.account_id).where(Membership.ended_at.is_not(None)))
        assert {*ended} == {member.id, officer.id}
        actions = (await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()
    assert actions == ["roster.imported", "membership.ended", "membership.ended", "roster.imported"]
    # Whoever comes back gets the old row back.
    again = await keeper.previewed(xlsx_file(*EVERYBODY))
    assert counts(again) == (1, 3, 1, 1)
    await keeper.take_over(xlsx_file(*EVERYBODY))
    assert {name: row["email"] for name, row in (await keeper.rows()).items()} == {
        "김하늘": KIM[1], "이바다": "bada.lee@example.kr", "박누리": None, "최가람": INFO[0][1], "정가람": INFO[1][1],
    }  # fmt: skip
    assert await count(database, RosterRow) == 9


async def test_a_file_confirmed_after_somebody_else_changed_the_roster_is_refused(
    keeper: Keeper, database: Database
) -> None:
    first, second = csv_file(KIM, LEE), csv_file(KIM, PARK)
    fingerprint = (await keeper.previewed(first))["fingerprint"]
    await keeper.take_over(second)
    problem(await keeper.confirm(first, fingerprint), 409, "roster_changed")
    problem(await keeper.confirm(csv_file(KIM), fingerprint), 409, "roster_changed")
    shown = [(await keeper.previewed(content))["fingerprint"] for content in (first, csv_file(LEE))]
    files = (first, csv_file(LEE))
    raced = await asyncio.gather(*(keeper.confirm(*pair) for pair in zip(files, shown, strict=True)))
    assert sorted(answer.status_code for answer in raced) == [200, 409]
    assert await count(database, RosterImport) == 2


async def test_who_may_not_who_sends_nonsense_and_where_nobody_joins(
    keeper: Keeper, database: Database, factory: Factory
) -> None:
    content = csv_file(KIM)
    member, operator = await factory.person(keeper.place), await factory.person(is_operator=True)
    for who in (member, operator):
        problem(await keeper.preview(content, who), 403, "forbidden")
        problem(await keeper.confirm(content, "0" * 64, who), 403, "forbidden")
    problem(await keeper.preview(b"\xff\xff\xff"), 422, "unreadable_text", "/body")
    problem(await keeper.confirm(b"", "0" * 64), 422, "columns_missing", "/body")
    problem(await keeper.confirm(content, "../../etc"), 422, "string_pattern_mismatch", "/query/fingerprint")
    big = await keeper.preview(b"x" * (4 * 1024 * 1024 + 1))
    assert (big.status_code, big.headers["content-type"]) == (413, "application/problem+json")
    fingerprint = (await keeper.previewed(content))["fingerprint"]
    async with database.write() as session:
        (await session.get_one(MiniCluster, keeper.place.id)).dissolved_at = now()
    problem(await keeper.confirm(content, fingerprint), 409, "mini_cluster_dissolved")
    assert await count(database, RosterRow) == 0


async def test_ten_thousand_people_at_once(keeper: Keeper, database: Database) -> None:
    def people(first: int) -> bytes:
        rows = [(f"회원{n}", f"p{n}@example.kr", f"㈜기관{n % 900}") for n in range(first, first + 10_000)]
        return csv_file(*rows, heads=("이름", "이메일", "기관명"))

    assert (await keeper.take_over(people(0)))["new_count"] == 10_000
    shown = await keeper.previewed(people(4_000))
    assert (counts(shown), len(shown["new"]), len(shown["left"])) == ((4_000, 0, 6_000, 4_000), 200, 200)
    async with database.read() as connection:
        states = select(RosterRow.state, func.count()).where(RosterRow.left_at.is_(None)).group_by(RosterRow.state)
        assert [tuple(row) for row in await connection.execute(states)] == [(RosterState.IMPORTED, 10_000)]
