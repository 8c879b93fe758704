"""What sync may answer beside changes."""

from app.core.errors import AppError
from app.core.localisation import Text


class CursorExpired(AppError):
    """What happened since this cursor can't be told any more: the client begins anew."""

    status = 410
    code = "cursor_expired"
    title = Text("동기화를 처음부터 다시 해야 합니다", "Synchronise anew")
    detail = Text(
        "커서가 만료되었습니다. 저장한 내용을 버리고 cursor 없이 다시 요청해 주세요. 보내지 못한 글은 남겨 두세요.",
        "The cursor has expired. Drop what is stored and ask again without one; keep what waits to be sent.",
    )
