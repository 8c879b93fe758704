"""Errors as ``application/problem+json`` (RFC 9457), in the language of the request, with a stable code."""

from collections.abc import Iterable
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.core.errors import AppError, FieldError
from app.core.localisation import Locale, Text
from app.web.connections import request_locale
from app.web.fields import ResponseModel
from app.web.validation_texts import code_of, validation_text

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"

_HTTP_TEXTS: dict[int, tuple[str, Text]] = {
    400: ("malformed_request", Text("요청을 읽을 수 없습니다", "The request could not be read")),
    404: ("not_found", Text("찾을 수 없습니다", "Not found")),
    405: ("method_not_allowed", Text("지원하지 않는 메서드입니다", "Method not allowed")),
    413: ("body_too_large", Text("요청 본문이 너무 큽니다", "The request body is too large")),
    415: ("unsupported_media_type", Text("지원하지 않는 형식입니다", "Unsupported media type")),
}
_INTERNAL = Text("서버 오류가 발생했습니다", "Something went wrong on our side")
_UNREADABLE = Text(
    "JSON을 읽을 수 없습니다. 형식과 깊이를 확인해 주세요.", "Not readable JSON; check its form and depth."
)
_INVALID = Text("요청 내용을 확인해 주세요", "The request is not valid")


class ProblemField(ResponseModel):
    """One thing wrong with one field."""

    pointer: str = Field(description="JSON pointer into the request", examples=["/body/title"])
    code: str = Field(description="Stable machine-readable reason", examples=["string_too_long"])
    detail: str = Field(description="What is wrong and what to do", examples=["120자 이하로 줄여 주세요."])


class Problem(ResponseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="Always `about:blank`; `code` tells the kind", examples=["about:blank"])
    title: str = Field(description="The kind of error, for people", examples=["요청 내용을 확인해 주세요"])
    status: int = Field(description="HTTP status", examples=[422])
    code: str = Field(description="Stable machine-readable kind of error", examples=["invalid_request"])
    detail: str | None = Field(description="This occurrence, for people", examples=["다시 읽고 수정해 주세요."])
    request_id: str | None = Field(
        description="Quote it when you report a problem", examples=["0f6f1d3c2b5a4e8f9a7b6c5d4e3f2a1b"]
    )
    errors: list[ProblemField] = Field(description="The fields concerned, if any")


def problem_response(
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    fields: Iterable[ProblemField] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    problem = Problem(
        type="about:blank",
        title=title,
        status=status,
        code=code,
        detail=detail,
        request_id=correlation_id.get(),
        errors=list(fields),
    )
    return Response(problem.model_dump_json(), status, headers, media_type=PROBLEM_JSON)


def register_error_handlers(app: FastAPI) -> None:
    """Let every error of ``app`` leave as a problem."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _app_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    locale = request_locale(request)
    return problem_response(
        error.status,
        error.code,
        error.title.render(locale),
        detail=error.detail_in(locale),
        fields=[_field(field, locale) for field in error.fields],
        headers=error.headers,
    )


def _field(field: FieldError, locale: Locale) -> ProblemField:
    return ProblemField(pointer=field.pointer, code=field.code, detail=field.text.render(locale))


async def _validation_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    locale = request_locale(request)
    fields = [_validation_field(item, locale) for item in error.errors()[:20]]
    return problem_response(422, "invalid_request", _INVALID.render(locale), fields=fields)


def _validation_field(item: dict[str, Any], locale: Locale) -> ProblemField:
    """The pointer, code and text of one finding; what was sent is never repeated, for it may be a secret."""
    escaped = (str(part).encode("utf-8", "replace").decode() for part in item["loc"])
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1")[:80] for part in escaped)
    code = code_of(item)
    return ProblemField(pointer=pointer, code=code, detail=validation_text(code, item, locale))


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return http_problem(request, error.status_code, dict(error.headers or {}))


def http_problem(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """The problem for what the framework itself refuses: no such path or method, a body it can't read."""
    locale = request_locale(request)
    code, title = _HTTP_TEXTS.get(status, ("http_error", _INVALID))
    fields = [ProblemField(pointer="/body", code="json_invalid", detail=_UNREADABLE.render(locale))]
    return problem_response(status, code, title.render(locale), fields=fields if status == 400 else (), headers=headers)


async def _unexpected_error(request: Request, error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__, exc_info=error)
    return problem_response(500, "internal_error", _INTERNAL.render(request_locale(request)))
