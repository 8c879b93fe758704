"""Signing in to the console: by password or mailed code, the second factor, what its cookies are, how long it lasts."""

from datetime import timedelta

import httpx
import time_machine
from fastapi import FastAPI

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Environment, Settings
from app.identity.sessions.browser import BROWSER_LIFE
from tests.conftest import started_app
from tests.console.browser import Browser, Page
from tests.consortia.calls import get
from tests.factories import Factory, Person
from tests.identity.authenticator import enrolled
from tests.identity.signing_in import PASSWORD, change_account, code_for, set_password


async def coordinator(factory: Factory) -> Person:
    return await factory.person(name="정가람", coordinates=await factory.consortium())


async def asked(browser: Browser, to: str = "") -> Page:
    return await browser.open(f"/console/sign-in{to}")


async def test_password_and_its_refusals(app: FastAPI, database: Database, factory: Factory) -> None:
    person = await coordinator(factory)
    await set_password(database, person)
    browser = Browser(app)
    page = await asked(browser, "?to=https://evil.example/console/")
    form = page.form("/console/sign-in")
    assert form.values["to"] == "/console/"
    wrong = await browser.send(form, 401, email=person.email, password="아무 말 아무 말", way="password")
    assert "이메일 또는 비밀번호가 올바르지 않습니다." in wrong.text
    assert wrong.form("/console/sign-in").values["email"] == person.email
    empty = await browser.send(form, 422, email="아무 말", way="code")
    assert "#sign-in-email" in empty.links
    home = await browser.send(form, email=person.email, password=PASSWORD, way="password")
    assert (home.path, person.name in home.text) == ("/console/", True)
    strange = await Browser(app).open("/console/sign-in", 200)
    stolen = Browser(app)
    assert (await stolen.send(strange.form("/console/sign-in"), 403, email=person.email)).text


async def test_mailed_code(app: FastAPI, settings: Settings, database: Database, factory: Factory) -> None:
    person = await coordinator(factory)
    browser = Browser(app, language="en")
    sent = await browser.send((await asked(browser)).form("/console/sign-in"), email=person.email, way="code")
    form = sent.form("/console/sign-in/code")
    wrong = await browser.send(form, 401, code="000000")
    assert "The code is wrong" in wrong.text
    code = await code_for(database, settings, form.values["code_id"])
    assert person.name in (await browser.send(wrong.form("/console/sign-in/code"), code=code)).text
    spent = Browser(app, language="en")
    page = await spent.send((await asked(spent)).form("/console/sign-in"), email=person.email, way="code")
    again = await spent.send(page.form("/console/sign-in/code"), 401, code=code, code_id=form.values["code_id"])
    assert again.form("/console/sign-in").values["to"] == "/console/"


async def test_second_factor(app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory) -> None:
    person = await coordinator(factory)
    await set_password(database, person)
    authenticator = await enrolled(client, person)
    browser = Browser(app)
    form = (await asked(browser)).form("/console/sign-in")
    step = await browser.send(form, email=person.email, password=PASSWORD, way="password")
    assert "console-session" not in browser.client.cookies
    wrong = await browser.send(step.form("/console/sign-in/second-factor"), 401, code=authenticator.wrong)
    assert (await browser.open("/console/")).path.startswith("/console/sign-in")
    again = wrong.form("/console/sign-in/second-factor")
    assert (await browser.send(again, code=authenticator.code())).path == "/console/"
    late = Browser(app)
    form = (await asked(late)).form("/console/sign-in")
    step = await late.send(form, email=person.email, password=PASSWORD, way="password")
    form = step.form("/console/sign-in/second-factor")
    begun_anew = await late.send(form, 401, challenge_token="isc_nothing", code=authenticator.recovery_codes[0])
    assert begun_anew.form("/console/sign-in").values["to"] == "/console/"


async def test_session_lasts_while_it_is_used_and_half_a_day_at_most(
    app: FastAPI, client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    person = await coordinator(factory)
    await set_password(database, person)
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        browser = Browser(app)
        form = (await asked(browser)).form("/console/sign-in")
        home = await browser.send(form, email=person.email, password=PASSWORD, way="password")
        sessions = (await get(client, "/me/sessions", person))["items"]
        assert "웹 관리 화면" in {session["device_name"] for session in sessions}
        while now() < began + BROWSER_LIFE - timedelta(minutes=10):
            clock.shift(timedelta(minutes=10))
            assert (await browser.open("/console/")).path == "/console/"
        clock.move_to(began + BROWSER_LIFE)
        assert (await browser.open("/console/")).path == "/console/sign-in"
        app_of_phone = Browser(app, person)  # its token is refreshed by the app, never prolonged here
        assert (await app_of_phone.open("/console/")).path == "/console/sign-in"
    assert home.path == "/console/"


async def test_idle_session_ends(app: FastAPI, database: Database, factory: Factory) -> None:
    person = await coordinator(factory)
    await set_password(database, person)
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        browser = Browser(app)
        form = (await asked(browser)).form("/console/sign-in")
        await browser.send(form, email=person.email, password=PASSWORD, way="password")
        clock.shift(timedelta(minutes=15))
        assert (await browser.open("/console/")).path == "/console/sign-in"


async def test_who_is_no_staff_or_lacks_what_is_asked(app: FastAPI, database: Database, factory: Factory) -> None:
    member = await factory.person(await factory.mini_cluster())
    assert "권한이 없습니다" in (await Browser(app, member).open("/console/", 403)).text
    person = await coordinator(factory)
    await change_account(database, person, terms_version="2015-01")
    assert "약관" in (await Browser(app, person).open("/console/", 403)).text
    english = await Browser(app, member, language="en").open("/console/", 403)
    assert "Not permitted" in english.text


async def test_production_cookies_and_the_factor_staff_need(settings: Settings, factory: Factory) -> None:
    person = await coordinator(factory)
    async with started_app(settings.model_copy(update={"environment": Environment.PRODUCTION})) as app:
        browser = Browser(app)
        page = await asked(browser)
        cookie = page.response.headers["set-cookie"]
        assert cookie.startswith("__Host-console-visit=")
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= {part.strip() for part in cookie.split(";")}
        browser.client.cookies.set("__Host-console-session", person.token)
        assert "2단계" in (await browser.open("/console/", 403)).text


async def test_language_is_kept(app: FastAPI, factory: Factory) -> None:
    browser = Browser(app, await coordinator(factory))
    page = await browser.open("/console/")
    (link,) = [link for link in page.links if "/language/" in link]
    english = await browser.open(link)
    assert (english.path, english.attributes["html"][0]["lang"]) == ("/console/", "en")
    assert "What you look after" in english.text
    assert (await browser.open("/console/language/fr", 404)).text
