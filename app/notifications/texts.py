"""What a push says, in the language of the device.

No Korean particle depends on a name: names end in 님, numbers in 개.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.core.localisation import Locale, Text
from app.ideas.excerpts import excerpt_of
from app.models.ideas import IdeaState
from app.models.notifications import PushTopic, Reason
from app.push.shorten import shorten

TITLE_BYTES = 120
EXCERPT_CHARACTERS = 160
_NAME_BYTES = 60
_MINI_CLUSTER = "미니클러스터"


@dataclass(frozen=True, slots=True)
class Told:
    """One unread item, as a push tells of it."""

    reason: Reason
    actor_id: int
    actor_name: str
    body: str | None
    """The comment in Markdown; None for a vote."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The idea or the announcement a push is about."""

    title: str
    is_confidential: bool
    """For named people: neither its title nor who responded may stand on a locked screen."""
    mini_cluster_ko: str
    mini_cluster_en: str
    vote_count: int
    state: IdeaState = IdeaState.OPEN
    body: str = ""
    """Of an announcement."""
    is_of_consortium: bool = False
    """An announcement to a whole consortium, whose name stands in place of a mini-cluster's."""


_ONE = {
    Reason.MENTION: Text(
        "{name}님이 회원님을 언급했습니다: {excerpt}",
        "{name} mentioned you: {excerpt}",
    ),
    Reason.REPLY: Text("{name}님의 답글: {excerpt}", "{name} replied: {excerpt}"),
    Reason.COMMENT: Text("{name}님의 댓글: {excerpt}", "{name} commented: {excerpt}"),
    Reason.FOLLOWED: Text("{name}님의 댓글: {excerpt}", "{name} commented: {excerpt}"),
    Reason.VOTE: Text("{name}님이 추천했습니다{total}", "{name} recommended your idea{total}"),
}
_SEVERAL = {
    Reason.MENTION: Text(
        "{name}님이 회원님을 언급했습니다 · 새 댓글 {count}개",
        "{name} mentioned you · {count} new comments",
    ),
    Reason.REPLY: Text("새 답글 {count}개 · {names}", "{count} new replies · {names}"),
    Reason.COMMENT: Text("새 댓글 {count}개 · {names}", "{count} new comments · {names}"),
    Reason.FOLLOWED: Text("새 댓글 {count}개 · {names}", "{count} new comments · {names}"),
    Reason.VOTE: Text("추천 {count}개를 받았습니다{total}", "{count} new recommendations{total}"),
}
_STATES = {
    IdeaState.OPEN: Text("열림", "open"),
    IdeaState.UNDER_REVIEW: Text("검토 중", "under review"),
    IdeaState.CHOSEN: Text("선정", "chosen"),
    IdeaState.IN_PROGRESS: Text("진행 중", "in progress"),
    IdeaState.DONE: Text("완료", "done"),
    IdeaState.CLOSED: Text("종료", "closed"),
}
_NEW_STATE = Text("진행 상태가 바뀌었습니다: {state}", "Its state has changed: {state}")
_CONSENT = Text(
    "공개 범위를 넓히자는 제안이 있습니다. 동의 여부를 알려 주세요.", "More people are to see it: do you agree?"
)
_ANNOUNCED = Text("[공지] {title}", "Announcement: {title}")
_TOTAL = Text(" (모두 {votes}개)", " ({votes} in all)")
_NAMES = Text("{name}님 외 {others}명", "{name} and {others} others")
_TWO_NAMES = Text("{name}님 외 1명", "{name} and 1 other")
_ONE_NAME = Text("{name}님", "{name}")
_SOMEBODY = Text("탈퇴한 회원", "A former member")

_CONFIDENTIAL_ONE = {
    Reason.MENTION: Text("회원님을 언급한 댓글", "You were mentioned"),
    Reason.REPLY: Text("새 답글", "New reply"),
    Reason.COMMENT: Text("새 댓글", "New comment"),
    Reason.FOLLOWED: Text("새 댓글", "New comment"),
    Reason.VOTE: Text("새 추천", "New recommendation"),
    Reason.CONSENT_ASKED: Text("동의 요청", "Your consent is asked"),
    Reason.STATE_CHANGED: Text("진행 상태 변경", "New state"),
    Reason.ANNOUNCEMENT: Text("새 공지", "New announcement"),
}
_CONFIDENTIAL_SEVERAL = {
    Reason.MENTION: Text("회원님을 언급한 댓글 등 {count}개", "You were mentioned, {count} new comments"),
    Reason.REPLY: Text("새 답글 {count}개", "{count} new replies"),
    Reason.COMMENT: Text("새 댓글 {count}개", "{count} new comments"),
    Reason.FOLLOWED: Text("새 댓글 {count}개", "{count} new comments"),
    Reason.VOTE: Text("새 추천 {count}개", "{count} new recommendations"),
    Reason.CONSENT_ASKED: Text("동의 요청", "Your consent is asked"),
    Reason.STATE_CHANGED: Text("진행 상태 변경", "New state"),
    Reason.ANNOUNCEMENT: Text("새 공지", "New announcement"),
}
_CONFIDENTIAL_BODY = Text("앱에서 내용을 확인해 주세요.", "Open the app to read it.")


def strongest_reason(present: Collection[Reason]) -> Reason:
    """The reason a push about several items goes by."""
    return next(reason for reason in Reason if reason in present)


def title_and_body(topic: PushTopic, subject: Subject, items: Sequence[Told], locale: Locale) -> tuple[str, str]:
    """What the phone shows of unread ``items`` (at least one, the newest first)."""
    if subject.is_confidential:
        return _confidential(subject, items, locale)
    title = shorten(subject.title, TITLE_BYTES)
    if topic is PushTopic.ANNOUNCEMENTS:
        return _ANNOUNCED.render(locale, title=title), excerpt_of(subject.body, EXCERPT_CHARACTERS)
    if topic is PushTopic.VOTES:
        return title, _about_votes(subject, items, locale)
    if topic is PushTopic.PROGRESS:
        return title, _about_progress(subject, items, locale)
    return title, _about_responses(items, locale)


def _about_responses(items: Sequence[Told], locale: Locale) -> str:
    newest = items[0]
    if len(items) == 1:
        excerpt = excerpt_of(newest.body or "", EXCERPT_CHARACTERS)
        return _ONE[newest.reason].render(locale, name=_name(newest, locale), excerpt=excerpt)
    reason = _common_reason(items)
    speaker = next(item for item in items if item.reason is reason) if reason is Reason.MENTION else newest
    return _SEVERAL[reason].render(locale, name=_name(speaker, locale), names=_names(items, locale), count=len(items))


def _about_votes(subject: Subject, items: Sequence[Told], locale: Locale) -> str:
    count = len(items)
    total = _TOTAL.render(locale, votes=subject.vote_count) if subject.vote_count > count else ""
    if count == 1:
        return _ONE[Reason.VOTE].render(locale, name=_name(items[0], locale), total=total)
    return _SEVERAL[Reason.VOTE].render(locale, count=count, total=total)


def _about_progress(subject: Subject, items: Sequence[Told], locale: Locale) -> str:
    """What waits for an answer comes first."""
    if strongest_reason({item.reason for item in items}) is Reason.CONSENT_ASKED:
        return _CONSENT.render(locale)
    return _NEW_STATE.render(locale, state=_STATES[subject.state].render(locale))


def _confidential(subject: Subject, items: Sequence[Told], locale: Locale) -> tuple[str, str]:
    texts = _CONFIDENTIAL_ONE if len(items) == 1 else _CONFIDENTIAL_SEVERAL
    what = texts[_common_reason(items)].render(locale, count=len(items))
    return f"{what} · {_mini_cluster(subject, locale)}", open_the_app(locale)


def _common_reason(items: Sequence[Told]) -> Reason:
    """What to call several items: by a mention among them, as replies if all are, else as comments."""
    reasons = {item.reason for item in items}
    if Reason.MENTION in reasons or len(reasons) == 1:
        return strongest_reason(reasons)
    return Reason.COMMENT


def _names(items: Sequence[Told], locale: Locale) -> str:
    newest = items[0]
    others = len({item.actor_id for item in items}) - 1
    text = (_ONE_NAME, _TWO_NAMES)[others] if others < 2 else _NAMES
    return text.render(locale, name=_name(newest, locale), others=others)


def _name(item: Told, locale: Locale) -> str:
    return shorten(item.actor_name, _NAME_BYTES) or _SOMEBODY.render(locale)


def _mini_cluster(subject: Subject, locale: Locale) -> str:
    """The name of the mini-cluster; or of the consortium, which no text labels."""
    if subject.is_of_consortium:
        return subject.mini_cluster_en if locale is Locale.ENGLISH else subject.mini_cluster_ko
    return place_name(subject.mini_cluster_ko, subject.mini_cluster_en, locale)


def place_name(name_ko: str, name_en: str, locale: Locale) -> str:
    """The name of a mini-cluster, saying once that it is one."""
    if locale is Locale.ENGLISH:
        return name_en if "cluster" in name_en.lower() else f"{name_en} mini-cluster"
    return name_ko if name_ko.endswith(_MINI_CLUSTER) else f"{name_ko} {_MINI_CLUSTER}"


def open_the_app(locale: Locale) -> str:
    """What a push says that may not say more."""
    return _CONFIDENTIAL_BODY.render(locale)
