"""What is deleted when. docs/operations.md repeats this table for those who run the service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select

from app.models import (
    AccessEntry,
    AccessToken,
    ApplicantRegistration,
    Application,
    Change,
    DataExport,
    Delivery,
    Device,
    EmailChange,
    EmployerChange,
    Erasure,
    IdeaMerge,
    IdempotencyKey,
    InboxItem,
    Invitation,
    MergedComment,
    MergedVote,
    Model,
    OutboxEvent,
    PasskeyChallenge,
    PasswordReset,
    PushJob,
    RefreshToken,
    RosterRow,
    Session,
    SignInChallenge,
    SignInCode,
    Throttle,
    UsedIdToken,
    WorkerHeartbeat,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of one table that are deleted once they are old enough."""

    name: str
    model: type[Model]
    kept: timedelta
    since: str
    """From which moment the time counts, for people."""
    condition: Callable[[datetime], ColumnElement[bool]]
    """The condition on rows to delete, given the moment before which that moment must lie."""


def _inbox(*, is_read: bool) -> Callable[[datetime], ColumnElement[bool]]:
    # The creation, which has an index, lies before the reading: the first condition finds, the second decides.
    if is_read:
        return lambda before: and_(InboxItem.created_at < before, InboxItem.read_at < before)
    return lambda before: InboxItem.created_at < before


def _old_deliveries(before: datetime) -> ColumnElement[bool]:
    return and_(Delivery.created_at < before, Delivery.settled_at < before)


def _settled_events(before: datetime) -> ColumnElement[bool]:
    return and_(OutboxEvent.settled_at < before, OutboxEvent.failure.is_(None))


def _dead_events(before: datetime) -> ColumnElement[bool]:
    return and_(OutboxEvent.settled_at < before, OutboxEvent.failure.is_not(None))


def _idle_jobs(before: datetime) -> ColumnElement[bool]:
    """Jobs without news whose last news nobody has in his inbox any more."""
    return and_(PushJob.due_at.is_(None), PushJob.dispatched_at < before)


def _ended_sessions(before: datetime) -> ColumnElement[bool]:
    """Sessions whose devices are gone: a device outlives its session as the record of what was pushed to it."""
    return and_(
        or_(Session.ended_at < before, Session.expires_at < before), ~exists().where(Device.session_id == Session.id)
    )


def _people_of_rosters(before: datetime) -> ColumnElement[bool]:
    """People who never joined, and those who have left: the roster needs them no longer."""
    return or_(
        and_(RosterRow.confirmed_at < before, RosterRow.verified_at.is_(None)),
        RosterRow.left_at < before,
    )


def _merged(merge_id: Any) -> Callable[[datetime], ColumnElement[bool]]:
    """What is remembered of merges that can't be undone any more."""
    return lambda before: merge_id.in_(select(IdeaMerge.id).where(IdeaMerge.merged_at < before))


RULES = (
    Rule("sign_in_codes", SignInCode, _DAY, "expiry", lambda before: SignInCode.expires_at < before),
    Rule("password_resets", PasswordReset, _DAY, "expiry", lambda before: PasswordReset.expires_at < before),
    Rule(
        "applicant_registrations",
        ApplicantRegistration,
        _DAY,
        "expiry",
        lambda before: ApplicantRegistration.expires_at < before,
    ),
    Rule("email_changes", EmailChange, _DAY, "expiry", lambda before: EmailChange.expires_at < before),
    Rule("sign_in_challenges", SignInChallenge, _DAY, "expiry", lambda before: SignInChallenge.expires_at < before),
    Rule("passkey_challenges", PasskeyChallenge, _DAY, "expiry", lambda before: PasskeyChallenge.expires_at < before),
    Rule("used_id_tokens", UsedIdToken, _DAY, "expiry", lambda before: UsedIdToken.expires_at < before),
    Rule("access_tokens", AccessToken, _DAY, "expiry", lambda before: AccessToken.expires_at < before),
    Rule("refresh_tokens", RefreshToken, 30 * _DAY, "expiry", lambda before: RefreshToken.expires_at < before),
    Rule("throttles", Throttle, timedelta(0), "end of the window", lambda before: Throttle.window_ends_at < before),
    Rule("idempotency_keys", IdempotencyKey, 7 * _DAY, "first use", lambda before: IdempotencyKey.created_at < before),
    Rule("roster_rows", RosterRow, 180 * _DAY, "last import that named the person, or leaving", _people_of_rosters),
    Rule("invitations", Invitation, 30 * _DAY, "expiry", lambda before: Invitation.expires_at < before),
    Rule(
        "applications", Application, 365 * _DAY, "decision or withdrawal", lambda before: Application.closed_at < before
    ),
    Rule(
        "employer_changes",
        EmployerChange,
        365 * _DAY,
        "decision or withdrawal",
        lambda before: EmployerChange.closed_at < before,
    ),
    Rule("settled_events", OutboxEvent, 7 * _DAY, "handling", _settled_events),
    Rule("dead_events", OutboxEvent, 90 * _DAY, "giving up", _dead_events),
    Rule("deliveries", Delivery, 30 * _DAY, "sending, dropping or giving up", _old_deliveries),
    Rule("read_inbox_items", InboxItem, 180 * _DAY, "reading", _inbox(is_read=True)),
    Rule("unread_inbox_items", InboxItem, 365 * _DAY, "telling", _inbox(is_read=False)),
    Rule("push_jobs", PushJob, 366 * _DAY, "last push", _idle_jobs),
    Rule("devices", Device, 270 * _DAY, "disabling", lambda before: Device.disabled_at < before),
    Rule("sessions", Session, 180 * _DAY, "end", _ended_sessions),
    # The database lets go of an entry a day earlier (1095 days), and of none before.
    Rule("access_entries", AccessEntry, 1096 * _DAY, "reading", lambda before: AccessEntry.at < before),
    Rule("data_exports", DataExport, 7 * _DAY, "request", lambda before: DataExport.requested_at < before),
    Rule("merged_votes", MergedVote, 31 * _DAY, "merging", _merged(MergedVote.merge_id)),
    Rule("merged_comments", MergedComment, 31 * _DAY, "merging", _merged(MergedComment.merge_id)),
    Rule("erasures", Erasure, _DAY, "erasing", lambda before: Erasure.erased_at < before),
    Rule("worker_heartbeats", WorkerHeartbeat, _DAY, "last beat", lambda before: WorkerHeartbeat.beat_at < before),
)
"""In an order in which what refers to a row goes before the row."""

CHANGES_KEPT = 90 * _DAY
"""A phone that did not sync for so long begins anew."""


def old_changes(before: datetime) -> ColumnElement[bool]:
    """The condition on old rows of the log of changes, but the last of them: phones that are up to date stand there."""
    last = select(Change.id).where(Change.at < before).order_by(Change.xid.desc(), Change.id.desc())
    return and_(Change.at < before, Change.id != last.limit(literal_column("1")).scalar_subquery())


STALE_AFTER = timedelta(days=60)
"""A device whose app was not used for so long is disabled as stale; FCM advises a month or two."""


def stale_devices(before: datetime) -> ColumnElement[bool]:
    """The condition on enabled devices that neither registered nor refreshed their session since."""
    in_use = exists().where(Session.id == Device.session_id, Session.last_seen_at >= before)
    return and_(Device.disabled_at.is_(None), Device.last_seen_at < before, ~in_use)
