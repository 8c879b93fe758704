"""The console in a real browser, over the real server: from a phone's report to the decision on the appeal.

``tests/console/test_journey.py`` goes the same way without a browser, on both engines.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from app.core.clock import now
from app.core.ids import new_public_id
from app.demo.accounts import COLLEAGUE, COORDINATOR, MEMBER, OPERATOR, PASSWORD
from tests.journeys.chromium import DESKTOP, PHONE, chromium, expect_accessible
from tests.journeys.phone import Phone
from tests.journeys.real_server import command_environment, run_command, running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

WORDS = "거래처의 단가가 그대로 적혀 있습니다."


pytestmark = pytest.mark.timeout(300)  # a browser is slow where others work on the machine, too


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Journey"]:
    """The demo, its server and worker, a browser, and the coordinator with a second factor."""
    folder = tmp_path_factory.mktemp("console")
    environment = command_environment(f"sqlite:///{folder / 'journey.db'}")
    with chromium() as browser:
        run_command(environment, "migrate")
        run_command(environment, "demo", "--members", "200", "--ideas", "200", "--comments", "200")
        with running_server(environment, folder / "server.log") as address:
            begun = Journey(browser, address)
            yield begun
            begun.close()


def test_from_report_to_appeal(journey: "Journey") -> None:
    journey.moderate()


def test_from_roster_to_membership(journey: "Journey") -> None:
    journey.take_in()


def test_by_keyboard(journey: "Journey") -> None:
    journey.walk_by_keyboard()


class Journey:
    """The people of the journey, each with a phone or a browser."""

    def __init__(self, browser: "Browser", address: str) -> None:
        self.browser = browser
        self.address = address
        self.phones: list[Phone] = []
        self.member = self._phone(MEMBER.email)
        self.author = self._phone(COLLEAGUE.email)
        self.recovery_codes = self._second_factor(COORDINATOR.email)

    def moderate(self) -> None:
        """A comment is reported from a phone and hidden; its author appeals, and another than who hid it decides."""
        comment = self._comment()
        report = {"id": str(new_public_id()), "comment_id": comment["id"], "reason": "secret", "words": "단가입니다."}
        self.member.call("POST", "/v1/reports", status=201, json=report)
        page = self._page(PHONE)
        self._sign_in(page, COORDINATOR.email, self.recovery_codes.pop())
        self._hide(page)
        assert self._seen(comment)["is_hidden"] is True
        statement = self.author.call("GET", "/v1/me/statements")["items"][0]
        assert (statement["comment_id"], statement["words"]) == (comment["id"], WORDS)
        self._go(page, "조치 기록")
        assert WORDS in page.inner_text("main")
        appeal = {"id": str(new_public_id()), "words": "공개된 가격입니다."}
        self.author.call("POST", f"/v1/me/statements/{statement['id']}/appeal", status=201, json=appeal)
        self._decide_appeal(page)
        assert self._seen(comment)["is_hidden"] is False

    def _comment(self) -> dict[str, Any]:
        """A comment of a colleague on an idea of the member's mini-cluster."""
        place = self.member.call("GET", "/v1/me")["memberships"][0]["mini_cluster"]["id"]
        idea = self.member.call("GET", f"/v1/mini-clusters/{place}/ideas?limit=1")["items"][0]
        comment: dict[str, Any] = self.author.call(
            "POST",
            f"/v1/ideas/{idea['id']}/comments",
            status=201,
            json={"id": str(new_public_id()), "body": "단가표를 붙입니다."},
        )
        return comment

    def _seen(self, comment: dict[str, Any]) -> dict[str, Any]:
        """The comment as the member's phone shows it at its next refresh."""
        seen: dict[str, Any] = self.member.call("GET", f"/v1/comments/{comment['id']}")
        return seen

    def _second_factor(self, email: str) -> list[str]:
        """Set up an authenticator; the recovery codes, each of which is a second factor once."""
        phone = self._phone(email)
        totp = pyotp.TOTP(phone.call("POST", "/v1/me/second-factor/totp", status=201)["secret"])
        confirmed = phone.call("POST", "/v1/me/second-factor/totp/confirm", json={"code": totp.at(now())})
        codes: list[str] = confirmed["codes"]
        return codes

    def _sign_in(self, page: "Page", email: str, code: str | None = None) -> None:
        page.goto(f"{self.address}/console")
        self._look(page, "sign-in")
        page.get_by_label("이메일").fill(email)
        page.get_by_label("비밀번호").fill(PASSWORD)
        page.get_by_role("button", name="로그인").click()
        if code is not None:
            self._look(page, "second-factor")
            page.get_by_label("인증 코드").fill(code)
            page.get_by_role("button", name="로그인").click()
        self._look(page, "home")

    def _hide(self, page: "Page") -> None:
        page.locator(".card a").first.click()
        self._look(page, "queue")
        page.locator(".card a").first.click()
        self._look(page, "case")
        form = page.locator("form[action$='/act']")
        form.get_by_label("이유").fill(WORDS)
        form.get_by_role("button", name="조치하기").click()
        page.get_by_role("status").filter(has_text="조치했습니다.").wait_for()
        self._look(page, "case-decided")
        page.get_by_role("link", name="첫 화면", exact=True).click()
        page.locator(".card a").first.click()

    def _decide_appeal(self, page: "Page") -> None:
        """Not by the one who acted, but by the operator."""
        self._go(page, "이의 제기")
        assert page.get_by_role("button", name="받아들이고 조치 되돌리기").count() == 0
        other = self._page(DESKTOP)
        self._sign_in(other, OPERATOR.email)
        other.goto(page.url)
        self._look(other, "appeals")
        other.get_by_label("판단하는 이유").fill("확인했습니다.")
        other.get_by_role("button", name="받아들이고 조치 되돌리기").click()
        other.get_by_role("status").filter(has_text="판단을 저장했습니다.").wait_for()
        for name in ("신고 처리", "조치 기록", "활동 수치", "미니클러스터"):
            self._go(other, name)

    def take_in(self) -> None:
        """A roster is pasted and taken over, somebody of it is invited, and joins from his phone."""
        page = self._page(PHONE)
        self._sign_in(page, COORDINATOR.email, self.recovery_codes.pop())
        page.locator(".card a").first.click()
        self._go(page, "공지")
        self._go(page, "미니클러스터")
        page.locator(".card a").first.click()
        for name in ("회원", "가입 신청", "공지", "활동 수치", "명부"):
            self._go(page, name)
        page.get_by_label("표의 내용").fill("이름\t이메일\t기관명\n새로운이\tnew@roster.example\t㈜새벽정밀")
        page.get_by_role("button", name="미리 보기").click()
        self._look(page, "roster-preview")
        page.get_by_role("button", name="이 명부 저장하기").click()
        page.get_by_role("status").filter(has_text="저장했습니다.").wait_for()
        self._look(page, "roster-taken")
        self._go(page, "초대")
        page.get_by_label("이메일").fill("new@roster.example")
        page.get_by_role("button", name="초대 링크 만들기").click()
        self._look(page, "invitation-made")
        token = page.locator("code").inner_text().partition("#")[2]
        phone = Phone(self.address, "new@roster.example")
        self.phones.append(phone)
        organisation = {"kind": "company", "name": "㈜새벽정밀"}
        accepted = {"token": token, "name": "새로운이", "organisation": organisation, "position": "대표"}
        terms = phone.call("GET", "/v1/config")["terms_version"]
        phone.call(
            "POST", "/v1/invitations/accept", status=201,
            json={**accepted, "device": phone.device, "terms_version": terms},
        )  # fmt: skip
        self._go(page, "회원")
        page.get_by_label("이름 또는 기관").fill("새로운이")
        page.get_by_role("button", name="찾기").click()
        assert page.locator(".card").filter(has_text="새로운이").count() == 1
        page.locator(".card summary").first.click()
        self._look(page, "member-opened")

    def walk_by_keyboard(self) -> None:
        """The first key leads past the header, and what has the focus can be seen."""
        page = self._page(DESKTOP)
        page.goto(f"{self.address}/console/sign-in")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.hash") == "#content"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "sign-in-email"
        page.keyboard.type("nobody@example.kr")
        page.keyboard.press("Tab")
        page.keyboard.type("아무 말 아무 말")
        page.keyboard.press("Enter")
        assert "이메일 또는 비밀번호가 올바르지 않습니다." in page.get_by_role("alert").inner_text()
        self._look(page, "refused")

    def _go(self, page: "Page", name: str) -> None:
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        self._look(page, page.url.rpartition("/")[2])

    def _look(self, page: "Page", name: str) -> None:
        """Search the page for what stands in somebody's way; and keep a picture where one is wished for."""
        expect_accessible(page)
        if folder := os.environ.get("SCREENSHOTS"):
            width = page.evaluate("innerWidth")
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    def _page(self, size: "ViewportSize") -> "Page":
        return self.browser.new_context(viewport=size, locale="ko-KR").new_page()

    def _phone(self, email: str) -> Phone:
        phone = Phone(self.address, email)
        self.phones.append(phone)
        phone.sign_in_by_password(PASSWORD)
        return phone

    def close(self) -> None:
        """Switch the phones off."""
        for phone in self.phones:
            phone.http.close()
