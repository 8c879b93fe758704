"""What the pages receive: who visits, by the cookie of his browser, and the ways to read, to write and to answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import AccessLog
from app.console.cookies import SESSION_COOKIE, VISIT_COOKIE, cookie_name
from app.console.csrf import is_csrf_token, new_csrf_token
from app.console.forms import FORM_TYPE, Failure, Form, FormUnreadable
from app.console.navigation import looks_after_anything
from app.console.rendering import render
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.localisation import Locale, Text, negotiate_locale
from app.core.tokens import new_token, token_digest
from app.identity.actor import Actor
from app.identity.admission import Admission
from app.identity.queries import load_actor_by_token
from app.identity.sessions.browser import prolong
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources, Resources

ROOT = "/console"
HOME = f"{ROOT}/"
SIGN_IN = f"{ROOT}/sign-in"
LANGUAGE_COOKIE = "console-language"
_LANGUAGES = {locale.value: locale for locale in Locale}


Work = Callable[[AsyncSession, Actor, Form], Awaitable[object]]
"""What a form asks for, within one transaction."""
Then = Callable[[Any], Awaitable[Response]]
"""Shows what came of it, where that is to be seen once only."""
Again = Callable[[Failure], Awaitable[Response]]
"""Shows the page of a form again, with what is wrong."""


class ForeignForm(Forbidden):
    """A form that was not made for this browser, or long ago."""

    code = "foreign_form"
    title = Text("보내지 못했습니다", "It was not sent")
    detail = Text(
        "이 화면에서 보낸 양식이 아니거나 로그인이 바뀌었습니다. 페이지를 새로 열고 다시 보내 주세요.",
        "The form is not one of this page, or you signed in anew. Open the page again and send it again.",
    )


class Reading(NamedTuple):
    """What a page is read with."""

    connection: AsyncConnection
    actor: Actor
    accesses: AccessLog


@dataclass(frozen=True)
class Visit:
    """One request of a browser."""

    request: Request
    resources: Resources
    client_address: str
    locale: Locale
    token: str
    """The session in the cookie; empty for a browser that is not signed in."""
    visit: str
    """What forms are bound to before there is a session."""

    @asynccontextmanager
    async def read(self, marks: Mapping[str, Any] | None = None) -> AsyncIterator[Reading]:
        """A connection for a page, and who reads it. While pages are read, the session goes on.

        :raises Unauthenticated, TermsRequired, SecondFactorRequired: nobody does who may.
        :raises Forbidden: the person looks after no place.
        """
        database = self.resources.database
        await prolong(database, token_digest(self.token), now())
        async with database.read() as connection:
            actor = self._admit(await load_actor_by_token(connection, token_digest(self.token)), marks)
            yield Reading(connection, actor, AccessLog(database, actor.account_id))

    @asynccontextmanager
    async def write(self, marks: Mapping[str, Any] | None = None) -> AsyncIterator[tuple[AsyncSession, Actor]]:
        """A transaction, committed at the end of the block, and who writes as of it.

        :raises Unauthenticated, TermsRequired, SecondFactorRequired, Forbidden: as for :meth:`read`.
        """
        async with self.read(marks):
            pass  # strangers are turned away before they could take the write lock
        async with self.resources.database.write() as session:
            yield session, self._admit(await load_actor_by_token(session, token_digest(self.token)), marks)

    def _admit(self, actor: Actor | None, marks: Mapping[str, Any] | None) -> Actor:
        admitted = Admission(self.resources.settings, marks or {}).admit(actor)
        if not looks_after_anything(admitted):
            raise Forbidden
        return admitted

    async def form(self) -> Form:
        """The form that was sent, if a page of ours sent it.

        :raises ForeignForm: it was another page, or another browser.
        :raises FormUnreadable: it is none.
        """
        if self.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise ForeignForm
        if self.request.headers.get("content-type", "").partition(";")[0] != FORM_TYPE:
            raise FormUnreadable
        form = Form.parse(await self.request.body())
        if not is_csrf_token(self._key, self.token or self.visit, form.text("csrf")):
            raise ForeignForm
        return form

    async def submit(self, name: str, work: Work, then: str | Then, again: Again) -> Response:
        """Do what the form ``name`` of a page asks, and go on; or show the page again with what is wrong."""
        form = await self.form()
        try:
            async with self.write() as (session, actor):
                done = await work(session, actor, form)
        except (Conflict, Invalid) as error:
            return await again(Failure(error, form, name))
        return self.go(then) if isinstance(then, str) else await then(done)

    def page(self, template: str, *, failure: Failure | None = None, **values: Any) -> HTMLResponse:
        """A page; with ``failure`` the one whose form was sent, again."""
        shown = render(
            template,
            self.locale,
            failure=failure,
            csrf=new_csrf_token(self._key, self.token or self.visit),
            is_signed_in=bool(self.token),
            path=self.path,
            done=self.request.query_params.get("done", ""),
            query=self.request.query_params,
            **values,
        )
        response = HTMLResponse(shown, failure.error.status if failure else 200)
        if not self.token:
            self.set_cookie(response, VISIT_COOKIE, self.visit)
        return response

    @property
    def path(self) -> str:
        """The page that is shown; where a form was sent, the one it stands on."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query and self.request.method == "GET" else "")

    @property
    def address(self) -> str:
        """By which address the browser came here."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}"

    def go(self, path: str) -> RedirectResponse:
        """Send the browser on to a page, which it is to GET."""
        return RedirectResponse(path, 303)

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Set a cookie for the time that the browser runs; an empty value takes it away."""
        settings = self.resources.settings
        response.set_cookie(
            cookie_name(settings, name),
            value,
            max_age=None if value else 0,
            path="/",
            secure=cookie_name(settings, name) != name,
            httponly=True,
            samesite="strict",
        )

    @property
    def _key(self) -> bytes:
        return self.resources.settings.signing_key


def locale_of(request: Request) -> Locale:
    """The language that was chosen in this browser, else the one it asks for."""
    chosen = _LANGUAGES.get(request.cookies.get(LANGUAGE_COOKIE, ""))
    return chosen or negotiate_locale(request.headers.get("accept-language"))


async def _visit(request: Request, resources: InjectedResources, client_address: ClientAddress) -> Visit:
    settings = resources.settings
    return Visit(
        request,
        resources,
        client_address,
        locale_of(request),
        request.cookies.get(cookie_name(settings, SESSION_COOKIE), ""),
        request.cookies.get(cookie_name(settings, VISIT_COOKIE), "") or new_token("isv"),
    )


Visiting = Annotated[Visit, Depends(_visit)]
