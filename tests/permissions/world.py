"""The small place on which the permission matrix is played: who is there, and one thing of each kind and target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import update

from app.core.clock import now
from app.core.database import Database
from app.models import AccessToken, Account, Session
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.sessions import SessionEnd
from tests.factories import Factory, Person, client_id
from tests.permissions.rules import UNCONSENTING

Json = dict[str, Any]


@dataclass
class World:
    """People by the names of ``ACTORS``, and ids by kind and target."""

    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def headers(self, actor: str) -> Mapping[str, str]:
        """What an actor sends to say who he is."""
        if actor == "anonymous":
            return {}
        if actor == "garbage":
            return {"Authorization": "Bearer isa_0123456789"}
        return self.people[actor].headers

    def id_of(self, kind: str, target: str) -> str:
        """The id of a thing; of the missing, one that nothing has."""
        return client_id() if target == "missing" else self.ids[kind, target]


class Builder:
    """Builds the world through the API where there is a way: things are as the product makes them."""

    def __init__(self, database: Database, client: httpx.AsyncClient) -> None:
        self.database = database
        self.client = client
        self.factory = Factory(database)
        self.world = World()

    async def build(self) -> World:
        """The whole world."""
        await self._places_and_people()
        for target, author, place in (("home", "author", "home"), ("foreign", "foreigner", "foreign")):
            await self._things(target, author, place)
        await self._what_is_gone()
        await self._what_is_named()
        await self._experts()
        return self.world

    async def call(self, method: str, path: str, actor: str, **body: Any) -> Json:
        """A request that succeeds."""
        response = await self.client.request(
            method, f"/v1{path}", headers=dict(self.world.headers(actor)), json=body or None
        )
        assert response.status_code < 300, (method, path, response.text)
        made: Json = response.json() if response.content else {}
        return made

    async def _places_and_people(self) -> None:
        make, people, ids = self.factory, self.world.people, self.world.ids
        home, foreign = await make.consortium("동남권 클러스터"), await make.consortium("대경권 클러스터")
        third = await make.consortium("호남권 클러스터")
        place, sibling = await make.mini_cluster(home), await make.mini_cluster(home)
        abroad, second_abroad = await make.mini_cluster(foreign), await make.mini_cluster(foreign)
        for kind, target, row in (
            ("consortium", "home", home), ("consortium", "foreign", foreign), ("third", "any", third),
            ("mini_cluster", "home", place), ("mini_cluster", "foreign", abroad),
            ("sibling", "home", sibling), ("sibling", "foreign", second_abroad),
        ):  # fmt: skip
            ids[kind, target] = str(row.public_id)
        people["member"] = await make.person(place, name="회원")
        people["author"] = await make.person(place, name="작성자")
        people["officer"] = await make.person(place, name="총무", role=MemberRole.SECRETARY)
        people["manager"] = await make.person(place, name="매니저", role=MemberRole.MANAGER)
        people["coordinator"] = await make.person(coordinates=home, name="코디네이터")
        people["foreigner"] = await make.person(abroad, name="타지역 회원")
        people["foreign_coordinator"] = await make.person(coordinates=foreign, name="타지역 코디네이터")
        people["stranger"] = await make.person(name="무소속")
        people["operator"] = await make.person(is_operator=True, name="운영자")
        for name in ("expired", "revoked", "suspended", UNCONSENTING):
            people[name] = await make.person(place, name=name)
        second = await make.person(coordinates=home, name="둘째 코디네이터")
        people["third_coordinator"] = await make.person(coordinates=third, name="셋째 지역")
        second_foreign = await make.person(coordinates=foreign, name="타지역 둘째")
        plain, plain_abroad = await make.person(place, name="평회원"), await make.person(abroad, name="타지역 평회원")
        people["leaver_home"], people["leaver_foreign"] = await make.person(place), await make.person(abroad)
        for kind, home_person, foreign_person in (
            ("coordinator", second, second_foreign),
            ("account", plain, plain_abroad),
        ):
            ids[kind, "home"], ids[kind, "foreign"] = str(home_person.public_id), str(foreign_person.public_id)
        await self._spoil_tokens()

    async def _spoil_tokens(self) -> None:
        people = self.world.people
        async with self.database.write() as session:
            past = now() - timedelta(minutes=1)
            await session.execute(
                update(AccessToken)
                .where(AccessToken.session_id == people["expired"].session_id)
                .values(expires_at=past)
            )
            revoked = await session.get_one(Session, people["revoked"].session_id)
            revoked.ended_at, revoked.end_reason = past, SessionEnd.REVOKED
            (await session.get_one(Account, people["suspended"].id)).status = AccountStatus.SUSPENDED
            (await session.get_one(Account, people[UNCONSENTING].id)).terms_version = "2015-01"

    async def _things(self, target: str, author: str, place: str) -> None:
        """An idea with a comment, and all that hangs on a place, of home or abroad."""
        ids, mini_cluster = self.world.ids, self.world.ids["mini_cluster", place]
        coordinator = "coordinator" if target == "home" else "foreign_coordinator"
        reporter = "member" if target == "home" else "foreign_coordinator"
        ids["idea", target] = await self.idea(author, mini_cluster)
        ids["draft", target] = await self.idea(author, mini_cluster, draft=True)
        ids["comment", target] = client_id()
        comments = f"/ideas/{ids['idea', target]}/comments"
        await self.call("POST", comments, author, id=ids["comment", target], body="첫 댓글입니다.")
        ids["proposal", target] = client_id()
        await self.call(
            "POST", f"/ideas/{ids['idea', target]}/audience-proposals", coordinator,
            id=ids["proposal", target], visibility="all", note="널리 알리고 싶습니다.",
        )  # fmt: skip
        await self.call("PUT", f"/mini-clusters/{mini_cluster}/showcase", coordinator, profile_ko="소개")
        ids["invitation", target] = client_id()
        await self.call("POST", "/invitations", coordinator, id=ids["invitation", target], mini_cluster_id=mini_cluster)
        await self._application(target, mini_cluster)
        ids["employer_change", target] = client_id()
        await self.call(
            "POST", "/me/employer-changes", f"leaver_{target}", id=ids["employer_change", target], position="이사",
            organisation={"kind": "company", "name": "㈜새직장"},
        )  # fmt: skip
        await self._roster(target, mini_cluster, coordinator)
        await self.announcement(target, mini_cluster, coordinator)
        ids["link", target] = client_id()
        third = f"/consortia/{ids['third', 'any']}/links"
        await self.call(
            "POST", third, "third_coordinator", id=ids["link", target], consortium_id=ids["consortium", target]
        )
        await self._of_persons(target, author)
        await self.call(
            "POST", "/reports", reporter, id=client_id(), idea_id=ids["idea", target], reason="secret", words="단가"
        )
        cases = await self.call("GET", f"/consortia/{ids['consortium', target]}/cases", coordinator)
        ids["case", target] = cases["items"][0]["id"]
        await self._moderated(target, author, coordinator)

    async def _application(self, target: str, mini_cluster: str) -> None:
        """Somebody who belongs nowhere applies."""
        self.world.people[f"applicant_{target}"] = await self.factory.person(name="신청자")
        self.world.ids["application", target] = client_id()
        await self.call(
            "POST", "/applications", f"applicant_{target}",
            id=self.world.ids["application", target], mini_cluster_id=mini_cluster, position="대표",
            organisation={"kind": "company", "name": "㈜새벽정밀"}, reason="함께하고 싶습니다.",
        )  # fmt: skip

    async def _roster(self, target: str, mini_cluster: str, coordinator: str) -> None:
        """A roster of one person."""
        headers = dict(self.world.headers(coordinator))
        path, file = f"/v1/mini-clusters/{mini_cluster}", "이름,기관명\r\n박누리,㈜새벽정밀\r\n".encode()
        preview = await self.client.post(f"{path}/roster-previews", content=file, headers=headers)
        query = {"fingerprint": preview.json()["fingerprint"]}
        made = await self.client.put(f"{path}/roster", content=file, params=query, headers=headers)
        assert made.status_code == 200, made.text
        rows = await self.call("GET", f"/mini-clusters/{mini_cluster}/roster", coordinator)
        self.world.ids["roster_row", target] = rows["items"][0]["id"]

    async def _moderated(self, target: str, author: str, coordinator: str) -> None:
        """An act against which its author has appealed."""
        ids = self.world.ids
        ids["act", target], ids["appeal", target] = client_id(), client_id()
        idea = await self.idea(author, ids["mini_cluster", target])
        await self.call(
            "POST", "/moderation-acts", coordinator, id=ids["act", target], kind="lock", idea_id=idea, words="다툼"
        )
        statement = f"/me/statements/{ids['act', target]}/appeal"
        await self.call("POST", statement, author, id=ids["appeal", target], words="다툼이 아닙니다.")

    async def _of_persons(self, target: str, author: str) -> None:
        ids = self.world.ids
        ids["device", target] = client_id()
        await self.call(
            "PUT", f"/devices/{ids['device', target]}", author,
            token_kind="token", token=f"token-of-{target}", platform="android", app_version="1.0.0", locale="ko",
            time_zone="Asia/Seoul",
        )  # fmt: skip
        ids["export", target] = client_id()
        await self.call("POST", "/me/data-exports", author, id=ids["export", target])
        sessions = await self.call("GET", "/me/sessions", author)
        ids["session", target] = sessions["items"][0]["id"]
        ids["organisation", target] = client_id()
        await self.call(
            "POST", "/organisations", "operator", id=ids["organisation", target], kind="company", name=f"㈜{target}"
        )

    async def _what_is_gone(self) -> None:
        ids, mini_cluster = self.world.ids, self.world.ids["mini_cluster", "home"]
        ids["idea", "gone"] = await self.idea("author", mini_cluster)
        ids["comment", "gone"] = client_id()
        comments = f"/ideas/{ids['idea', 'gone']}/comments"
        await self.call("POST", comments, "member", id=ids["comment", "gone"], body="사라질 댓글입니다.")
        await self.call("POST", f"/ideas/{ids['idea', 'gone']}/withdraw", "author")
        await self.announcement("gone", mini_cluster, "coordinator")
        await self.call("DELETE", f"/announcements/{ids['announcement', 'gone']}", "coordinator")

    async def _what_is_named(self) -> None:
        self.world.ids["idea", "named"] = await self.idea(
            "author",
            self.world.ids["mini_cluster", "home"],
            visibility="named",
            reader_ids=[str(self.world.people["member"].public_id)],
        )

    async def _experts(self) -> None:
        """An expert from elsewhere whom nobody has invited, and one who is none any more."""
        for target in ("home", "gone"):
            expert = await self.factory.person(name="기업 주치의")
            self.world.ids["expert", target] = str(expert.public_id)
            await self.call("PUT", f"/experts/{expert.public_id}", "coordinator", field="금형 설계")
        for target in ("home", "foreign", "gone", "named"):
            self.world.ids["invitable", target] = self.world.ids["expert", "home"]
        await self.call("DELETE", f"/experts/{self.world.ids['expert', 'gone']}", "coordinator")

    async def announcement(self, target: str, mini_cluster: str, author: str) -> None:
        """Something is announced to a mini-cluster."""
        self.world.ids["announcement", target] = client_id()
        await self.call(
            "POST", "/announcements", author,
            id=self.world.ids["announcement", target], mini_cluster_id=mini_cluster, title="정기 교류회",
            body="12월 10일에 모입니다.", valid_until=(now() + timedelta(days=7)).isoformat(),
        )  # fmt: skip

    async def idea(self, author: str, mini_cluster: str, **more: Any) -> str:
        """The id of a new idea."""
        idea = client_id()
        await self.call(
            "POST", "/ideas", author,
            id=idea, mini_cluster_id=mini_cluster, title="절삭유 미스트 집진", body="단가는 비밀입니다.", **more,
        )  # fmt: skip
        return idea
