"""Just before sending: is this push still to be sent, and what does it say? Read with no transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Account, Comment, Delivery, Device, Idea, IdeaFollow, InboxItem, MiniCluster, PushJob, Session
from app.models import OutboxEvent as StoredEvent
from app.models.ideas import IdeaStatus
from app.models.notifications import Reason, TokenKind
from app.notifications.deliveries import Claim
from app.notifications.inbox import count_unread, items_with_subjects, shown_to
from app.notifications.messages import compose
from app.notifications.news import reasons_of
from app.push.transport import PushMessage

_ITEMS_TOLD: ColumnElement[int] = literal_column("100")


class Obsolete(StrEnum):
    """Why a push is not sent any more; stored as the last code of the delivery."""

    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DEVICE_DISABLED = "device_disabled"
    DEVICE_MOVED = "device_moved"
    SESSION_ENDED = "session_ended"
    NOT_VISIBLE = "not_visible"
    MUTED = "muted"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A push that is to be sent now."""

    message: PushMessage
    committed_at: datetime | None
    """When the newest event it tells of was committed; None when that has been pruned."""
    token_kind: TokenKind
    token: str


async def prepare(connection: AsyncConnection, claim: Claim, at: datetime) -> Prepared | Obsolete:
    """The push of a delivery as of now, or why it is not to be sent any more."""
    if claim.expires_at <= at:
        return Obsolete.EXPIRED
    facts = await _facts(connection, claim)
    if (reason := _device_is_gone(facts, at)) is not None:
        return reason
    actor = await load_actor(connection, facts.account_id)
    if actor is None or facts.idea_status is not IdeaStatus.PUBLISHED:
        return Obsolete.NOT_VISIBLE
    items = await _unread(connection, actor, facts)
    told = [item for item in items if _may_be_told(item, facts)]
    if not any(item.id > claim.after_item_id for item in told):
        return _why_nothing([item for item in items if item.id > claim.after_item_id])
    badge = await count_unread(connection, actor)
    message = compose(facts, told, badge=badge, ttl_seconds=max(1, int((claim.expires_at - at).total_seconds())))
    return Prepared(message, told[0].committed_at, facts.token_kind, facts.token)


def _may_be_told(item: Row[Any], facts: Row[Any]) -> bool:
    return item.shown and (item.reason is Reason.MENTION or not facts.muted)


def _why_nothing(fresh: Sequence[Row[Any]]) -> Obsolete:
    """Why none of the news since the last push may be told."""
    if not fresh:
        return Obsolete.READ
    return Obsolete.MUTED if any(item.shown for item in fresh) else Obsolete.NOT_VISIBLE


async def _facts(connection: AsyncConnection, claim: Claim) -> Row[Any]:
    """All about the delivery that is one of each."""
    newer = aliased(Delivery)
    superseded = exists().where(
        newer.push_job_id == claim.push_job_id, newer.device_id == claim.device_id, newer.revision > claim.revision
    )
    muted = select(IdeaFollow.muted).where(
        IdeaFollow.account_id == PushJob.account_id, IdeaFollow.idea_id == PushJob.idea_id
    )
    columns: Sequence[Any] = [
        PushJob.account_id,
        PushJob.idea_id,
        PushJob.topic,
        superseded.label("superseded"),
        muted.scalar_subquery().label("muted"),
        Device.account_id.label("device_account_id"),
        Device.token_kind,
        Device.token,
        Device.locale,
        Device.disabled_at,
        Session.account_id.label("session_account_id"),
        Session.ended_at.label("session_ended_at"),
        Session.expires_at.label("session_expires_at"),
        Idea.public_id.label("idea_public_id"),
        Idea.title,
        Idea.status.label("idea_status"),
        Idea.visibility,
        Idea.vote_count,
        MiniCluster.public_id.label("mini_cluster_public_id"),
        MiniCluster.name_ko,
        MiniCluster.name_en,
    ]
    statement = (
        select(*columns)
        .select_from(Device)
        .join(Session, Session.id == Device.session_id)
        .join(PushJob, PushJob.id == claim.push_job_id)
        .join(Idea, Idea.id == PushJob.idea_id)
        .join(MiniCluster, MiniCluster.id == Idea.mini_cluster_id)
        .where(Device.id == claim.device_id)
    )
    return (await connection.execute(statement)).one()


def _device_is_gone(facts: Row[Any], at: datetime) -> Obsolete | None:
    if facts.superseded:
        return Obsolete.SUPERSEDED
    if facts.device_account_id != facts.account_id or facts.session_account_id != facts.account_id:
        return Obsolete.DEVICE_MOVED
    if facts.session_ended_at is not None or facts.session_expires_at <= at:
        return Obsolete.SESSION_ENDED
    return None if facts.disabled_at is None else Obsolete.DEVICE_DISABLED


async def _unread(connection: AsyncConnection, actor: Actor, facts: Row[Any]) -> Sequence[Row[Any]]:
    """The person's unread items about the idea and topic, the newest first; ``shown`` tells which he may see."""
    columns: Sequence[Any] = [
        InboxItem.id,
        InboxItem.public_id,
        InboxItem.reason,
        InboxItem.actor_id,
        shown_to(actor).label("shown"),
        Account.name.label("actor_name"),
        Account.status.label("actor_status"),
        Comment.public_id.label("comment_public_id"),
        Comment.body.label("comment_body"),
        StoredEvent.created_at.label("committed_at"),
    ]
    statement = (
        select(*columns)
        .select_from(
            items_with_subjects()
            .join(Account, Account.id == InboxItem.actor_id)
            .outerjoin(StoredEvent, StoredEvent.id == InboxItem.event_id)
        )
        .where(
            InboxItem.account_id == actor.account_id,
            InboxItem.idea_id == facts.idea_id,
            InboxItem.read_at.is_(None),
            InboxItem.reason.in_(reasons_of(facts.topic)),
        )
        .order_by(InboxItem.id.desc())
        .limit(_ITEMS_TOLD)
    )
    return (await connection.execute(statement)).all()
