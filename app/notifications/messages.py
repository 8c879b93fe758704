"""A push as the transport takes it: texts, data, tag and badge of what a person is to be told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.core.localisation import DEFAULT_LOCALE, Locale
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaState, Visibility
from app.models.notifications import PushTopic, Reason
from app.notifications.matter_texts import title_and_body_of_matters, trial_texts
from app.notifications.news import OF_PERSON
from app.notifications.texts import Subject, Told, strongest_reason, title_and_body
from app.push.payload import Channel, PushKind, PushPayload
from app.push.transport import PushMessage

_CHANNELS = {
    PushTopic.RESPONSES: Channel.RESPONSES,
    PushTopic.VOTES: Channel.VOTES,
    PushTopic.PROGRESS: Channel.PROGRESS,
    PushTopic.ANNOUNCEMENTS: Channel.ANNOUNCEMENTS,
    PushTopic.APPLICATIONS: Channel.PROGRESS,
    PushTopic.QUEUE: Channel.MODERATION,
    PushTopic.NEW_IDEAS: Channel.IDEAS,
}
_KINDS = {
    Reason.MENTION: PushKind.MENTION,
    Reason.REPLY: PushKind.REPLY,
    Reason.COMMENT: PushKind.COMMENT,
    Reason.FOLLOWED: PushKind.COMMENT,
    Reason.VOTE: PushKind.VOTE,
    Reason.CONSENT_ASKED: PushKind.CONSENT_ASKED,
    Reason.STATE_CHANGED: PushKind.STATE_CHANGED,
    Reason.ANNOUNCEMENT: PushKind.ANNOUNCEMENT,
    Reason.APPLICATION_DECIDED: PushKind.APPLICATION_DECIDED,
    Reason.WAITING: PushKind.WAITING,
    Reason.NEW_IDEA: PushKind.NEW_IDEA,
}


def compose(facts: Row[Any], items: Sequence[Row[Any]], *, badge: int, ttl_seconds: int) -> PushMessage:
    """The push about ``items`` (at least one, the newest first) to the device of ``facts``.

    Tag and collapse id are those of subject and topic: later news, and a push sent twice, replace what the phone shows.
    """
    newest = items[0]
    thread, tag = _thread_and_tag(facts)
    title, body = _title_and_body(facts, items)
    of_person = facts.topic in OF_PERSON
    payload = PushPayload(
        kind=_KINDS[strongest_reason({item.reason for item in items})],
        idea_id=(newest.idea_public_id if len(items) == 1 else None) if of_person else facts.idea_public_id,
        comment_id=newest.comment_public_id,
        announcement_id=facts.announcement_public_id,
        mini_cluster_id=newest.mini_cluster_public_id if of_person else facts.mini_cluster_public_id,
        inbox_item_id=newest.public_id,
        notification_tag=tag,
        badge=badge,
    )
    return PushMessage(
        token_kind=facts.token_kind.value,
        token=facts.token,
        title=title,
        body=body,
        data=payload.to_data(),
        channel_id=_CHANNELS[facts.topic].value,
        tag=tag,
        thread_id=thread,
        badge=badge,
        ttl_seconds=ttl_seconds,
        high_priority=facts.topic not in (PushTopic.VOTES, PushTopic.NEW_IDEAS),
    )


def compose_dismissal(facts: Row[Any], *, badge: int, ttl_seconds: int) -> PushMessage:
    """The silent push that takes what the phone shows of a subject and topic off its screen."""
    thread, tag = _thread_and_tag(facts)
    payload = PushPayload(
        kind=PushKind.DISMISS, idea_id=facts.idea_public_id, announcement_id=facts.announcement_public_id,
        notification_tag=tag, badge=badge,
    )  # fmt: skip
    return PushMessage(
        token_kind=facts.token_kind.value,
        token=facts.token,
        title=None,
        body=None,
        data=payload.to_data(),
        channel_id=_CHANNELS[facts.topic].value,
        tag=tag,
        thread_id=thread,
        badge=badge,
        ttl_seconds=ttl_seconds,
        high_priority=False,
    )


def compose_trial(facts: Row[Any], *, badge: int, ttl_seconds: int) -> PushMessage:
    """The push a person asked for to try his device."""
    title, body = trial_texts(_locale(facts.locale))
    tag = facts.topic.value
    return PushMessage(
        token_kind=facts.token_kind.value,
        token=facts.token,
        title=title,
        body=body,
        data=PushPayload(kind=PushKind.TEST, notification_tag=tag, badge=badge).to_data(),
        channel_id=Channel.RESPONSES.value,
        tag=tag,
        thread_id=tag,
        badge=badge,
        ttl_seconds=ttl_seconds,
        high_priority=True,
    )


def _title_and_body(facts: Row[Any], items: Sequence[Row[Any]]) -> tuple[str, str]:
    locale = _locale(facts.locale)
    if facts.topic in OF_PERSON:
        return title_and_body_of_matters(facts.topic, items, locale, hides_content=bool(facts.hides_content))
    return title_and_body(facts.topic, _subject(facts), [_told(item) for item in items], locale)


def _thread_and_tag(facts: Row[Any]) -> tuple[str, str]:
    if facts.topic in OF_PERSON:
        return facts.topic.value, facts.topic.value
    if facts.announcement_id is not None:
        tag = f"announcement-{facts.announcement_public_id}"
        return tag, tag
    thread = f"idea-{facts.idea_public_id}"
    return thread, f"{thread}-{facts.topic}"


def _told(item: Row[Any]) -> Told:
    erased = item.actor_status is AccountStatus.ERASED
    return Told(item.reason, item.actor_id, "" if erased else item.actor_name, item.comment_body)


def _subject(facts: Row[Any]) -> Subject:
    return Subject(
        title=facts.title,
        is_confidential=facts.visibility is Visibility.NAMED or bool(facts.hides_content),
        mini_cluster_ko=facts.name_ko,
        mini_cluster_en=facts.name_en,
        vote_count=facts.vote_count or 0,
        state=facts.state or IdeaState.OPEN,
        body=facts.announcement_body or "",
        is_of_consortium=facts.announcement_id is not None and facts.mini_cluster_public_id is None,
    )


def _locale(tag: str) -> Locale:
    return Locale(tag) if tag in list(Locale) else DEFAULT_LOCALE
