"""Where requests are charged: pure ASGI middleware, outside of everything that may answer with 304."""

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.client_address import client_address_of, client_subject, trusted_networks
from app.web.connections import Resources, request_locale
from app.web.problems import problem_response
from app.web.rate_limits import Allowance, RateLimited, RateLimits

_CHARGED = "rate_limits.charged"
"""Of a request: who else than its address is charged."""
_LIMITED_PATHS = "/v1/"


async def check_member(request: Request, limits: RateLimits | None, account_id: int) -> None:
    """Charge this request to a member, who has just been recognised.

    :raises RateLimited: he has nothing left.
    """
    if limits is not None and limits.are_on:
        allowance = limits.of_member(account_id)
        request.scope.get(_CHARGED, []).append(allowance)
        await allowance.check()


class RateLimitGate:
    """Announces what is left, and refuses whoever has nothing left and did not sign in.

    A 304 is free: looking whether something has changed is what clients are asked to do.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = _limits_of(scope)
        if limits is None:
            await self.app(scope, receive, send)
            return
        scope[_CHARGED] = []
        headers = Headers(scope=scope)
        of_address = limits.of_address(_subject(scope, headers))
        if "authorization" not in headers:
            try:
                await of_address.check()
            except RateLimited as refusal:
                await _refuse(refusal, of_address, scope, receive, send)
                return
        await self.app(scope, receive, _Answer(scope, receive, send, of_address).send)


class _Answer:
    """Charges an answer as its head passes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, of_address: Allowance) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._of_address = of_address
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            allowance: Allowance = next(iter(self._scope[_CHARGED]), self._of_address)
            if message["status"] == 401 and await self._is_refused():
                return
            if message["status"] not in (304, 429):
                await allowance.charge()
            MutableHeaders(scope=message).update(await allowance.headers())
        if not self._is_replaced:
            await self._send(message)

    async def _is_refused(self) -> bool:
        """Whether an address has sent too many bad tokens: it is told so in place of 401."""
        try:
            await self._of_address.check()
        except RateLimited as refusal:
            self._is_replaced = True
            await _refuse(refusal, self._of_address, self._scope, self._receive, self._send)
        return self._is_replaced


def _limits_of(scope: Scope) -> RateLimits | None:
    if scope["type"] != "http" or not scope["path"].startswith(_LIMITED_PATHS):
        return None
    resources: Resources = scope["app"].state.resources
    limits = resources.rate_limits
    return limits if limits is not None and limits.are_on else None


def _subject(scope: Scope, headers: Headers) -> str:
    resources: Resources = scope["app"].state.resources
    peer: Any = scope.get("client")
    proxies = trusted_networks(resources.settings.trusted_proxies)
    return client_subject(client_address_of(peer[0] if peer else None, headers.getlist("x-forwarded-for"), proxies))


async def _refuse(refusal: RateLimited, allowance: Allowance, scope: Scope, receive: Receive, send: Send) -> None:
    locale = request_locale(Request(scope))
    response = problem_response(
        refusal.status,
        refusal.code,
        refusal.title.render(locale),
        detail=refusal.detail_in(locale),
        headers=refusal.headers | await allowance.headers(),
    )
    await response(scope, receive, send)
