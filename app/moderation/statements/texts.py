"""What the person concerned is told of an act."""

from datetime import datetime, timedelta

from app.core.clock import seoul_date
from app.core.localisation import Locale, Text
from app.models.moderation import ActKind

APPEAL_TIME = timedelta(days=180)
"""From the act until an appeal comes too late."""

_DONE = {
    ActKind.HIDE: Text(
        "아이디어를 숨겼습니다. 작성자 외에는 볼 수 없습니다.", "Your idea was hidden. Only you can see it."
    ),
    ActKind.LOCK: Text("아이디어에 새 댓글을 달 수 없게 했습니다.", "Your idea was locked: it takes no new comments."),
    ActKind.WARN: Text("경고를 받았습니다.", "You were warned."),
    ActKind.SUSPEND: Text(
        "이 클러스터에서 활동이 정지되었습니다.", "You were suspended: you take no part in this consortium."
    ),
    ActKind.MERGE: Text(
        "아이디어를 같은 내용의 다른 아이디어와 합쳤습니다. 추천과 댓글을 옮겼고, 공동 작성자로 표시됩니다.",
        "Your idea was merged into another one that says the same, with its votes and comments; you are a co-author.",
    ),
    ActKind.RETAG: Text("아이디어의 태그를 바꾸었습니다.", "The tags of your idea were changed."),
}
_COMMENT = Text("댓글을 숨겼습니다.", "Your comment was hidden.")
_HOW = Text(
    "{year}년 {month}월 {day}일까지 한 번 이의를 제기할 수 있습니다. 조치한 사람이 아닌 다른 담당자가 판단합니다.",
    "You can appeal once, until {year}-{month:02}-{day:02}. Somebody other than the one who acted will decide.",
)


def what_was_done(kind: ActKind, locale: Locale, *, to_comment: bool) -> str:
    """One sentence."""
    return (_COMMENT if to_comment else _DONE[kind]).render(locale)


def how_to_appeal(acted_at: datetime, locale: Locale) -> str:
    """Until when, how often, and who decides."""
    last = seoul_date(acted_at + APPEAL_TIME)
    return _HOW.render(locale, year=last.year, month=last.month, day=last.day)
