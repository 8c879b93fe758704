"""From a roster to members: mails, bounces, shared addresses, codes on paper, the export."""

import asyncio
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import select, text, update

from app.consortia.roster.inviting import AT_ONCE, PAUSE
from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.mail.transport import Mail, MailRefused
from app.models import AccessEntry, Account, Affiliation, MiniCluster, Model, Organisation, RosterRow, Session
from tests.consortia.calls import Json, problem
from tests.consortia.letters import Letters
from tests.consortia.roster_files import EVERYBODY, INFO, KIM, LEE, csv_file
from tests.consortia.roster_keeper import Keeper
from tests.factories import Factory
from tests.identity.signing_in import a_device, bearer


class PostOffice(Letters):
    """Refuses one mailbox."""

    async def send(self, mail: Mail) -> None:
        if mail.to == "gone@example.kr":
            raise MailRefused("smtp_550")
        await super().send(mail)


@pytest.fixture
def letters(database: Database, settings: Settings) -> PostOffice:
    return PostOffice(database, settings.model_copy(update={"public_url": "https://ideas.example.kr/"}))


def token_in(mail: Mail) -> str:
    (token,) = re.findall(r"https://ideas\.example\.kr/invitation#(\S+)", mail.text)
    return str(token)


class Joining:
    """What people of the roster do."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self.client = client
        self.terms = settings.terms_version

    async def accept(self, token: str, **answers: Any) -> httpx.Response:
        body = {"token": token, "device": a_device(), "terms_version": self.terms, **answers}
        return await self.client.post("/v1/invitations/accept", json=body)

    async def joined(self, token: str, **answers: Any) -> Json:
        """Who one is after accepting."""
        response = await self.accept(token, **answers)
        assert response.status_code == 201, response.text
        me = await self.client.get("/v1/me", headers=bearer(response.json()))
        assert me.status_code == 200, me.text
        shown: Json = me.json()
        return shown


@pytest.fixture
def joining(client: httpx.AsyncClient, settings: Settings) -> Joining:
    return Joining(client, settings)


async def test_from_a_roster_to_active_members(
    keeper: Keeper, database: Database, letters: PostOffice, joining: Joining, factory: Factory
) -> None:
    gone = ("조유령", "gone@example.kr", "㈜한성금형", "", "", "", "", "")
    await keeper.take_over(csv_file(*EVERYBODY, gone))
    known = await factory.organisation("한성금형(주)")
    async with database.write() as session:
        (await session.get_one(Organisation, known.id)).name = "한성금형(주)"
    queued = await keeper.invite()
    assert queued == {"queued_count": 5, "without_address_count": 1}
    mails = {mail.to + mail.subject[:16]: mail for mail in await letters.deliver()}
    assert len(mails) == 4
    assert {name: row["state"] for name, row in (await keeper.rows()).items()} == {
        "김하늘": "invited", "이바다": "invited", "박누리": "imported", "최가람": "invited", "정가람": "invited",
        "조유령": "bounced",
    }  # fmt: skip
    assert (await keeper.rows(state="bounced"))["조유령"]["bounce_code"] == "smtp_550"
    invited = ("김하늘", "이바다", "최가람", "정가람")
    by_name = {name: mail for mail in mails.values() for name in invited if name in mail.subject}
    assert "창원 금형" in by_name["김하늘"].subject
    assert "여러 분이 함께 쓰는 주소" in by_name["최가람"].text
    assert "여러 분" not in by_name["김하늘"].text
    # Nothing but consent is left to say; the organisation is the one that is called so.
    me = await joining.joined(token_in(by_name["김하늘"]))
    assert (me["name"], me["email"], me["affiliation"]["position"]) == ("김하늘", KIM[1], "책임연구원")
    assert me["affiliation"]["organisation"]["name"] == "한성금형(주)"
    assert [each["mini_cluster"]["name_ko"] for each in me["memberships"]] == ["창원 금형"]
    problem(await joining.accept(token_in(by_name["김하늘"])), 409, "invitation_used")
    row = (await keeper.rows())["김하늘"]
    assert (row["state"], row["account_id"]) == ("verified", me["id"])
    async with database.write() as session:
        await session.execute(update(Session).values(last_seen_at=now() + timedelta(hours=1)))
    assert [*await keeper.rows(state="active")] == ["김하늘"]
    assert await keeper.rows(state="verified") == {}
    # Two behind one address: neither can sign in with it, each joins as himself.
    refused = await joining.accept(token_in(by_name["최가람"]), email="INFO@example.kr")
    problem(refused, 422, "shared_address", "/body/email")
    first = await joining.joined(token_in(by_name["최가람"]), email="garam.choi@example.kr")
    second = await joining.joined(token_in(by_name["정가람"]))
    assert [(who["name"], who["email"]) for who in (first, second)] == [
        ("최가람", "garam.choi@example.kr"),
        ("정가람", None),
    ]
    assert first["affiliation"]["organisation"] == second["affiliation"]["organisation"]
    refused = await joining.accept(token_in(by_name["이바다"]), email="other@example.kr")
    problem(refused, 403, "invitation_for_another_address")


async def test_sending_again_replaces_what_was_sent_and_not_within_the_hour(
    keeper: Keeper, database: Database, letters: PostOffice, joining: Joining
) -> None:
    await keeper.take_over(csv_file(KIM, LEE))
    key = {"Idempotency-Key": "once"}
    assert [await keeper.invite(headers=key) for _ in range(2)] == [{"queued_count": 2, "without_address_count": 0}] * 2
    old = {mail.to: mail for mail in await letters.deliver()}
    assert len(old) == 2
    every: Any = {"states": ["imported", "invited", "bounced"]}
    assert (await keeper.invite(**every))["queued_count"] == 0
    async with database.write() as session:
        await session.execute(update(RosterRow).values(invited_at=now() - timedelta(hours=1, seconds=1)))
    rows = await keeper.rows()
    assert (await keeper.invite(**every, row_ids=[rows["김하늘"]["id"]]))["queued_count"] == 1
    assert (await keeper.rows())["김하늘"]["is_queued"]
    (new,) = await letters.deliver()
    problem(await joining.accept(token_in(old[KIM[1]])), 410, "invitation_revoked")
    assert (await joining.joined(token_in(new)))["name"] == "김하늘"
    with time_machine.travel(now() + timedelta(hours=73)):
        problem(await joining.accept(token_in(old["bada.lee@example.kr"])), 410, "invitation_expired")
    tokens = [token_in(mail) for mail in (*old.values(), new)]
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            stored = str((await connection.execute(text(f"SELECT * FROM {table.name}"))).all())
            assert not any(token in stored for token in tokens), table.name


async def test_many_are_invited_in_portions_and_none_where_nobody_joins(
    keeper: Keeper, database: Database, letters: PostOffice
) -> None:
    people = [(f"회원{n}", f"p{n}@example.kr", "㈜새") for n in range(AT_ONCE + 3)]
    await keeper.take_over(csv_file(*people, heads=("이름", "이메일", "기관명")))
    assert (await keeper.invite())["queued_count"] == AT_ONCE + 3
    assert len(await letters.deliver()) == AT_ONCE
    async with database.write() as session:
        (await session.get_one(MiniCluster, keeper.place.id)).dissolved_at = now()
    assert await letters.deliver(now() + PAUSE) == []
    assert len(await keeper.rows(state="imported")) == 3
    problem(await keeper.ask_to_invite(), 409, "mini_cluster_dissolved")


async def test_who_has_left_or_moved_can_not_use_what_was_sent(
    keeper: Keeper, letters: PostOffice, joining: Joining
) -> None:
    """Check 10."""
    await keeper.take_over(csv_file(KIM, LEE))
    await keeper.invite()
    sent = {mail.to: token_in(mail) for mail in await letters.deliver()}
    await keeper.take_over(csv_file((KIM[0], "new@example.kr", *KIM[2:])))
    for token in sent.values():
        problem(await joining.accept(token), 410, "invitation_revoked")
    assert {name: row["state"] for name, row in (await keeper.rows()).items()} == {"김하늘": "imported"}
    (left,) = (await keeper.rows(left="true")).values()
    problem(await keeper.print_code(left["id"]), 409, "roster_row_left")


async def test_a_printed_code_lets_somebody_without_address_join_once(
    keeper: Keeper, database: Database, joining: Joining, client: httpx.AsyncClient
) -> None:
    """Check 10."""
    await keeper.take_over(csv_file(*EVERYBODY))
    row_id = (await keeper.rows())["박누리"]["id"]
    first = await keeper.printed(row_id)
    printed = await keeper.printed(row_id)
    assert (printed["name"], printed["organisation"]) == ("박누리", "(주) 새벽정밀")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", printed["code"])
    problem(await joining.accept(first["code"]), 410, "invitation_revoked")
    problem(await joining.accept("0000-0000-0000-0000"), 404, "not_found")
    problem(await joining.accept(printed["code"]), 422, "missing", "/body/position")
    typed = f" {printed['code'].lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    answers = await asyncio.gather(*(joining.accept(typed, position=f"사원{n}") for n in range(50)))
    assert sorted(answer.json().get("code", "joined") for answer in answers) == ["invitation_used"] * 49 + ["joined"]
    (tokens,) = [answer.json() for answer in answers if answer.status_code == 201]
    me = (await client.get("/v1/me", headers=bearer(tokens))).json()
    assert (me["name"], me["email"], me["affiliation"]["organisation"]["name"]) == ("박누리", None, "(주) 새벽정밀")
    problem(await keeper.print_code(row_id), 409, "roster_row_joined")
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            stored = str((await connection.execute(text(f"SELECT * FROM {table.name}"))).all())
            assert printed["code"] not in stored, table.name
            assert printed["code"].replace("-", "") not in stored, table.name
    other = await keeper.printed((await keeper.rows())["김하늘"]["id"])
    assert (await keeper.delete((await keeper.rows())["김하늘"]["id"])).status_code == 204
    problem(await joining.accept(other["code"]), 410, "invitation_revoked")
    late = await keeper.printed((await keeper.rows())["이바다"]["id"])
    with time_machine.travel(now() + timedelta(days=30, seconds=1)):
        problem(await joining.accept(late["code"]), 410, "invitation_expired")


async def test_whoever_joins_by_another_way_is_known_to_the_roster(
    keeper: Keeper, client: httpx.AsyncClient, factory: Factory
) -> None:
    person, elsewhere = await factory.person(name="한회원"), await factory.person(name="타회원")
    rows = [(who.name, who.email, "㈜오랜", "", "이사", "", "", "") for who in (person, elsewhere)]
    await keeper.take_over(csv_file(*rows, *INFO))
    wish = {
        "id": str(person.public_id), "mini_cluster_id": str(keeper.place.public_id), "position": "대표",
        "organisation": {"kind": "company", "name": "㈜새벽정밀"}, "reason": "함께하고 싶습니다.",
    }  # fmt: skip
    assert (await client.post("/v1/applications", json=wish, headers=person.headers)).status_code == 201
    decision = await client.put(
        f"/v1/applications/{wish['id']}/decision", json={"outcome": "admit"}, headers=keeper.manager.headers
    )
    assert decision.status_code == 200, decision.text
    code = (await keeper.printed((await keeper.rows())["최가람"]["id"]))["code"]
    accepted = await client.post("/v1/me/invitations/accept", json={"token": code}, headers=elsewhere.headers)
    assert accepted.status_code == 200, accepted.text
    assert {name: row["account_id"] for name, row in (await keeper.rows()).items() if row["account_id"]} == {
        "한회원": str(person.public_id),
        "최가람": str(elsewhere.public_id),
    }


async def test_the_export_is_a_roster_again_and_runs_no_formula(
    keeper: Keeper, database: Database, factory: Factory
) -> None:
    member = await factory.person(keeper.place, name="=HYPERLINK(1)")
    async with database.write() as session:
        await session.execute(update(Affiliation).values(position="+82 영업"))
        await session.execute(update(Account).where(Account.id == member.id).values(email="@b.kr"))
    csv = await keeper.export("csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert (csv.headers["cache-control"], "members.csv" in csv.headers["content-disposition"]) == ("no-store", True)
    lines = csv.content.decode("utf-8-sig").split("\r\n")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "이름,이메일,기관명,기관구분,사업자등록번호,직위,역할,가입일"
    assert lines[1].startswith("'=HYPERLINK(1),'@b.kr,㈜한성금형")
    assert ",'+82 영업,회원," in lines[1]
    file = (await keeper.export("xlsx")).content
    sheet = load_workbook(io.BytesIO(file)).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=HYPERLINK(1)", "s")
    async with database.write() as session:
        await session.execute(update(Account).where(Account.id == member.id).values(email="b@b.kr"))
    shown = await keeper.previewed((await keeper.export("xlsx")).content)
    assert (shown["errors"], shown["new_count"], shown["ignored_columns"]) == ([], 2, ["역할", "가입일"])
    problem(await keeper.export("csv", member), 403, "forbidden")
    async with database.read() as connection:
        read = (await connection.scalars(select(AccessEntry.action))).all()
    assert read.count("members.exported") == 3


async def test_an_account_without_address_gets_one_by_the_code_of_the_new_mailbox(
    keeper: Keeper, joining: Joining, client: httpx.AsyncClient, letters: PostOffice
) -> None:
    await keeper.take_over(csv_file(*INFO))
    code = (await keeper.printed((await keeper.rows())["최가람"]["id"]))["code"]
    headers = bearer((await joining.accept(code)).json())
    wish = await client.post("/v1/me/email-changes", json={"email": "garam@example.kr"}, headers=headers)
    assert wish.status_code == 201, wish.text
    (mail,) = await letters.deliver()
    assert mail.to == "garam@example.kr"
    digits = re.findall(r"\b\d{6}\b", mail.text)[0]
    path = f"/v1/me/email-changes/{wish.json()['id']}/confirm"
    wrong = await client.post(path, json={"new_code": f"{(int(digits) + 1) % 10**6:06}"}, headers=headers)
    problem(wrong, 422, "wrong_code", "/body/new_code")
    assert (await client.post(path, json={"new_code": digits}, headers=headers)).status_code == 204
    assert (await client.get("/v1/me", headers=headers)).json()["email"] == "garam@example.kr"
    again = await client.post("/v1/me/email-changes", json={"email": "next@example.kr"}, headers=headers)
    path = f"/v1/me/email-changes/{again.json()['id']}/confirm"
    without = await client.post(path, json={"new_code": digits}, headers=headers)
    assert "/body/old_code" in [error["pointer"] for error in without.json()["errors"]]
