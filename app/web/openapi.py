"""The OpenAPI document: what FastAPI makes of the routes, cleaned where client generators stumble."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.web.problems import PROBLEM_JSON, Problem

TAGS = {
    "sign-in": "Sessions: signing in by a mailed code or a password, refreshing, signing out.",
    "second-factor": "An authenticator app with recovery codes, asked for after the first factor.",
    "passkeys": "Passkeys: registered while signed in, then all that signing in takes.",
    "accounts": "Accounts, made by an operator.",
    "me": "The signed-in person.",
    "privacy": "Taking a copy of one's data along, and having one's account erased.",
    "programme": "Regions, industrial complexes, consortia and mini-clusters.",
    "administration": "Making and changing consortia and mini-clusters, their coordinators and the roles of members.",
    "links": "Links between consortia of one field, or with partners abroad.",
    "organisations": "Companies, universities, institutes, local governments and support organisations.",
    "invitations": "Invitations to a mini-cluster.",
    "applications": "The public directory, applying to a mini-cluster, admitting and declining.",
    "roster": "Rosters (명부) of mini-clusters: import from spreadsheets, invitations by mail and on paper, export.",
    "feeds": "Lists of ideas: home, open, of a consortium, of a mini-cluster.",
    "ideas": "Single ideas: drafts, publishing, editing, withdrawing, following, reading.",
    "consent": "A wider audience for an idea waits for its author.",
    "tour": "Showcases of mini-clusters (MC기행), open to all members.",
    "experts": "Experts (기업 주치의), and inviting them into ideas.",
    "comments": "Comments and replies.",
    "votes": "Recommendations (추천).",
    "announcements": "Announcements (공지) to everyone of a mini-cluster or a consortium.",
    "moderation": "Reports, cases, acts and their reasons, appeals, rules of the house, what staff read.",
    "sync": "What has changed since a phone asked last, and the news that something has.",
    "inbox": "What a member was told.",
    "devices": "Devices that get pushes.",
    "app": "What an app needs to know before sign-in.",
    "operations": "For whoever runs the service.",
}

_DESCRIPTION = """\
The backend of the idea app of industrial mini-clusters (미니클러스터).

- **Sign in** with `POST /v1/sign-in-codes` and `POST /v1/sessions/code`, or with `POST /v1/sessions/password`; send the
  access token as `Authorization: Bearer …`, and refresh it when a request answers 401.
- **Lists** are `{items, next_cursor}`; send `next_cursor` as `cursor` until it is null.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code`, in the language of `Accept-Language`
  (Korean by default).
- **Retries are safe**: creating requests carry an id made by the client (UUIDv7), and every POST takes an
  `Idempotency-Key`.
- **Reads are cheap to repeat**: each answer to a GET has an `ETag`; sent back as `If-None-Match` it gives 304 without a
  body as long as you would be shown the same. Answers are compressed for whoever accepts `zstd` or `gzip`.
- **Requests are limited** per member: `RateLimit` tells what is left, 429 `rate_limited` comes with `Retry-After`; a
  304 is free.
"""

_NOT_MODIFIED = {"description": "`If-None-Match` names what would be shown: the client has it already."}

_DESCRIPTIONS = {
    400: "The request could not be read.",
    401: "No valid access token.",
    403: "Visible, but not permitted; or the terms wait for consent (`terms_required`),"
    " or the role needs a second factor (`second_factor_required`).",
    404: "It does not exist, or not for you; the two are never told apart.",
    405: "This path knows no such method.",
    409: "It contradicts the present state; `code` tells how.",
    410: "It is over; `code` tells why.",
    412: "`If-Match` names another version than the present one.",
    413: "The body is too large.",
    422: "A field is not valid; `errors` tells which and what to do.",
    429: "Too many requests (`rate_limited`), or too many tries; `Retry-After` tells when to come back.",
    503: "Busy; nothing was stored. Try again after `Retry-After` seconds.",
}
_WITH_BODY = {"post", "put", "patch"}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may answer with these problems."""
    return {status: {"description": _DESCRIPTIONS[status], "model": Problem} for status in statuses}


def install_document(app: FastAPI) -> None:
    """Let ``app`` serve the cleaned document, made once."""
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(_build(app))
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Share, comment, recommend and carry ideas into joint projects.",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "This server"}],
        license_info={"name": "Proprietary", "url": "https://idea-storage.invalid/licence"},
        contact={"name": "Idea Storage", "url": "https://idea-storage.invalid/developers"},
    )
    schemas = document["components"]["schemas"]
    schemas.setdefault("Problem", Problem.model_json_schema(ref_template="#/components/schemas/{model}"))
    schemas["Problem"].pop("$defs", None)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for method, operation in _operations(document):
        _clean_operation(method, operation)
    _drop_titles(schemas)
    _drop_titles(document["paths"])
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in document["paths"].values():
        yield from path.items()


def _clean_operation(method: str, operation: dict[str, Any]) -> None:
    """Every error is a problem, whatever FastAPI made of it; what any route may answer is declared on each."""
    responses = operation["responses"]
    is_api = "operations" not in operation["tags"]
    if is_api:
        _declare_common(method, operation)
    # An empty list says that a route needs no token; its absence would only say that nobody thought of it.
    security = operation.setdefault("security", [])
    if security and not operation.get("x-without-terms"):
        responses.setdefault("403", {"description": _DESCRIPTIONS[403]})
    if not is_api or ("422" in responses and not operation.get("parameters") and "requestBody" not in operation):
        responses.pop("422", None)
    if not any(status.startswith("4") for status in responses):
        responses["405"] = {"description": _DESCRIPTIONS[405]}
    for status, response in responses.items():
        if status.isdigit() and int(status) >= 400 and (is_api or status == "405"):
            response["content"] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            if status in ("429", "503"):
                response["headers"] = {
                    "Retry-After": {"description": "Seconds", "schema": {"type": "integer", "examples": [1]}}
                }
    operation["responses"] = dict(sorted(responses.items()))


def _declare_common(method: str, operation: dict[str, Any]) -> None:
    """What every request with a body, and every read, may answer."""
    responses = operation["responses"]
    responses.setdefault("429", {"description": _DESCRIPTIONS[429]})
    if "requestBody" in operation and method in _WITH_BODY:
        for status in (400, 413):
            responses.setdefault(str(status), {"description": _DESCRIPTIONS[status]})
    if method == "get" and "text/event-stream" not in responses["200"].get("content", {}):
        responses.setdefault("304", dict(_NOT_MODIFIED))


def _drop_titles(node: Any) -> None:
    """Titles that pydantic derives from names say nothing, and some generators turn them into class names."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        for name, value in node.items():
            if name not in ("example", "examples"):
                _drop_titles(value)
    elif isinstance(node, list):
        for value in node:
            _drop_titles(value)
