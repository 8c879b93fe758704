"""What a digest says: lines by mini-cluster, and how to have fewer of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Row

from app.core.catalogue import Counted, Message
from app.core.localisation import Locale
from app.models.ideas import Visibility
from app.models.notifications import DigestRhythm, Reason
from app.notifications.texts import place_name

LINES_AT_MOST = 40

_SUBJECTS = {
    DigestRhythm.DAILY: Counted(
        "Idea Storage: {count} thing you have not read", "Idea Storage: {count} things you have not read"
    ),
    DigestRhythm.WEEKLY: Counted(
        "Idea Storage this week: {count} thing you have not read",
        "Idea Storage this week: {count} things you have not read",
    ),
}
_KINDS = {
    Reason.MENTION: Message("You were mentioned"),
    Reason.REPLY: Message("New reply"),
    Reason.COMMENT: Message("New comment"),
    Reason.FOLLOWED: Message("New comment"),
    Reason.CONSENT_ASKED: Message("Your consent is asked"),
    Reason.STATE_CHANGED: Message("New state"),
    Reason.ANNOUNCEMENT: Message("New announcement"),
    Reason.VOTE: Message("New recommendation"),
    Reason.NEW_IDEA: Message("New idea"),
}
_SOMETHING = Message("Something new")
_LINE = Message("- {kind}: {title}")
_OTHERS = Counted("and {count} other thing", "and {count} other things")
_EVERYWHERE = Message("For all")
_END = Message("Open the app to read it.")
_HOW_TO_STOP = Message("You choose in the app what this mail tells you, and how often.")
_ONE_CLICK = Message("No more of these mails: {url}")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a digest tells of."""

    reason: Reason
    title: str | None
    """None where it may not be said."""
    place_ko: str | None
    place_en: str | None

    @classmethod
    def of(cls, row: Row[Any], *, hides_content: bool) -> Self:
        """From a row of an inbox item; a mailbox is read by others more easily than the app."""
        is_secret = hides_content or row.visibility is Visibility.NAMED
        return cls(row.reason, None if is_secret else row.title, row.name_ko, row.name_en)


def digest_text(
    told: Sequence[Told], locale: Locale, rhythm: DigestRhythm, unsubscribe_url: str | None
) -> tuple[str, str]:
    """Subject and text of a digest of these things (at least one, the newest first)."""
    parts = [_of_place(place, lines, locale) for place, lines in _by_place(told[:LINES_AT_MOST], locale).items()]
    left = len(told) - LINES_AT_MOST
    if left > 0:
        parts.append(_OTHERS.render(locale, left))
    end = [_END.render(locale), "", _HOW_TO_STOP.render(locale)]
    if unsubscribe_url is not None:
        end.append(_ONE_CLICK.render(locale, url=unsubscribe_url))
    return _SUBJECTS[rhythm].render(locale, len(told)), "\n\n".join([*parts, "\n".join(end)]) + "\n"


def _of_place(place: str, lines: Sequence[str], locale: Locale) -> str:
    return "\n".join([place or _EVERYWHERE.render(locale), *lines])


def _by_place(told: Sequence[Told], locale: Locale) -> Mapping[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for one in told:
        place = place_name(one.place_ko, one.place_en or one.place_ko, locale) if one.place_ko else ""
        kind = _KINDS.get(one.reason, _SOMETHING).render(locale)
        line = f"- {kind}" if one.title is None else _LINE.render(locale, kind=kind, title=one.title)
        lines.setdefault(place, []).append(line)
    return lines
