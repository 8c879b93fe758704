"""The composition root of the pages: an application of its own, put under ``/console`` of the API."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.console import (
    announcement_endpoints,
    case_endpoints,
    figure_endpoints,
    home_endpoints,
    joining_endpoints,
    log_endpoints,
    place_endpoints,
    queue_endpoints,
    roster_endpoints,
    sign_in_endpoints,
)
from app.console.dependencies import HOME, SIGN_IN, locale_of
from app.console.rendering import ASSETS, render
from app.core.errors import AppError, Invalid, NotFound, Unauthenticated
from app.core.localisation import Text

ROUTERS = (
    case_endpoints.router,
    queue_endpoints.router,
    log_endpoints.router,
    place_endpoints.router,
    joining_endpoints.router,
    figure_endpoints.router,
    roster_endpoints.router,
    announcement_endpoints.router,
    home_endpoints.router,
    sign_in_endpoints.router,
)
"""The pages, by what they are about."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FAILED = Text("문제가 생겼습니다", "Something went wrong on our side")


class PageHeaders:
    """What every answer of the console tells the browser: no scripts, nothing from elsewhere, nothing kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_console() -> FastAPI:
    """The pages. The application they are put under sets ``state.resources`` at its start."""
    console = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, telemetry={"tracing": False, "metrics": False})
    for router in ROUTERS:
        console.include_router(router)
    console.mount("/assets", StaticFiles(directory=ASSETS), name="get_console_asset")
    console.add_middleware(PageHeaders)
    console.add_exception_handler(Unauthenticated, _to_sign_in)
    console.add_exception_handler(AppError, _app_error)
    console.add_exception_handler(RequestValidationError, _validation_error)
    console.add_exception_handler(HTTPException, _http_error)
    console.add_exception_handler(Exception, _unexpected_error)
    return console


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    """Ask who it is, and come back to the page; what a form held is gone."""
    to = f"?to={request.url.path}" if request.method == "GET" and request.url.path != HOME else ""
    return RedirectResponse(f"{SIGN_IN}{to}", 303)


async def _app_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    locale = locale_of(request)
    return _page(request, error.status, error.title, error.detail_in(locale), error.headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    """An address that no page of ours leads to."""
    if not isinstance(error, RequestValidationError):
        raise error
    in_path = any(item["loc"][0] == "path" for item in error.errors())
    return await _app_error(request, NotFound() if in_path else Invalid())


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == NotFound.status:
        return await _app_error(request, NotFound())
    return _page(request, error.status_code, Invalid.title, None, dict(error.headers or {}))


async def _unexpected_error(request: Request, _error: Exception) -> Response:
    return _page(request, 500, _FAILED, None, {})


def _page(request: Request, status: int, title: Text, detail: str | None, headers: dict[str, str]) -> Response:
    locale = locale_of(request)
    kept = {name: value for name, value in headers.items() if name != "WWW-Authenticate"}
    shown = render("error.html", locale, title=title.render(locale), detail=detail)
    return HTMLResponse(shown, status, kept)
