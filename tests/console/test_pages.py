"""The pages of cases and acts: texts of people do no harm, and what is wrong is said where it is."""

import re
from enum import StrEnum
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from app.console.labels import LABELS
from app.consortia.invitations.schemas import InvitationState
from app.consortia.roster.schemas import RosterStanding
from app.core.database import Database
from app.models.applications import ApplicationState
from app.models.ideas import IdeaState, IdeaStatus, Visibility
from app.models.memberships import MemberRole
from app.models.moderation import ActKind, AppealState, CaseOrigin, CaseOutcome, CaseState, ReportReason
from app.models.organisations import OrganisationKind
from tests.comments.discussion import Discussion
from tests.console.browser import Browser
from tests.consortia.calls import get
from tests.factories import Factory
from tests.ideas_factory import Place, published_idea
from tests.identity.signing_in import change_account
from tests.moderation.calls import acted, close, queue, reported
from tests.moderation.conftest import Staff

TRICK = "<script>alert(1)</script>\u202e\u2067 onmouseover=x {{ 7 * 7 }} </p></bdi>"
LABELLED: dict[str, type[StrEnum]] = {
    "reason": ReportReason,
    "origin": CaseOrigin,
    "case_state": CaseState,
    "outcome": CaseOutcome,
    "act": ActKind,
    "appeal_state": AppealState,
    "role": MemberRole,
    "application": ApplicationState,
    "invitation": InvitationState,
    "standing": RosterStanding,
    "visibility": Visibility,
    "idea_status": IdeaStatus,
    "idea_state": IdeaState,
    "organisation": OrganisationKind,
}


def test_every_value_has_a_name() -> None:
    assert LABELS.keys() == LABELLED.keys()
    for kind, values in LABELLED.items():
        assert {str(value) for value in values} - LABELS[kind].keys() == set(), kind


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_tricks_in_names_and_texts(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: Database,
    place: Place,
    staff: Staff,
    discussion: Discussion,
    language: str,
) -> None:
    """The pages of a browser are checked as they come: no script, each tag closed, every name apart (``bdi``)."""
    comment = await discussion.post(place.author, TRICK.translate(dict.fromkeys((0x202E, 0x2067))))
    await reported(client, place.member, comment_id=comment["id"], words=TRICK[:25])
    await acted(client, staff.coordinator, "lock", idea_id=str(place.idea.public_id), words="&lt;b&gt;")
    for person in (place.author, place.member):
        await change_account(database, person, name=f"{person.name}{TRICK}")
    browser = Browser(app, staff.coordinator, language=language)
    home = f"/console/consortia/{place.consortium.public_id}"
    shown = await browser.open(f"{home}/cases")
    (case_path,) = [link for link in shown.links if link.startswith("/console/cases/")]
    members = f"/console/mini-clusters/{place.mini_cluster.public_id}/members"
    for path in (f"{home}/cases", case_path, f"{case_path}/idea", f"{home}/log", members, f"{home}/mini-clusters"):
        page = await browser.open(path)
        names = re.findall(r".{5}" + place.author.name, page.response.text)
        assert {name[:5] for name in names} <= {"<bdi>"}
        if path == case_path:
            assert page.text.count("<script>alert(1)</script>") >= 4
            assert "{{ 7 * 7 }}" in page.text


async def test_what_is_wrong_is_said_where_it_is(
    app: FastAPI, client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    await reported(client, place.member, idea_id=place.idea.public_id)
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    browser = Browser(app, staff.coordinator)
    path = f"/console/cases/{case['id']}"
    page = await browser.open(path)
    wrong = await browser.send(page.form(f"{path}/act"), 422, kind="retag", tags="집진", words="가" * 1001)
    assert "#act-words" in wrong.links
    (field,) = [each for each in wrong.attributes["textarea"] if each["id"] == "act-words"]
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "act-words-hint act-words-error")
    kept = wrong.form(f"{path}/act").values
    assert (kept["kind"], kept["tags"], kept["words"]) == ("retag", "집진", "가" * 1001)
    date = await browser.send(page.form(f"{path}/author-act"), 422, kind="suspend", until="내일", words="욕설")
    assert "#author-act-until" in date.links
    assert (await close(client, staff.manager, case["id"])).status_code == 200
    late = await browser.send(page.form(f"{path}/act"), 409, words="늦은 조치")
    assert "이미 처리된 신고입니다" in late.text
    assert [form.action for form in late.posts] == ["/console/sign-out"]
    assert (await get(client, f"/ideas/{place.idea.public_id}", place.member))["is_locked"] is False


async def test_acts_on_the_author_and_closing(
    app: FastAPI, client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    await reported(client, place.member, idea_id=place.idea.public_id)
    (case,) = await queue(client, staff.coordinator, f"consortia/{place.consortium.public_id}")
    path = f"/console/cases/{case['id']}"
    manager = await Browser(app, staff.manager).open(path)
    assert f"{path}/author-act" not in [form.action for form in manager.forms]
    browser = Browser(app, staff.coordinator)
    page = await browser.open(path)
    form = page.form(f"{path}/author-act")
    for _ in range(2):  # a double click is one act
        page = await browser.send(form, kind="suspend", until="2999-12-30", words="거듭 경고했습니다.")
    (statement,) = (await get(client, "/me/statements", place.author))["items"]
    assert (statement["kind"], statement["until"]) == ("suspend", "2999-12-30T15:00:00.000Z")
    closed = await browser.send(page.form(f"{path}/close"), outcome="acted", words="정지했습니다.")
    assert "처리를 마쳤습니다." in closed.text
    log = f"/console/consortia/{place.consortium.public_id}/log"
    shown = await browser.open(log)
    undone = await browser.send(shown.form(log), words="풀어 줍니다.")
    assert ("되돌렸습니다." in undone.text, "풀어 줍니다." in undone.text) == (True, True)
    assert "풀어 줍니다." in (await browser.open(f"{log}?q=거듭")).text
    for nothing in ("없는 말", "%", "\x00"):
        found = await browser.open(f"{log}?{urlencode({'q': nothing})}")
        assert ("조치가 없습니다." in found.text) is (nothing != "\x00")
    assert "풀어 줍니다." in (await browser.open(f"{log}?{urlencode({'q': place.author.name})}")).text
    sheet = await browser.client.get(f"{log}.csv?month={statement['created_at'][:7]}")
    assert (sheet.headers["content-type"], "정지" not in sheet.text) == ("text/csv; charset=utf-8", True)
    assert "거듭 경고했습니다." in sheet.text


async def test_selection_is_hidden_as_a_whole_or_not_at_all(
    app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory, place: Place, staff: Staff
) -> None:
    ideas = [place.idea, *[await published_idea(database, place.author, place.mini_cluster) for _ in range(2)]]
    for idea in ideas:
        await reported(client, place.member, idea_id=idea.public_id)
    browser = Browser(app, staff.manager)
    path = f"/console/mini-clusters/{place.mini_cluster.public_id}/cases"
    page = await browser.open(path)
    cases = [each["value"] for each in page.attributes["input"] if each.get("type") == "checkbox"]
    nothing = await browser.send(page.form(path), 422, words="단가")
    assert "#selection-case" in nothing.links
    assert (await close(client, staff.coordinator, cases[1])).status_code == 200
    refused = await browser.send(page.form(path), 422, case=cases, words="단가")
    assert "이미 처리된 신고입니다" in refused.text
    shown = (await get(client, "/feeds/home", place.member))["items"]
    assert len(shown) == 3
    done = await browser.send(page.form(path), case=[cases[0], cases[2]], words="단가")
    assert "처리할 신고가 없습니다." in done.text
    assert len((await get(client, "/feeds/home", place.member))["items"]) == 1


async def test_addresses_that_lead_nowhere(app: FastAPI, place: Place, staff: Staff) -> None:
    browser = Browser(app, staff.coordinator)
    for path in ("/console/nothing", "/console/cases/no-id", "/console/cases/019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"):
        assert "찾을 수 없습니다" in (await browser.open(path, 404)).text
    queue_path = f"/console/consortia/{place.consortium.public_id}/cases"
    await browser.open(f"{queue_path}?state=none", 422)
    await browser.open(f"{queue_path}?cursor=x", 422)
    response = await browser.client.post(queue_path, content=b"\xff", headers={"Content-Type": "text/plain"})
    assert response.status_code == 400
    assert (await browser.client.get("/console/assets/console.css")).headers["content-type"].startswith("text/css")
    assert (await browser.client.get("/console/assets/../main.py")).status_code == 404
