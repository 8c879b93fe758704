"""Which entries of his inbox a person is shown: asked wherever they are listed, counted or pushed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.announcements.queries import told_in
from app.ideas.handling import handled_by, handled_within
from app.ideas.queries import ORGANISATION, VIEWER, VISIBLE, viewer_binds
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import Announcement, Application, Case, Comment, Idea, InboxItem, MiniCluster
from app.models.applications import ApplicationState
from app.models.moderation import CaseState
from app.models.notifications import Reason

UNREAD_COUNTED_AT_MOST = 999


def items_with_subjects() -> FromClause:
    """``inbox_items`` with their ideas and comments, where they have such."""
    items: FromClause = InboxItem.__table__
    return items.outerjoin(Idea, Idea.id == InboxItem.idea_id).outerjoin(Comment, Comment.id == InboxItem.comment_id)


@dataclass(frozen=True, slots=True)
class _Places:
    """What the condition asks of a person, as lists or as binds."""

    handler: Any
    organisation: Any
    mini_clusters: Any
    consortia: Any
    kept_mini_clusters: Any
    kept_consortia: Any
    everywhere: Any


def _shown(sees: ColumnElement[bool], places: _Places) -> ColumnElement[bool]:
    """The condition under which a person is shown an item of his: on :func:`items_with_subjects`.

    He sees the idea, neither he nor the one who acted has blocked the other, and the comment can still be read. Of
    what was done to his own idea, or to his comment on one he sees, he is told although it is hidden. Announcements
    are shown to those they are for, whoever made them; what waits, as long as it does and he may decide it.
    """
    comment_stands = and_(Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
    is_statement = InboxItem.reason == Reason.MODERATED
    announced = select(Announcement.id).where(
        Announcement.id == InboxItem.announcement_id, told_in(places.mini_clusters, places.consortia)
    )
    return or_(
        and_(
            sees,
            not_blocked(InboxItem.actor_id, places.handler),
            or_(InboxItem.comment_id.is_(None), comment_stands, is_statement),
        ),
        and_(is_statement, InboxItem.comment_id.is_(None), Idea.author_id == places.handler),
        and_(InboxItem.announcement_id.is_not(None), announced.correlate(InboxItem).exists()),
        InboxItem.reason == Reason.APPLICATION_DECIDED,
        and_(InboxItem.application_id.is_not(None), _application_waits(places)),
        and_(InboxItem.case_id.is_not(None), _case_waits(places, InboxItem.case_id)),
    )


def _application_waits(places: _Places) -> ColumnElement[bool]:
    """An application is open, and the person keeps the mini-cluster."""
    waiting = (
        select(Application.id)
        .join(MiniCluster, MiniCluster.id == Application.mini_cluster_id)
        .where(
            Application.id == InboxItem.application_id,
            Application.state == ApplicationState.OPEN,
            or_(MiniCluster.id.in_(places.kept_mini_clusters), MiniCluster.consortium_id.in_(places.kept_consortia)),
        )
    )
    return waiting.correlate(InboxItem).exists()


def _case_waits(places: _Places, case_id: Any) -> ColumnElement[bool]:
    """A case is open, and the person handles it."""
    handles = handled_within(
        places.handler,
        places.organisation,
        places.kept_consortia,
        places.kept_mini_clusters,
        everywhere=places.everywhere,
    )
    waiting = (
        select(Case.id)
        .join(Idea, Idea.id == Case.idea_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .where(Case.id == case_id, Case.state == CaseState.OPEN, handles)
    )
    return waiting.correlate(InboxItem).exists()


def _ids(name: str) -> Any:
    return bindparam(name, type_=BigInteger, expanding=True)


_BOUND = _Places(
    handler=VIEWER,
    organisation=ORGANISATION,
    mini_clusters=_ids("inner_mini_clusters"),
    consortia=_ids("consortia"),
    kept_mini_clusters=_ids("kept_mini_clusters"),
    kept_consortia=_ids("kept_consortia"),
    everywhere=bindparam("handles_everywhere", type_=Boolean),
)
SHOWN: ColumnElement[bool] = _shown(VISIBLE, _BOUND)
"""The condition for any person: built once, since building it costs more than asking it. See ``shown_binds``."""
_IS_HANDLED = select(_case_waits(_BOUND, bindparam("case_id", type_=BigInteger)))


def shown_binds(actor: Actor) -> dict[str, Any]:
    """What makes ``SHOWN`` the condition of one person."""
    kept = handled_by(actor)
    return viewer_binds(actor) | {
        "inner_mini_clusters": sorted(actor.inner_mini_cluster_ids),
        "consortia": sorted(actor.consortium_ids),
        "kept_mini_clusters": sorted(kept.mini_cluster_ids),
        "kept_consortia": sorted(kept.consortium_ids),
        "handles_everywhere": kept.everywhere,
    }


async def handles_case(connection: AsyncConnection | AsyncSession, actor: Actor, case_id: int) -> bool:
    """Whether a case is open, and the actor handles it."""
    return bool((await connection.execute(_IS_HANDLED, shown_binds(actor) | {"case_id": case_id})).scalar_one())


_UNREAD = (
    select(InboxItem.id)
    .select_from(items_with_subjects())
    .where(InboxItem.account_id == VIEWER, InboxItem.read_at.is_(None), SHOWN)
    .limit(literal_column(str(UNREAD_COUNTED_AT_MOST)))
    .subquery()
)
UNREAD_COUNT: Select[int] = select(func.count()).select_from(_UNREAD)
"""The select of :func:`count_unread`, for the binds of ``shown_binds``."""


async def count_unread(connection: AsyncConnection | AsyncSession, actor: Actor) -> int:
    """How many unread items a person is shown: the badge of his app. At most UNREAD_COUNTED_AT_MOST."""
    count: int = (await connection.execute(UNREAD_COUNT, shown_binds(actor))).scalar_one()
    return count
