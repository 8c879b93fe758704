"""From a report to the decision on the appeal, as phones and browsers go about it; here without a browser's window."""

import httpx
from fastapi import FastAPI

from app.core.database import Database
from app.core.settings import Settings
from tests.comments.discussion import Discussion
from tests.console.browser import Browser
from tests.consortia.calls import get
from tests.factories import Factory, client_id
from tests.ideas_factory import Place
from tests.identity.authenticator import enrolled
from tests.identity.signing_in import PASSWORD, set_password
from tests.moderation.calls import reported, work
from tests.moderation.conftest import Staff


async def test_report_to_appeal(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    place: Place,
    staff: Staff,
    discussion: Discussion,
) -> None:
    second = await factory.person(name="윤슬", coordinates=place.consortium)
    for person in (staff.coordinator, second):
        await set_password(database, person)
    authenticator = await enrolled(client, staff.coordinator)
    comment = await discussion.post(place.author, "단가표를 붙입니다.")
    await reported(client, place.member, comment_id=comment["id"], words="거래처의 단가입니다.")

    browser = Browser(app)
    asked = await browser.open(f"/console/consortia/{place.consortium.public_id}/cases")
    assert asked.path.startswith("/console/sign-in?to=/console/consortia/")
    asked = await browser.send(
        asked.form("/console/sign-in"), email=staff.coordinator.email, password=PASSWORD, way="password"
    )
    queue = await browser.send(asked.form("/console/sign-in/second-factor"), code=authenticator.code())
    assert queue.path == f"/console/consortia/{place.consortium.public_id}/cases"
    (case_path,) = [link for link in queue.links if link.startswith("/console/cases/")]
    case = await browser.open(case_path)
    for shown in ("단가표를 붙입니다.", "거래처의 단가입니다.", place.author.name, place.member.name):
        assert shown in case.text
    case = await browser.send(case.form(f"{case_path}/claim"))
    assert "담당하게 되었습니다." in case.text
    words = "거래처의 단가가 그대로 적혀 있습니다."
    case = await browser.send(case.form(f"{case_path}/act"), words=words)
    assert "조치했습니다." in case.text
    assert [form.action for form in case.posts] == ["/console/sign-out"]

    (thread,) = (await discussion.get(place.member))["items"]
    assert (thread["comment"]["is_hidden"], thread["comment"]["body"]) == (True, "")
    await work(settings)
    assert "moderated" in {item["reason"] for item in (await get(client, "/inbox", place.author))["items"]}
    (statement,) = (await get(client, "/me/statements", place.author))["items"]
    assert (statement["words"], statement["comment_body"]) == (words, "단가표를 붙입니다.")
    log = await browser.open(f"/console/consortia/{place.consortium.public_id}/log")
    assert words in log.text
    appeal = {"id": client_id(), "words": "공개된 카탈로그의 가격입니다."}
    path = f"/v1/me/statements/{statement['id']}/appeal"
    assert (await client.post(path, json=appeal, headers=place.author.headers)).status_code == 201
    appeals_path = f"/console/consortia/{place.consortium.public_id}/appeals"
    own = await browser.open(appeals_path)
    assert "공개된 카탈로그의 가격입니다." in own.text
    assert [form.action for form in own.posts] == ["/console/sign-out"]

    other = Browser(app)
    asked = await other.open("/console/sign-in")
    await other.send(asked.form("/console/sign-in"), email=second.email, password=PASSWORD, way="password")
    appeals = await other.open(appeals_path)
    decided = await other.send(appeals.form(appeals_path), words="확인했습니다.", is_granted="true")
    assert "이의 제기가 없습니다." in decided.text
    (thread,) = (await discussion.get(place.member))["items"]
    assert thread["comment"]["body"] == "단가표를 붙입니다."
    (statement,) = (await get(client, "/me/statements", place.author))["items"]
    assert (statement["appeal"]["state"], statement["appeal"]["decision_words"]) == ("granted", "확인했습니다.")
    await browser.send(log.form("/console/sign-out"))
    assert (await browser.open(appeals_path)).path.startswith("/console/sign-in")
