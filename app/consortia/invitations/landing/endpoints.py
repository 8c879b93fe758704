"""The address in invitations. It is no route of the API, so it is not in its document."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.consortia.invitations.landing.page import content_security_policy, invitation_page
from app.core.localisation import Locale, negotiate_locale
from app.core.settings import Settings
from app.web.connections import InjectedResources

router = APIRouter(include_in_schema=False)


@router.get("/invitation", response_class=HTMLResponse)
async def show_invitation_page(resources: InjectedResources, http: Request) -> HTMLResponse:
    """Open the app, or tell where to get it. Asks nothing of the database: a GET uses up no invitation."""
    settings = resources.settings
    locale = _locale(http, settings)
    headers = {
        "Content-Security-Policy": content_security_policy(),
        "Content-Language": locale.value,
        "Vary": "Accept-Language",
    }
    return HTMLResponse(invitation_page(settings, locale), headers=headers)


def _locale(http: Request, settings: Settings) -> Locale:
    """The language chosen on the page; else that of the browser, else the installation's own."""
    chosen = http.query_params.get("lang")
    if chosen in {locale.value for locale in Locale}:
        return Locale(chosen)
    accepted = http.headers.get("accept-language")
    return negotiate_locale(accepted) if accepted else settings.default_locale
