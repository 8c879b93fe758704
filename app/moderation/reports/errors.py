"""What a report may be answered with."""

from app.core.errors import Conflict, Forbidden
from app.core.localisation import Text


class OwnContent(Forbidden):
    """Nobody reports what he wrote himself."""

    code = "own_content"
    title = Text("자신의 글은 신고할 수 없습니다", "One's own words cannot be reported")
    detail = Text("자신의 글은 직접 고치거나 철회해 주세요.", "Edit or withdraw what you wrote yourself.")


class AlreadyReported(Conflict):
    """The member has an open report on the same thing."""

    code = "already_reported"
    detail = Text(
        "이미 신고하신 내용입니다. 담당자가 확인하고 있습니다.",
        "You have reported this already; it is being looked at.",
    )
