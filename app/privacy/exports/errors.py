"""What fetching an export may be answered with."""

from app.core.errors import AppError
from app.core.localisation import Text


class DownloadExpired(AppError):
    """The link was good, and its time is over."""

    status = 410
    code = "download_expired"
    title = Text("다운로드 주소가 만료되었습니다", "The link has expired")
    detail = Text(
        "`GET /v1/me/data-exports/{id}`로 새 주소를 받아 주세요.", "Get a new one by `GET /v1/me/data-exports/{{id}}`."
    )
