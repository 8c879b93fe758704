"""Just before sending: is this push still to be sent, and what does it say? Read with no transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Row, Select, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.ideas.queries import VIEWER
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Account, Application, Comment, Idea, InboxItem, MiniCluster
from app.models import OutboxEvent as StoredEvent
from app.models.ideas import IdeaStatus
from app.models.notifications import PushTopic, Reason, TokenKind
from app.notifications.channels import general_choices
from app.notifications.deliveries import Claim
from app.notifications.facts import load_facts
from app.notifications.messages import compose, compose_dismissal, compose_trial
from app.notifications.news import OF_PERSON, reasons_of
from app.notifications.shown import SHOWN, UNREAD_COUNT, count_unread, items_with_subjects, shown_binds
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
    facts = await load_facts(connection, claim)
    if (reason := _device_is_gone(facts, at)) is not None:
        return reason
    actor = await load_actor(connection, facts.account_id)
    if claim.is_dismissal:
        return await _dismissal(connection, claim, actor, facts, at)
    if facts.topic is PushTopic.TESTS:
        return await _trial(connection, claim, actor, facts, at)
    if actor is None or facts.idea_status not in (IdeaStatus.PUBLISHED, None):
        return Obsolete.NOT_VISIBLE
    if facts.valid_until is not None and facts.valid_until <= at:
        return Obsolete.EXPIRED
    items = await _unread(connection, actor, facts)
    told = [item for item in items if _may_be_told(item, facts)]
    if not any(item.id > claim.after_item_id for item in told):
        return _why_nothing([item for item in items if item.id > claim.after_item_id])
    message = compose(facts, told, badge=told[0].badge, ttl_seconds=_ttl_seconds(claim, at))
    return Prepared(message, told[0].committed_at, facts.token_kind, facts.token)


async def _dismissal(
    connection: AsyncConnection, claim: Claim, actor: Actor | None, facts: Row[Any], at: datetime
) -> Prepared | Obsolete:
    """The silent push, unless something new is to be shown in its place."""
    if actor is not None and any(item.shown for item in await _unread(connection, actor, facts)):
        return Obsolete.SUPERSEDED
    badge = 0 if actor is None else await count_unread(connection, actor)
    message = compose_dismissal(facts, badge=badge, ttl_seconds=_ttl_seconds(claim, at))
    return Prepared(message, None, facts.token_kind, facts.token)


async def _trial(
    connection: AsyncConnection, claim: Claim, actor: Actor | None, facts: Row[Any], at: datetime
) -> Prepared | Obsolete:
    if actor is None:
        return Obsolete.NOT_VISIBLE
    badge = await count_unread(connection, actor)
    message = compose_trial(facts, badge=badge, ttl_seconds=_ttl_seconds(claim, at))
    return Prepared(message, None, facts.token_kind, facts.token)


def _ttl_seconds(claim: Claim, at: datetime) -> int:
    return max(1, int((claim.expires_at - at).total_seconds()))


def _may_be_told(item: Row[Any], facts: Row[Any]) -> bool:
    is_wanted = general_choices(facts).narrowed(facts.choices_here).push(item.reason)
    return item.shown and is_wanted and (item.reason is Reason.MENTION or not facts.muted)


def _why_nothing(fresh: Sequence[Row[Any]]) -> Obsolete:
    """Why none of the news since the last push may be told."""
    if not fresh:
        return Obsolete.READ
    return Obsolete.MUTED if any(item.shown for item in fresh) else Obsolete.NOT_VISIBLE


def _device_is_gone(facts: Row[Any], at: datetime) -> Obsolete | None:
    if facts.superseded:
        return Obsolete.SUPERSEDED
    if facts.device_account_id != facts.account_id or facts.session_account_id != facts.account_id:
        return Obsolete.DEVICE_MOVED
    if facts.session_ended_at is not None or facts.session_expires_at <= at:
        return Obsolete.SESSION_ENDED
    return None if facts.disabled_at is None else Obsolete.DEVICE_DISABLED


async def _unread(connection: AsyncConnection, actor: Actor, facts: Row[Any]) -> Sequence[Row[Any]]:
    """The person's unread items about subject and topic, the newest first.

    ``shown`` tells which he may see, ``badge`` how many he is shown of all ideas.
    """
    binds = shown_binds(actor) | {
        "idea_id": facts.idea_id,
        "announcement_id": facts.announcement_id,
        "reasons": reasons_of(facts.topic),
    }
    if facts.topic in OF_PERSON:
        statement = _OF_PERSON
    else:
        statement = _OF_IDEA if facts.announcement_id is None else _OF_ANNOUNCEMENT
    rows: Sequence[Row[Any]] = (await connection.execute(statement, binds)).all()
    return rows


_COLUMNS: Sequence[Any] = [
    InboxItem.id,
    InboxItem.public_id,
    InboxItem.reason,
    InboxItem.actor_id,
    SHOWN.label("shown"),
    UNREAD_COUNT.scalar_subquery().label("badge"),
    Account.name.label("actor_name"),
    Account.status.label("actor_status"),
    Comment.public_id.label("comment_public_id"),
    Comment.body.label("comment_body"),
    StoredEvent.created_at.label("committed_at"),
]
_OF_SUBJECT: Sequence[Any] = [
    InboxItem.application_id,
    Application.state.label("application_state"),
    Idea.public_id.label("idea_public_id"),
    Idea.title,
    Idea.visibility,
    MiniCluster.public_id.label("mini_cluster_public_id"),
    MiniCluster.name_ko,
    MiniCluster.name_en,
]
"""What pushes about the person himself say of each item."""
_SOURCE: FromClause = (
    items_with_subjects()
    .join(Account, Account.id == InboxItem.actor_id)
    .outerjoin(StoredEvent, StoredEvent.id == InboxItem.event_id)
)
_WITH_PLACES = _SOURCE.outerjoin(Application, Application.id == InboxItem.application_id).outerjoin(
    MiniCluster, MiniCluster.id == func.coalesce(Application.mini_cluster_id, Idea.mini_cluster_id)
)


def _select(columns: Sequence[Any], source: FromClause) -> Select[Any]:
    return (
        select(*columns)
        .select_from(source)
        .where(
            InboxItem.account_id == VIEWER,
            InboxItem.read_at.is_(None),
            InboxItem.reason.in_(bindparam("reasons", expanding=True)),
        )
        .order_by(InboxItem.id.desc())
        .limit(_ITEMS_TOLD)
    )


# Built once: building one of these takes longer than running it, and one runs for every push.
_OF_IDEA = _select(_COLUMNS, _SOURCE).where(InboxItem.idea_id == bindparam("idea_id", type_=BigInteger))
_OF_ANNOUNCEMENT = _select(_COLUMNS, _SOURCE).where(
    InboxItem.announcement_id == bindparam("announcement_id", type_=BigInteger)
)
_OF_PERSON = _select([*_COLUMNS, *_OF_SUBJECT], _WITH_PLACES)
