"""A person who has used everything, with a string of its own planted into each field, and what can be found of him."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import (
    Account,
    Announcement,
    AnnouncementRead,
    Application,
    DataExport,
    Delivery,
    Device,
    EmployerChange,
    ExternalIdentity,
    Idea,
    IdeaExclusion,
    IdeaMerge,
    InboxItem,
    Invitation,
    MergedVote,
    MiniCluster,
    Model,
    Passkey,
    PasskeyChallenge,
    PushJob,
    RosterImport,
    RosterRow,
    Showcase,
    ShowcaseIdea,
)
from app.models.memberships import MemberRole
from app.models.notifications import PushTopic, Reason
from app.models.organisations import OrganisationKind
from tests.factories import TERMS, Factory, Person, client_id
from tests.identity.authenticator import Authenticator
from tests.identity.signing_in import Json, a_device, bearer, set_password, sign_in_by_password, signed_in

_numbers = count(1)


@dataclass
class Life:
    """The person, those around him, and what was planted."""

    client: httpx.AsyncClient
    database: Database
    settings: Settings
    factory: Factory
    planted: dict[str, str] = field(default_factory=dict)
    """Strings by what they stand for."""
    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    email: str = ""
    account_id: int = 0
    public_id: str = ""

    def plant(self, what: str) -> str:
        """A string that stands nowhere else."""
        return self.planted.setdefault(what, f"planted{next(_numbers)}x{what.replace(' ', '')}")

    def plant_phone(self) -> str:
        """Eleven digits that stand nowhere else."""
        return self.planted.setdefault("mobile", f"010{next(_numbers):08}")

    async def live(self) -> "Life":
        """All of it."""
        await self._others()
        await self._arrive()
        await self._account()
        await self._write()
        await self._respond()
        await self._be_moderated()
        await self._rows()
        return self

    async def call(self, method: str, path: str, who: str = "", key: str | None = None, **body: Any) -> Json:
        """A request of the person, or of one of the others, that succeeds."""
        headers = dict(self.people[who].headers if who else self.headers)
        if key:
            headers["Idempotency-Key"] = key
        response = await self.client.request(method, f"/v1{path}", headers=headers, json=body or None)
        assert response.status_code < 300, (method, path, response.text)
        made: Json = response.json() if response.content else {}
        return made

    async def _others(self) -> None:
        make = self.factory
        consortium = await make.consortium()
        self.place = await make.mini_cluster(consortium)
        self.elsewhere = await make.mini_cluster(await make.consortium(name_ko="대경권 클러스터"))
        self.people = {
            "colleague": await make.person(self.place, name="동료"),
            "manager": await make.person(self.place, name="매니저", role=MemberRole.MANAGER),
            "coordinator": await make.person(coordinates=consortium, name="코디네이터"),
            "second": await make.person(coordinates=consortium, name="둘째 코디네이터"),
            "operator": await make.person(is_operator=True, name="운영자"),
        }
        self.consortium_id = str(consortium.public_id)
        self.ids["theirs"] = await self._idea("colleague", title="동료의 아이디어", body="여럿이 읽는 글")

    async def _arrive(self) -> None:
        """Wants an account, is invited, and is made one by an operator."""
        self.email = f"{self.plant('address')}@example.kr".lower()
        self.planted["address"] = self.email
        applicant = {"email": self.email, "name": self.plant("applicant"), "terms_version": TERMS}
        assert (await self.client.post("/v1/applicants", json=applicant)).status_code == 202
        await self.call(
            "POST", "/invitations", "manager", key="invite",
            id=client_id(), mini_cluster_id=str(self.place.public_id), email=self.email,
        )  # fmt: skip
        employer = await self.factory.organisation()
        made = await self.call(
            "POST", "/accounts", "operator", key="make",
            id=client_id(), email=self.email, name=self.plant("first name"),
            organisation_id=str(employer.public_id), position=self.plant("position"),
            memberships=[{"mini_cluster_id": str(self.place.public_id)}],
        )  # fmt: skip
        self.public_id = made["id"]
        async with self.database.read() as connection:
            self.account_id = await connection.scalar(select(Account.id).where(Account.email == self.email)) or 0
        self.person = Person(self.account_id, employer.public_id, self.email, "", 0, "", employer.id)
        device = a_device(installation_id=self.plant("installation"), name=self.plant("phone"))
        tokens = await signed_in(self.client, self.database, self.settings, self.person, device)
        self.headers = bearer(tokens)
        self.planted |= {"access token": tokens["access_token"], "refresh token": tokens["refresh_token"]}

    async def _account(self) -> None:
        await self.call("PUT", "/me/terms", version=TERMS)
        await self.call("PATCH", "/me", name=self.plant("name"), time_zone="Asia/Ho_Chi_Minh")
        await set_password(self.database, self.person)
        await self.call("POST", "/me/email-changes", email=f"{self.plant('newaddress')}@example.kr")
        self.planted["newaddress"] = self.planted["newaddress"].lower()
        given = await self.call("POST", "/me/second-factor/totp")
        app = Authenticator(given["secret"], [])
        codes = await self.call("POST", "/me/second-factor/totp/confirm", code=app.code(-1))
        self.authenticator = Authenticator(app.secret, codes["codes"])
        assert (await sign_in_by_password(self.client, self.email)).status_code == 202
        assert (await self.client.post("/v1/password-resets", json={"email": self.email})).status_code == 202
        await self.call(
            "PUT", f"/devices/{client_id()}", token_kind="token", token=self.plant("push token"), platform="android",
            app_version="9.9.9", locale="ko", time_zone="Asia/Ho_Chi_Minh",
        )  # fmt: skip
        settings: Json = {"quiet_hours": None, "hides_content": True, "choices": []}
        await self.call("PUT", "/me/notification-settings", **settings, digest_rhythm="daily")

    async def _idea(self, who: str, what: str = "", key: str | None = None, **more: Any) -> str:
        body = {"title": self.plant(f"{what} title"), "body": self.plant(f"{what} body")} if what else {}
        idea = client_id()
        place = str(self.place.public_id)
        await self.call("POST", "/ideas", who, key=key, **{"id": idea, "mini_cluster_id": place} | body | more)
        return idea

    async def _write(self) -> None:
        """Ideas of every fate. What others have answered is kept: nothing is planted there but in its past."""
        readers = [str(self.people["colleague"].public_id)]
        tags: Json = {"tags": [self.plant("tag")]}
        self.ids["draft"] = await self._idea("", "draft", draft=True, **tags)
        self.ids["named"] = await self._idea("", "named", visibility="named", reader_ids=readers)
        self.ids["withdrawn"] = await self._idea("", "withdrawn", tags=[self.plant("lost tag")])
        self.ids["hidden"] = await self._idea("", "hidden")
        self.ids["kept"] = await self._idea("", "old", key=self.plant("key"))
        await self.call("PATCH", f"/ideas/{self.ids['kept']}", title="남는 제목", body="남는 글", visibility="all")
        await self.call(
            "PUT", f"/ideas/{self.ids['withdrawn']}/state", "coordinator", state="chosen", note=self.plant("note")
        )
        await self.call(
            "POST", f"/ideas/{self.ids['kept']}/audience-proposals", "coordinator",
            id=client_id(), mini_cluster_id=str((await self._sibling()).public_id), note=self.plant("proposal"),
        )  # fmt: skip
        for idea in ("named", "kept", "withdrawn"):
            await self._comment("colleague", idea, f"under {idea}", body="남의 댓글")
        await self._comment("", "withdrawn", "own")
        await self.call("POST", f"/ideas/{self.ids['withdrawn']}/withdraw")

    async def _sibling(self) -> MiniCluster:
        async with self.database.read() as connection:
            home = await connection.scalar(select(MiniCluster.consortium_id).where(MiniCluster.id == self.place.id))
        async with self.database.write() as session:
            sibling = MiniCluster(
                consortium_id=home, code="sibling", industry="mechatronics", name_ko="옆", name_en="Sibling"
            )
            session.add(sibling)
        return sibling

    async def _comment(self, who: str, idea: str, what: str, **more: Any) -> str:
        self.ids[what] = client_id()
        body = {"id": self.ids[what], "body": self.plant(f"{what} comment")} | more
        if "body" in more:
            self.planted.pop(f"{what} comment")
        await self.call("POST", f"/ideas/{self.ids[idea]}/comments", who, **body)
        return self.ids[what]

    async def _respond(self) -> None:
        """To what a colleague wrote."""
        theirs, colleague = self.ids["theirs"], self.people["colleague"].public_id
        await self.call("PUT", f"/ideas/{theirs}/vote")
        await self.call("PUT", f"/ideas/{theirs}/read-marker")
        await self._comment("", "theirs", "earlier", mention_ids=[str(colleague)])
        await self.call("PATCH", f"/comments/{self.ids['earlier']}", body="남는 댓글")
        await self._comment("", "theirs", "unseen")
        await self._comment("colleague", "theirs", "mention", body="불러 봅니다", mention_ids=[self.public_id])
        self.ids["his named"] = await self._idea(
            "colleague", title="몇 사람", body="비밀", visibility="named", reader_ids=[self.public_id]
        )
        await self.call("GET", f"/ideas/{self.ids['his named']}")
        same = await self._idea("colleague", title="같은 아이디어", body="같은 글")
        await self.call("PUT", f"/ideas/{same}/vote")
        await self.call(
            "POST", "/moderation-acts", "coordinator",
            id=client_id(), kind="merge", idea_id=same, into_idea_id=theirs, words="같은 내용",
        )  # fmt: skip
        await self.call("PUT", f"/mini-clusters/{self.place.public_id}/follow")
        choice = {"reason": "vote", "inbox": True, "push": False}
        await self.call("PUT", f"/mini-clusters/{self.place.public_id}/notification-settings", choices=[choice])
        await self.call("PUT", f"/experts/{self.public_id}", "operator", field=self.plant("expertise"))
        await self.call("PUT", f"/ideas/{theirs}/experts/{self.public_id}", "colleague")
        await self.call("PUT", f"/me/blocks/{self.people['second'].public_id}")
        await self.call("PUT", f"/me/blocks/{self.public_id}", "manager")

    async def _be_moderated(self) -> None:
        """Reports, is reported, warned, noted down; appeals."""
        await self.call(
            "POST", "/reports", id=client_id(), idea_id=self.ids["theirs"], reason="spam", words=self.plant("report")
        )
        await self.call(
            "POST", "/reports", "colleague", id=client_id(), idea_id=self.ids["kept"], reason="spam",
            words=self.plant("reported"),
        )  # fmt: skip
        cases = await self.call("GET", f"/consortia/{self.consortium_id}/cases", "coordinator")
        (case,) = [item["id"] for item in cases["items"] if item["target"]["idea_id"] == self.ids["kept"]]
        await self.call("POST", f"/cases/{case}/close", "coordinator", outcome="settled", words=self.plant("closing"))
        for kind in ("note", "warn"):
            member = {"member_id": self.public_id, "consortium_id": self.consortium_id}
            await self._act(kind, **member)
        await self._act("hide", idea_id=self.ids["hidden"])
        await self._act("hide", comment_id=self.ids["unseen"])
        await self._act("lock", idea_id=self.ids["kept"])
        await self.call("POST", f"/moderation-acts/{self.ids['lock']}/undo", "coordinator", words=self.plant("undoing"))
        for kind in ("warn", "hide"):
            appeal = self.ids[f"appeal {kind}"] = client_id()
            await self.call(
                "POST", f"/me/statements/{self.ids[kind]}/appeal", id=appeal, words=self.plant(f"appeal {kind}")
            )
        decision: Json = {"is_granted": False, "words": self.plant("decision")}
        await self.call("POST", f"/appeals/{self.ids['appeal warn']}/decide", "second", **decision)

    async def _act(self, kind: str, **target: str) -> None:
        self.ids[kind] = client_id()
        words = self.plant(f"{kind} comment act" if "comment_id" in target else f"{kind} act")
        await self.call(
            "POST",
            "/moderation-acts",
            "coordinator",
            key=client_id(),
            id=self.ids[kind],
            kind=kind,
            words=words,
            **target,
        )

    async def _rows(self) -> None:
        """What takes a worker, an issuer or a second place to come about."""
        async with self.database.write() as session:
            await _add_rows(session, self)


async def _add_rows(session: AsyncSession, life: Life) -> None:
    later = now() + timedelta(days=1)
    kept = (await session.scalars(select(Idea).where(Idea.public_id == uuid.UUID(life.ids["kept"])))).one()
    draft = (await session.scalars(select(Idea.id).where(Idea.public_id == uuid.UUID(life.ids["draft"])))).one()
    device = (await session.scalars(select(Device.id).where(Device.account_id == life.account_id))).one()
    job = PushJob(account_id=life.account_id, idea_id=kept.id, topic=PushTopic.VOTES)
    showcase = Showcase(mini_cluster_id=life.place.id, profile_ko="소개", figures={})
    colleague = life.people["colleague"]
    announcements = [
        Announcement(
            creation_digest=hashlib.sha256(f"{author}".encode()).digest(), consortium_id=kept.consortium_id,
            author_id=author, title="공지", body="모두에게", valid_until=later, reader_count=readers,
        )
        for author, readers in ((life.account_id, 0), (colleague.id, 1))
    ]  # fmt: skip
    roster = RosterImport(
        mini_cluster_id=life.place.id, fingerprint=hashlib.sha256(b"roster").digest(), new_count=2, changed_count=0,
        kept_count=0, left_count=0, ended_count=0,
    )  # fmt: skip
    theirs = (await session.scalars(select(Idea.id).where(Idea.public_id == uuid.UUID(life.ids["theirs"])))).one()
    merge = IdeaMerge(source_id=theirs, target_id=kept.id)
    session.add_all([job, showcase, roster, merge, *announcements])
    await session.flush()
    session.add_all(
        [
            DataExport(
                account_id=life.account_id, ready_at=now(), size=9, content=life.plant("earlier copy").encode()
            ),
            Passkey(
                account_id=life.account_id, credential_id=life.plant("credential").encode(), public_key=b"key",
                name=life.plant("passkey"),
            ),
            PasskeyChallenge(account_id=life.account_id, challenge=b"c" * 32, expires_at=later),
            ExternalIdentity(
                account_id=life.account_id, issuer="https://issuer.example", subject=life.plant("subject")
            ),
            Application(
                creation_digest=b"d" * 32, account_id=life.account_id, mini_cluster_id=life.elsewhere.id,
                organisation_name=life.plant("own firm"), organisation_kind=OrganisationKind.COMPANY,
                position=life.plant("wished position"), reason=life.plant("reason"),
            ),
            EmployerChange(
                creation_digest=b"d" * 32, account_id=life.account_id, organisation_name=life.plant("next firm"),
                organisation_kind=OrganisationKind.COMPANY, position=life.plant("next position"),
            ),
            Invitation(
                token_digest=hashlib.sha256(b"used").digest(), mini_cluster_id=life.place.id, role=MemberRole.MEMBER,
                email=f"{life.plant('former').lower()}@example.kr", invited_by_id=colleague.id, expires_at=later,
                used_at=now(), used_by_id=life.account_id,
            ),
            Invitation(
                token_digest=hashlib.sha256(b"open").digest(), mini_cluster_id=life.place.id, role=MemberRole.MEMBER,
                invited_by_id=colleague.id, expires_at=later,
            ),
            Delivery(
                push_job_id=job.id, revision=1, device_id=device, after_item_id=0, not_before=now(), expires_at=later
            ),
            InboxItem(
                account_id=life.account_id, event_id=1, reason=Reason.VOTE, actor_id=colleague.id, idea_id=kept.id
            ),
            InboxItem(
                account_id=colleague.id, event_id=2, reason=Reason.VOTE, actor_id=life.account_id, idea_id=kept.id
            ),
            *(
                RosterRow(
                    mini_cluster_id=life.place.id, import_id=roster.id,
                    person_key=hashlib.sha256(what.encode()).digest(),
                    name=life.plant(f"{what} name"), email=email, account_id=account_id, phone=life.plant_phone(),
                    organisation_name=life.plant(f"{what} firm"), organisation_kind=OrganisationKind.COMPANY,
                    position=life.plant(f"{what} position"),
                )
                for what, email, account_id in (("roster", None, life.account_id), ("list", life.email, None))
            ),
            AnnouncementRead(announcement_id=announcements[1].id, account_id=life.account_id),
            MergedVote(merge_id=merge.id, account_id=life.account_id, moved=False, voted_at=now()),
            ShowcaseIdea(idea_id=kept.id, showcase_id=showcase.id, position=0, added_by_id=colleague.id),
            IdeaExclusion(idea_id=draft, organisation_id=colleague.organisation_id),
        ]
    )  # fmt: skip


async def content_of(database: Database) -> dict[str, list[Mapping[str, Any]]]:
    """Every row of every table."""
    async with database.read() as connection:
        return {
            name: [dict(row._mapping) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in Model.metadata.tables.items()
        }


def found_in(content: dict[str, list[Mapping[str, Any]]], strings: Iterable[str]) -> set[tuple[str, str, str]]:
    """Which strings stand in which table and column, whatever their letter case."""
    return {
        (string, table, column)
        for table, rows in content.items()
        for row in rows
        for column, value in row.items()
        for string in strings
        if string.lower() in text_of(value)
    }


def text_of(value: Any) -> str:
    """What can be read in a value."""
    return value.decode("latin-1").lower() if isinstance(value, bytes) else str(value).lower()


def found_in_files(folder: Path, strings: Iterable[str]) -> set[tuple[str, str]]:
    """Which strings stand in which files, the free parts of a database included."""
    return {
        (string, path.name)
        for path in folder.rglob("*")
        if path.is_file()
        for string in strings
        if string.encode() in path.read_bytes()
    }


async def rows_of(database: Database, model: type[Model], condition: Any) -> int:
    """How many rows there are."""
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(model.__table__).where(condition)) or 0
