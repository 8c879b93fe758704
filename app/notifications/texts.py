"""What a push says, in the language of the device.

No Korean particle depends on a name: names end in 님, numbers in 개.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.core.catalogue import Counted, Message
from app.core.localisation import Locale
from app.ideas.excerpts import excerpt_of
from app.models.ideas import IdeaState
from app.models.notifications import PushTopic, Reason
from app.push.shorten import shorten

TITLE_BYTES = 120
EXCERPT_CHARACTERS = 160
_NAME_BYTES = 60


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
    Reason.MENTION: Message("{name} mentioned you: {excerpt}"),
    Reason.REPLY: Message("{name} replied: {excerpt}"),
    Reason.COMMENT: Message("{name} commented: {excerpt}"),
    Reason.FOLLOWED: Message("{name} commented: {excerpt}"),
    Reason.VOTE: Message("{name} recommended your idea{total}"),
}
_NEW_COMMENTS = Counted("{count} new comment · {names}", "{count} new comments · {names}")
_SEVERAL = {
    Reason.MENTION: Counted(
        "{name} mentioned you · {count} new comment", "{name} mentioned you · {count} new comments"
    ),
    Reason.REPLY: Counted("{count} new reply · {names}", "{count} new replies · {names}"),
    Reason.COMMENT: _NEW_COMMENTS,
    Reason.FOLLOWED: _NEW_COMMENTS,
    Reason.VOTE: Counted("{count} new recommendation{total}", "{count} new recommendations{total}"),
}
_STATES = {
    IdeaState.OPEN: Message("open"),
    IdeaState.UNDER_REVIEW: Message("under review"),
    IdeaState.CHOSEN: Message("chosen"),
    IdeaState.IN_PROGRESS: Message("in progress"),
    IdeaState.DONE: Message("done"),
    IdeaState.CLOSED: Message("closed"),
}
_NEW_STATE = Message("Its state has changed: {state}")
_CONSENT = Message("More people are to see it: do you agree?")
_ANNOUNCED = Message("Announcement: {title}")
_TOTAL = Message(" ({votes} in all)")
_NAMES = Counted("{name} and {count} other", "{name} and {count} others")
_ONE_NAME = Message("{name}")
_SOMEBODY = Message("A former member")

_CONFIDENTIAL_ONE = {
    Reason.MENTION: Message("You were mentioned"),
    Reason.REPLY: Message("New reply"),
    Reason.COMMENT: Message("New comment"),
    Reason.FOLLOWED: Message("New comment"),
    Reason.VOTE: Message("New recommendation"),
    Reason.CONSENT_ASKED: Message("Your consent is asked"),
    Reason.STATE_CHANGED: Message("New state"),
    Reason.ANNOUNCEMENT: Message("New announcement"),
}
_CONFIDENTIAL_SEVERAL = {
    Reason.MENTION: Counted("You were mentioned, {count} new comment", "You were mentioned, {count} new comments"),
    Reason.REPLY: Counted("{count} new reply", "{count} new replies"),
    Reason.COMMENT: Counted("{count} new comment", "{count} new comments"),
    Reason.FOLLOWED: Counted("{count} new comment", "{count} new comments"),
    Reason.VOTE: Counted("{count} new recommendation", "{count} new recommendations"),
}
_CONFIDENTIAL_BODY = Message("Open the app to read it.")
_MINI_CLUSTER = Message("{name} mini-cluster")
_CALLED_SO = ("cluster", "미니클러스터")


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
    return _SEVERAL[reason].render(locale, len(items), name=_name(speaker, locale), names=_names(items, locale))


def _about_votes(subject: Subject, items: Sequence[Told], locale: Locale) -> str:
    count = len(items)
    total = _TOTAL.render(locale, votes=subject.vote_count) if subject.vote_count > count else ""
    if count == 1:
        return _ONE[Reason.VOTE].render(locale, name=_name(items[0], locale), total=total)
    return _SEVERAL[Reason.VOTE].render(locale, count, total=total)


def _about_progress(subject: Subject, items: Sequence[Told], locale: Locale) -> str:
    """What waits for an answer comes first."""
    if strongest_reason({item.reason for item in items}) is Reason.CONSENT_ASKED:
        return _CONSENT.render(locale)
    return _NEW_STATE.render(locale, state=_STATES[subject.state].render(locale))


def _confidential(subject: Subject, items: Sequence[Told], locale: Locale) -> tuple[str, str]:
    reason = _common_reason(items)
    several = _CONFIDENTIAL_SEVERAL.get(reason) if len(items) > 1 else None
    what = several.render(locale, len(items)) if several else _CONFIDENTIAL_ONE[reason].render(locale)
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
    name = _name(newest, locale)
    return _NAMES.render(locale, others, name=name) if others else _ONE_NAME.render(locale, name=name)


def _name(item: Told, locale: Locale) -> str:
    return shorten(item.actor_name, _NAME_BYTES) or _SOMEBODY.render(locale)


def _mini_cluster(subject: Subject, locale: Locale) -> str:
    """The name of the mini-cluster; or of the consortium, which no text labels."""
    if subject.is_of_consortium:
        return subject.mini_cluster_en if locale is Locale.ENGLISH else subject.mini_cluster_ko
    return place_name(subject.mini_cluster_ko, subject.mini_cluster_en, locale)


def place_name(name_ko: str, name_en: str, locale: Locale) -> str:
    """The name of a mini-cluster, saying once that it is one."""
    name = name_ko if locale is Locale.KOREAN else name_en
    is_called_so = any(word in name.lower() for word in _CALLED_SO)
    return name if is_called_so else _MINI_CLUSTER.render(locale, name=name)


def open_the_app(locale: Locale) -> str:
    """What a push says that may not say more."""
    return _CONFIDENTIAL_BODY.render(locale)
