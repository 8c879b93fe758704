"""What pushes say of what concerns the person himself: applications, what waits for him, new ideas he follows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.core.catalogue import Counted, Message
from app.core.localisation import Locale
from app.models.applications import ApplicationState
from app.models.ideas import Visibility
from app.models.notifications import PushTopic
from app.notifications.texts import TITLE_BYTES, open_the_app, place_name
from app.push.shorten import shorten

_DECIDED = Message("Your application · {place}")
_OUTCOMES = {
    ApplicationState.ADMITTED: Message("You are a member now. Open the app again."),
    ApplicationState.DECLINED: Message("It was declined. The app tells you why."),
}
_WAITING = Message("Something waits for you")
_APPLICATIONS = Counted("{count} application", "{count} applications")
_CASES = Counted("{count} case", "{count} cases")
_NEW_IDEA = Message("New idea · {place}")
_TRIAL = Message("This is a trial")
_TRIAL_BODY = Message("Pushes reach this device.")
_NEW_IDEAS = Counted("{count} new idea", "{count} new ideas")


def title_and_body_of_matters(
    topic: PushTopic, items: Sequence[Row[Any]], locale: Locale, *, hides_content: bool
) -> tuple[str, str]:
    """What the phone shows of unread ``items`` (at least one, the newest first)."""
    if topic is PushTopic.APPLICATIONS:
        return _of_application(items[0], locale)
    if topic is PushTopic.QUEUE:
        return _WAITING.render(locale), _queue(items, locale)
    return _of_ideas(items, locale, hides_content=hides_content)


def _of_application(item: Row[Any], locale: Locale) -> tuple[str, str]:
    outcome = _OUTCOMES.get(item.application_state)
    return _DECIDED.render(locale, place=_place(item, locale)), (
        outcome.render(locale) if outcome else open_the_app(locale)
    )


def _queue(items: Sequence[Row[Any]], locale: Locale) -> str:
    applications = sum(1 for item in items if item.application_id is not None)
    counted = ((applications, _APPLICATIONS), (len(items) - applications, _CASES))
    return ", ".join(text.render(locale, count) for count, text in counted if count)


def _of_ideas(items: Sequence[Row[Any]], locale: Locale, *, hides_content: bool) -> tuple[str, str]:
    newest = items[0]
    if len(items) == 1:
        title = _NEW_IDEA.render(locale, place=_place(newest, locale))
    else:
        title = _NEW_IDEAS.render(locale, len(items))
    if hides_content or newest.visibility is Visibility.NAMED:
        return title, open_the_app(locale)
    return title, shorten(newest.title, TITLE_BYTES)


def _place(item: Row[Any], locale: Locale) -> str:
    return place_name(item.name_ko or "", item.name_en or "", locale)


def trial_texts(locale: Locale) -> tuple[str, str]:
    """What the phone shows when somebody tries it."""
    return _TRIAL.render(locale), _TRIAL_BODY.render(locale)
