"""The pages of joining and of places: applications, invitations, rosters, roles, announcements."""

from typing import Any

import httpx
from fastapi import FastAPI

from app.core.clock import now, seoul_date
from tests.console.browser import Browser
from tests.consortia.calls import get
from tests.factories import Factory, client_id
from tests.ideas_factory import Place
from tests.moderation.conftest import Staff

ROSTER = "이름\t이메일\t기관명\n김바다\tbada@example.kr\t㈜새벽정밀\n이누리\tnuri@example.kr\t㈜한빛"


async def test_application_is_decided(
    app: FastAPI, client: httpx.AsyncClient, factory: Factory, place: Place, staff: Staff
) -> None:
    applicants = [await factory.person(name=name) for name in ("하나", "두리")]
    for person in applicants:
        application = {
            "id": client_id(),
            "mini_cluster_id": str(place.mini_cluster.public_id),
            "organisation": {"kind": "company", "name": "㈜새벽정밀"},
            "position": "대표",
            "reason": f"{person.name}입니다.",
        }
        sent = await client.post("/v1/applications", json=application, headers=person.headers)
        assert sent.status_code == 201
    browser = Browser(app, staff.manager)
    path = f"/console/mini-clusters/{place.mini_cluster.public_id}/applications"
    page = await browser.open(path)
    assert page.text.index("두리입니다.") < page.text.index("하나입니다.")
    newest, oldest = [form for form in page.posts if form.action == path]
    wordless = await browser.send(newest, 422, outcome="decline")
    assert f"#decision-{newest.values['application']}-words" in wordless.links
    left = await browser.send(newest, outcome="decline", words="요건에 맞지 않습니다.")
    assert "두리입니다." not in left.text
    done = await browser.send(oldest, outcome="admit")
    assert "가입 신청이 없습니다." in done.text
    assert len((await get(client, "/me", applicants[0]))["memberships"]) == 1
    declined = await browser.open(f"{path}?state=declined")
    assert "요건에 맞지 않습니다." in declined.text


async def test_invitation_is_made_shown_once_and_revoked(app: FastAPI, place: Place, staff: Staff) -> None:
    browser = Browser(app, staff.manager)
    path = f"/console/mini-clusters/{place.mini_cluster.public_id}/invitations"
    page = await browser.open(path)
    assert "매니저" not in [option["value"] for option in page.attributes["option"]]
    made = await browser.send(page.form(path), email="bada@example.kr", role="member")
    assert "http://test/invitation#isi_" in made.text
    again = await browser.open(path)
    assert "isi_" not in again.text
    revoked = await browser.send(again.form(f"{path}/revoke"))
    assert ("초대를 취소했습니다." in revoked.text, "취소" in revoked.text) == (True, True)
    assert [form.action for form in revoked.posts] == ["/console/sign-out", path]


async def test_roster_is_previewed_corrected_and_taken_over(
    app: FastAPI, client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    browser = Browser(app, staff.manager, language="en")
    path = f"/console/mini-clusters/{place.mini_cluster.public_id}/roster"
    page = await browser.open(path)
    nothing = await browser.send(page.form(f"{path}/preview"), 422, rows="이름\n김바다")
    assert nothing.form(f"{path}/preview").values["rows"] == "이름\n김바다"
    faulty = await browser.send(page.form(f"{path}/preview"), rows=ROSTER + "\n\tx\t㈜한빛")
    assert ("Row 4" in faulty.text, path in [form.action for form in faulty.posts]) == (True, False)
    preview = await browser.send(page.form(f"{path}/preview"), rows=ROSTER)
    assert "2 people: 2 new" in preview.text
    stale = await browser.send(preview.form(path), 409, rows=ROSTER.replace("김바다", "박하늘"))
    assert "박하늘" in stale.form(f"{path}/preview").values["rows"]
    taken = await browser.send(preview.form(path))
    assert ("김바다" in taken.text, "It is saved." in taken.text) == (True, True)
    assert len((await get(client, path.replace("/console", ""), staff.manager))["items"]) == 2


async def test_roles_and_acts_on_members(app: FastAPI, client: httpx.AsyncClient, place: Place, staff: Staff) -> None:
    browser = Browser(app, staff.coordinator)
    path = f"/console/mini-clusters/{place.mini_cluster.public_id}/members"
    page = await browser.open(path)
    member = str(place.member.public_id)
    changed = await browser.send(page.form(path, member=member), role="secretary")
    assert "총무" in changed.text
    wordless = await browser.send(page.form(f"{path}/act", member=member), 422, kind="warn")
    assert f"#act-{member}-words" in wordless.links
    await browser.send(page.form(f"{path}/act", member=member), kind="warn", words="욕설을 하지 마세요.")
    log = await browser.open(f"/console/consortia/{place.consortium.public_id}/log?member={member}")
    assert "욕설을 하지 마세요." in log.text
    assert [each["kind"] for each in (await get(client, "/me/statements", place.member))["items"]] == ["warn"]
    ended = await browser.send(page.form(path, member=member), ends="true")
    assert place.member.name not in ended.text
    found = await browser.open(f"{path}?q={place.author.name}")
    assert (place.author.name in found.text, staff.manager.name in found.text) == (True, False)


async def test_announcement_is_made_and_withdrawn(
    app: FastAPI, client: httpx.AsyncClient, place: Place, staff: Staff
) -> None:
    for person, where in ((staff.coordinator, "consortia"), (staff.manager, "mini-clusters")):
        told = place.consortium if where == "consortia" else place.mini_cluster
        browser = Browser(app, person)
        path = f"/console/{where}/{told.public_id}/announcements"
        page = await browser.open(path)
        text: dict[str, Any] = {"title": f"{where} 교류회", "body": "모입니다.", "valid_until": str(seoul_date(now()))}
        wrong = await browser.send(page.form(path, title=""), 422, **{**text, "valid_until": "내일", "link": "x"})
        assert "#announcement-valid_until" in wrong.links
        made = await browser.send(page.form(path, title=""), **text)
        assert f"{where} 교류회" in made.text
        (form,) = [form for form in made.posts if "withdrawn" in form.values]
        gone = await browser.send(form)
        assert "지금 걸린 공지가 없습니다." in gone.text
    assert (await get(client, "/announcements", place.member))["items"] == []
