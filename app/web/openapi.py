"""The OpenAPI document: what FastAPI makes of the routes, cleaned where client generators stumble."""

from typing import Any

from app.web.problems import PROBLEM_JSON, Problem

_DESCRIPTIONS = {
    400: "The request could not be read.",
    401: "No valid access token.",
    403: "Visible, but not permitted.",
    404: "It does not exist, or not for you; the two are never told apart.",
    409: "It contradicts the present state; `code` tells how.",
    410: "It is over; `code` tells why.",
    412: "`If-Match` names another version than the present one.",
    413: "The body is too large.",
    422: "A field is not valid; `errors` tells which and what to do.",
    429: "Too many tries; `Retry-After` tells when to come back.",
    503: "Busy; nothing was stored. Try again after `Retry-After` seconds.",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may answer with these problems."""
    return {
        status: {
            "description": _DESCRIPTIONS[status],
            "model": Problem,
            "content": {PROBLEM_JSON: {}},
        }
        for status in statuses
    }
