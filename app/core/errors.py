"""The errors of the product. Features subclass :class:`AppError`; one handler in ``web`` renders them (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from app.core.localisation import Locale, Text


class FieldError(NamedTuple):
    """One thing wrong with one field of a request."""

    pointer: str
    """JSON pointer into the request, for example ``/body/title``, ``/query/cursor``, ``/header/idempotency-key``."""
    code: str
    text: Text


class AppError(Exception):
    """An outcome that a client is told of: a stable code, a status and a text that says what to do."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]
    detail: ClassVar[Text | None] = None

    def __init__(
        self,
        *,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(self.code)
        self.fields = tuple(fields)
        self.headers = dict(headers or {})
        self.values = values

    def detail_in(self, locale: Locale) -> str | None:
        """The explanation in one language, or None where the title says it all."""
        return self.detail.render(locale, **self.values) if self.detail else None


class Unauthenticated(AppError):
    """The request bears no valid access token."""

    status = 401
    code = "unauthenticated"
    title = Text("로그인이 필요합니다", "Sign-in is required")
    detail = Text(
        "유효한 접근 토큰을 Authorization 헤더에 담아 보내 주세요. 만료되었다면 갱신해 주세요.",
        "Send a valid access token in the Authorization header; refresh it when it has expired.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="idea-storage"'})


class Forbidden(AppError):
    """The thing is visible to the actor, the act is not his."""

    status = 403
    code = "forbidden"
    title = Text("권한이 없습니다", "Not permitted")
    detail = Text("이 작업을 할 권한이 없습니다.", "You may see this, but not do this to it.")


class NotFound(AppError):
    """The thing does not exist, or not for this actor: the two are never told apart."""

    status = 404
    code = "not_found"
    title = Text("찾을 수 없습니다", "Not found")
    detail = Text("없거나 볼 수 없는 항목입니다.", "It does not exist, or you cannot see it.")


class Conflict(AppError):
    """The request contradicts the present state."""

    status = 409
    code = "conflict"
    title = Text("현재 상태와 맞지 않습니다", "Conflict with the present state")


class IdTaken(Conflict):
    """A creating request repeats an id with other content, or one that belongs to somebody else."""

    code = "id_taken"
    detail = Text(
        "이 id는 다른 내용으로 이미 쓰였습니다. 새 UUIDv7을 만들어 보내 주세요.",
        "This id is already in use with other content; make a new UUIDv7.",
    )


class PreconditionFailed(AppError):
    """``If-Match`` names another version than the present one."""

    status = 412
    code = "version_mismatch"
    title = Text("그사이 내용이 바뀌었습니다", "It has changed meanwhile")
    detail = Text(
        "다시 읽고 바뀐 내용 위에서 수정해 주세요.", "Read it again and apply your change to the new version."
    )


class Invalid(AppError):
    """The request is well-formed and means nothing valid; ``fields`` say where."""

    status = 422
    code = "invalid_request"
    title = Text("요청 내용을 확인해 주세요", "The request is not valid")


class DatabaseBusy(AppError):
    """No connection or write lock could be had in time; nothing was done."""

    status = 503
    code = "database_busy"
    title = Text("잠시 후 다시 시도해 주세요", "Please try again shortly")
    detail = Text(
        "요청이 몰려 처리하지 못했습니다. 저장된 것은 없습니다.", "The service is busy. Nothing was stored; try again."
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


def invalid_field(pointer: str, code: str, ko: str, en: str) -> Invalid:
    """An :class:`Invalid` about a single field."""
    return Invalid(fields=[FieldError(pointer, code, Text(ko, en))])
