"""The inbox: reading it, and marking entries as read. What a person may no longer see, he is not shown here either."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.announcements.queries import told_to
from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import NotFound
from app.ideas.queries import card_columns, visible_to
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, Announcement, Comment, Idea, InboxItem, Organisation
from app.models.notifications import Reason
from app.notifications import schemas

UNREAD_COUNTED_AT_MOST = 999
_LIST = "inbox"


def items_with_subjects() -> FromClause:
    """``inbox_items`` with their ideas and comments, where they have such."""
    items: FromClause = InboxItem.__table__
    return items.outerjoin(Idea, Idea.id == InboxItem.idea_id).outerjoin(Comment, Comment.id == InboxItem.comment_id)


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a person is shown an item of his: on :func:`items_with_subjects`.

    He sees the idea, neither he nor the one who acted has blocked the other, and the comment can still be read. Of
    what was done to his own idea, or to his comment on one he sees, he is told although it is hidden. Announcements
    are shown to those they are for, whoever made them.
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
    )


async def read_inbox(
    connection: AsyncConnection, actor: Actor, page: PageRequest, *, unread_only: bool
) -> schemas.InboxPage:
    """A page of the inbox of ``actor``, the newest first."""
    list_name = f"{_LIST}.unread" if unread_only else _LIST
    statement = _select_items(actor).limit(page.rows)
    if (last_id := page.after(list_name)) is not None:
        statement = statement.where(InboxItem.id < last_id)
    if unread_only:
        statement = statement.where(InboxItem.read_at.is_(None))
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return schemas.InboxPage(items=[_item(row) for row in rows], next_cursor=next_cursor)


def _select_items(actor: Actor) -> Select[Any]:
    present = select(Affiliation.id).where(Affiliation.account_id == InboxItem.actor_id, Affiliation.ended_at.is_(None))
    affiliation = func.coalesce(Comment.affiliation_id, present.correlate(InboxItem.__table__).scalar_subquery())
    source = (
        items_with_subjects()
        .join(Account, Account.id == InboxItem.actor_id)
        .outerjoin(Affiliation, Affiliation.id == affiliation)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .outerjoin(Announcement, Announcement.id == InboxItem.announcement_id)
    )
    columns: Sequence[Any] = [
        InboxItem.id,
        InboxItem.public_id,
        InboxItem.reason,
        InboxItem.created_at,
        InboxItem.read_at,
        Idea.public_id.label("idea_public_id"),
        Idea.title,
        Comment.public_id.label("comment_public_id"),
        Announcement.public_id.label("announcement_public_id"),
        Announcement.title.label("announcement_title"),
        *card_columns(),
    ]
    return (
        select(*columns)
        .select_from(source)
        .where(InboxItem.account_id == actor.account_id, shown_to(actor))
        .order_by(InboxItem.id.desc())
    )


def _item(row: Row[Any]) -> schemas.InboxItem:
    return schemas.InboxItem.model_construct(
        id=row.public_id,
        reason=row.reason,
        actor=author_card(row),
        idea=schemas.InboxIdea.model_construct(id=row.idea_public_id, title=row.title) if row.idea_public_id else None,
        comment_id=row.comment_public_id,
        announcement=_announcement(row),
        created_at=row.created_at,
        read_at=row.read_at,
    )


def _announcement(row: Row[Any]) -> schemas.InboxAnnouncement | None:
    if row.announcement_public_id is None:
        return None
    return schemas.InboxAnnouncement.model_construct(id=row.announcement_public_id, title=row.announcement_title)


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


async def mark_item_read(session: AsyncSession, actor: Actor, item: uuid.UUID) -> None:
    """One entry is read; marking it again changes nothing.

    :raises NotFound: the person has no such entry.
    """
    item_id = await _own_item(session, actor, item)
    await _mark(session, actor.account_id, InboxItem.id == item_id)


async def mark_all_read(session: AsyncSession, actor: Actor, up_to: uuid.UUID) -> None:
    """Every entry up to one is read; what came later stays unread.

    :raises NotFound: the person has no such entry.
    """
    item_id = await _own_item(session, actor, up_to)
    await _mark(session, actor.account_id, InboxItem.id <= item_id)


async def read_items_of_idea(session: AsyncSession, account_id: int, idea_id: int) -> int:
    """Everything a person was told about an idea is read; how many entries were not before."""
    return await _mark(session, account_id, InboxItem.idea_id == idea_id)


async def read_items_of_announcement(session: AsyncSession, account_id: int, announcement_id: int) -> int:
    """What a person was told of an announcement is read; how many entries were not before."""
    return await _mark(session, account_id, InboxItem.announcement_id == announcement_id)


async def _own_item(session: AsyncSession, actor: Actor, item: uuid.UUID) -> int:
    statement = select(InboxItem.id).where(InboxItem.public_id == item, InboxItem.account_id == actor.account_id)
    item_id = await session.scalar(statement)
    if item_id is None:
        raise NotFound
    return item_id


async def _mark(session: AsyncSession, account_id: int, which: ColumnElement[bool]) -> int:
    statement = (
        update(InboxItem)
        .where(InboxItem.account_id == account_id, InboxItem.read_at.is_(None), which)
        .values(read_at=now())
        .returning(InboxItem.id)
    )
    marked = await session.scalars(statement, execution_options={"synchronize_session": False})
    return len(marked.all())
