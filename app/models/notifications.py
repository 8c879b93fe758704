"""Devices, the inbox, and pushes on their way to phones."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.declarative import BigKey, CreatedAt, Id, Model, OpenChoice, PublicId, choice, listed


class Platform(StrEnum):
    """The kind of client a device runs."""

    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


class TokenKind(StrEnum):
    """How FCM addresses a device: by registration token or by Firebase installation id."""

    TOKEN = "token"
    FID = "fid"


class DeviceEnd(StrEnum):
    """Why a device gets no pushes any more."""

    SESSION_ENDED = "session_ended"
    UNREGISTERED = "unregistered"
    TOKEN_REJECTED = "token_rejected"
    SENDER_MISMATCH = "sender_mismatch"
    MOVED = "moved"
    REMOVED = "removed"
    STALE = "stale"


class Reason(StrEnum):
    """Why a person is told of an event, the strongest first; at most one reason per person and event."""

    MENTION = "mention"
    REPLY = "reply"
    COMMENT = "comment"
    FOLLOWED = "followed"
    CONSENT_ASKED = "consent_asked"
    STATE_CHANGED = "state_changed"
    MODERATED = "moderated"
    """Something was done to what he wrote: the statement of reasons tells more. Told in the inbox, never pushed."""
    APPLICATION_DECIDED = "application_decided"
    WAITING = "waiting"
    """An application or a case waits for him as manager or coordinator."""
    ANNOUNCEMENT = "announcement"
    VOTE = "vote"
    NEW_IDEA = "new_idea"
    """In a mini-cluster he follows."""


class PushTopic(StrEnum):
    """What one push tells of; later news of the same replaces the earlier.

    The first three are about one idea each, an announcement is about itself; the others bundle what concerns a person.
    """

    RESPONSES = "responses"
    VOTES = "votes"
    PROGRESS = "progress"
    ANNOUNCEMENTS = "announcements"
    APPLICATIONS = "applications"
    QUEUE = "queue"
    NEW_IDEAS = "new_ideas"
    TESTS = "tests"
    """The person tries whether pushes reach his device."""


class NoticeChannel(StrEnum):
    """A way of telling a person; whatever else he is told in, it stands in the inbox, too."""

    INBOX = "inbox"
    PUSH = "push"
    DIGEST = "digest"
    """A mail about what he has not read."""


class DigestRhythm(StrEnum):
    """How often a person gets a digest."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class DeliveryState(StrEnum):
    """Where one push to one device stands."""

    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


_OF_PERSON = text("idea_id IS NULL AND announcement_id IS NULL")


def _one_of(*columns: str) -> str:
    """The condition that exactly one of some columns is set."""
    return " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns) + " = 1"


class Device(Model):
    """A phone or browser that wants pushes, bound to the session that registered it."""

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("token_kind", "token"),)
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"), index=True)
    token_kind: Mapped[TokenKind] = mapped_column(choice(TokenKind))
    token: Mapped[str] = mapped_column(String(1024))
    platform: Mapped[Platform] = mapped_column(choice(Platform))
    app_version: Mapped[str] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[DeviceEnd | None] = mapped_column(choice(DeviceEnd))


class InboxItem(Model):
    """One event as told to one person."""

    __tablename__ = "inbox_items"
    __table_args__ = (
        UniqueConstraint("account_id", "event_id"),
        CheckConstraint(f"reason IN ({listed(Reason)})", name="reason_valid"),
        CheckConstraint(_one_of("idea_id", "announcement_id", "application_id", "case_id"), name="one_subject"),
        Index("ix_inbox_items_account_id_id", "account_id", "id"),
        Index("ix_inbox_items_announcement_id", "announcement_id", "account_id"),
        Index(
            "ix_inbox_items_unread",
            "account_id",
            "idea_id",
            "id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
        Index("ix_inbox_items_created_at", "created_at"),
    )
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    event_id: Mapped[int] = mapped_column(BigKey)
    """The outbox event; no foreign key, for events are pruned before inbox items."""
    reason: Mapped[Reason] = mapped_column(OpenChoice(Reason))
    actor_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"), index=True)
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcements.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    created_at: Mapped[CreatedAt]
    read_at: Mapped[datetime | None]


class NotificationSettings(Model):
    """How a person wants to be told; without a row by default."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours_both"),
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439 AND quiet_from <> quiet_until",
            name="quiet_hours",
        ),
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    quiet_from: Mapped[int | None]
    """Minutes since midnight in the time zone of the account; both are NULL for none."""
    quiet_until: Mapped[int | None]
    hides_content: Mapped[bool] = mapped_column(default=False)
    """Pushes bear neither titles nor names nor texts."""
    without_inbox: Mapped[list[Any]]
    """Reasons he is not told of at all."""
    without_push: Mapped[list[Any]]
    choices: Mapped[dict[str, Any] | None]
    """The channels of each reason he chose for. The two lists before say the same to the release before."""
    changed_at: Mapped[CreatedAt]


class MiniClusterNotificationSettings(Model):
    """How a person wants to be told of one mini-cluster, where that differs from how he is told of all."""

    __tablename__ = "mini_cluster_choices"
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    mini_cluster_id: Mapped[int] = mapped_column(BigKey, ForeignKey("mini_clusters.id"), primary_key=True, index=True)
    choices: Mapped[dict[str, Any]]
    """The channels of each reason he chose for."""
    changed_at: Mapped[CreatedAt]


class Digest(Model):
    """The digests of a person: how often, when the next one is due, and how far the last one told."""

    __tablename__ = "digests"
    __table_args__ = (
        Index(
            "ix_digests_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
    )
    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    rhythm: Mapped[DigestRhythm | None] = mapped_column(choice(DigestRhythm))
    """None where he has not chosen: weekly."""
    due_at: Mapped[datetime | None]
    """None while there is nothing to tell."""
    last_item_id: Mapped[int] = mapped_column(BigKey, default=0)
    """The newest inbox item at the time of the last digest."""


class PushJob(Model):
    """What a person is to be pushed about one subject and topic: news coalesce here until the job is due.

    The subject is an idea, an announcement, or neither: what concerns the person himself.
    """

    __tablename__ = "push_jobs"
    __table_args__ = (
        UniqueConstraint("account_id", "idea_id", "topic"),
        UniqueConstraint("account_id", "announcement_id"),
        CheckConstraint("dispatched_revision <= revision", name="revision"),
        CheckConstraint("idea_id IS NULL OR announcement_id IS NULL", name="one_subject"),
        Index(
            "uq_push_jobs_of_person",
            "account_id",
            "topic",
            unique=True,
            postgresql_where=_OF_PERSON,
            sqlite_where=_OF_PERSON,
        ),
        Index(
            "ix_push_jobs_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
    )
    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"), index=True)
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcements.id"), index=True)
    topic: Mapped[PushTopic] = mapped_column(choice(PushTopic))
    revision: Mapped[int] = mapped_column(default=0)
    """Rises with each piece of news."""
    dispatched_revision: Mapped[int] = mapped_column(default=0)
    """The revision for which deliveries were made last."""
    dispatched_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """When deliveries are to be made; None while there is no news."""
    last_item_id: Mapped[int] = mapped_column(BigKey, default=0)
    """The newest inbox item of the last dispatched revision."""


class Delivery(Model):
    """One push to one device, claimed by a lease, sent, and acknowledged one at a time."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("push_job_id", "revision", "device_id", "is_dismissal"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "ix_deliveries_pending",
            "not_before",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index("ix_deliveries_created_at", "created_at"),
    )
    id: Mapped[Id]
    push_job_id: Mapped[int] = mapped_column(ForeignKey("push_jobs.id", ondelete="CASCADE"))
    revision: Mapped[int]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    is_dismissal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Not a push to be shown, but a silent one that takes those of the job off the screen."""
    after_item_id: Mapped[int] = mapped_column(BigKey)
    """The push tells of the person's unread inbox items after this one."""
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.PENDING)
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_code: Mapped[str | None] = mapped_column(String(64))
    """What the push service answered last, or why the delivery was dropped."""
    created_at: Mapped[CreatedAt]
    settled_at: Mapped[datetime | None]
