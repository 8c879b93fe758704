"""Unsubscribing from a mail: by the one click of a mailbox (RFC 8058), or on a small page with one button.

For people who are not signed in, and outside of ``/v1``: what stands in mails is called for years.
"""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.core.catalogue import Message
from app.core.localisation import Locale
from app.notifications.unsubscribing import unsubscribe, who_unsubscribes
from app.web.connections import InjectedResources, ReadConnection

router = APIRouter(include_in_schema=False)

_TITLE = Message("Mails about what you have not read")
_QUESTION = Message("Do you want no more of these mails?")
_BUTTON = Message("No more of them")
_DONE = Message("You get no more of these mails. You can have them again by the settings of the app.")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@router.get("/unsubscribe/{token}")
async def show_unsubscribe_page(token: str, connection: ReadConnection, resources: InjectedResources) -> HTMLResponse:
    """Ask: scanners of mails follow links, and must not unsubscribe anybody."""
    _, locale = await who_unsubscribes(connection, resources.settings.signing_key, token)
    button = f'<form method="post"><button>{escape(_BUTTON.render(locale))}</button></form>'
    return _page(locale, f"<p>{escape(_QUESTION.render(locale))}</p>{button}")


@router.post("/unsubscribe/{token}")
async def unsubscribe_from_digests(token: str, resources: InjectedResources) -> HTMLResponse:
    """End the digests; whatever the body says."""
    locale = await unsubscribe(resources.database, resources.settings.signing_key, token)
    return _page(locale, f"<p>{escape(_DONE.render(locale))}</p>")


def _page(locale: Locale, content: str) -> HTMLResponse:
    title = escape(_TITLE.render(locale))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    body = f"<main><h1>{title}</h1>{content}</main>"
    page = f'<!doctype html><html lang="{locale.value}"><head>{head}</head><body>{body}</body></html>'
    return HTMLResponse(page, headers=_HEADERS)
