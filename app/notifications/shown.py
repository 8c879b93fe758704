"""Which entries of his inbox a person is shown: asked wherever they are listed, counted or pushed."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.announcements.queries import told_to
from app.ideas.handling import handled_by, handled_condition
from app.ideas.queries import visible_to
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


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a person is shown an item of his: on :func:`items_with_subjects`.

    He sees the idea, neither he nor the one who acted has blocked the other, and the comment can still be read. Of
    what was done to his own idea, or to his comment on one he sees, he is told although it is hidden. Announcements
    are shown to those they are for, whoever made them; what waits, as long as it does and he may decide it.
    """
    comment_stands = and_(Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
    is_statement = InboxItem.reason == Reason.MODERATED
    sees = visible_to(actor)
    announced = select(Announcement.id).where(Announcement.id == InboxItem.announcement_id, told_to(actor))
    return or_(
        and_(
            sees,
            not_blocked(InboxItem.actor_id, actor.account_id),
            or_(InboxItem.comment_id.is_(None), comment_stands, is_statement),
        ),
        and_(is_statement, InboxItem.comment_id.is_(None), Idea.author_id == actor.account_id),
        and_(InboxItem.announcement_id.is_not(None), announced.correlate(InboxItem).exists()),
        InboxItem.reason == Reason.APPLICATION_DECIDED,
        and_(InboxItem.application_id.is_not(None), _application_waits(actor)),
        and_(InboxItem.case_id.is_not(None), case_waits(actor, InboxItem.case_id)),
    )


def _application_waits(actor: Actor) -> ColumnElement[bool]:
    """An application is open, and the actor keeps the mini-cluster."""
    kept = handled_by(actor)
    waiting = (
        select(Application.id)
        .join(MiniCluster, MiniCluster.id == Application.mini_cluster_id)
        .where(
            Application.id == InboxItem.application_id,
            Application.state == ApplicationState.OPEN,
            or_(
                MiniCluster.id.in_(sorted(kept.mini_cluster_ids)),
                MiniCluster.consortium_id.in_(sorted(kept.consortium_ids)),
            ),
        )
    )
    return waiting.correlate(InboxItem).exists()


def case_waits(actor: Actor, case_id: Any) -> ColumnElement[bool]:
    """A case is open, and the actor handles it."""
    waiting = (
        select(Case.id)
        .join(Idea, Idea.id == Case.idea_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .where(Case.id == case_id, Case.state == CaseState.OPEN, handled_condition(actor))
    )
    return waiting.correlate(InboxItem).exists()


def unread_counted(actor: Actor, shown: ColumnElement[bool]) -> Select[int]:
    """The select of :func:`count_unread`, given ``shown_to(actor)``."""
    unread = (
        select(InboxItem.id)
        .select_from(items_with_subjects())
        .where(InboxItem.account_id == actor.account_id, InboxItem.read_at.is_(None), shown)
        .limit(literal_column(str(UNREAD_COUNTED_AT_MOST)))
        .subquery()
    )
    return select(func.count()).select_from(unread)


async def count_unread(connection: AsyncConnection | AsyncSession, actor: Actor) -> int:
    """How many unread items a person is shown: the badge of his app. At most UNREAD_COUNTED_AT_MOST."""
    count: int = (await connection.execute(unread_counted(actor, shown_to(actor)))).scalar_one()
    return count
