"""The inbox: reading it, and marking entries as read. What a person may no longer see, he is not shown here either."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import NotFound
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.models import Account, Affiliation, Announcement, Application, Case, Comment, Idea, InboxItem, Organisation
from app.notifications import schemas
from app.notifications.events import ItemsRead
from app.notifications.shown import SHOWN, items_with_subjects, shown_binds
from app.outbox import events as outbox

_LIST = "inbox"


async def read_inbox(
    connection: AsyncConnection, actor: Actor, page: PageRequest, *, unread_only: bool
) -> schemas.InboxPage:
    """A page of the inbox of ``actor``, the newest first."""
    list_name = f"{_LIST}.unread" if unread_only else _LIST
    statement = select_items(actor).limit(page.rows)
    if (last_id := page.after(list_name)) is not None:
        statement = statement.where(InboxItem.id < last_id)
    if unread_only:
        statement = statement.where(InboxItem.read_at.is_(None))
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement, shown_binds(actor))).all())
    return schemas.InboxPage(items=[item_view(row) for row in rows], next_cursor=next_cursor)


def select_items(actor: Actor) -> Select[Any]:
    """What a person is shown of his inbox, the newest first; to be narrowed, and run with ``shown_binds``."""
    present = select(Affiliation.id).where(Affiliation.account_id == InboxItem.actor_id, Affiliation.ended_at.is_(None))
    affiliation = func.coalesce(Comment.affiliation_id, present.correlate(InboxItem.__table__).scalar_subquery())
    source = (
        items_with_subjects()
        .join(Account, Account.id == InboxItem.actor_id)
        .outerjoin(Affiliation, Affiliation.id == affiliation)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .outerjoin(Announcement, Announcement.id == InboxItem.announcement_id)
        .outerjoin(Application, Application.id == InboxItem.application_id)
        .outerjoin(Case, Case.id == InboxItem.case_id)
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
        Application.public_id.label("application_public_id"),
        Case.public_id.label("case_public_id"),
        *card_columns(),
    ]
    return (
        select(*columns)
        .select_from(source)
        .where(InboxItem.account_id == actor.account_id, SHOWN)
        .order_by(InboxItem.id.desc())
    )


def item_view(row: Row[Any]) -> schemas.InboxItem:
    """A row of :func:`select_items` as responses show it."""
    return schemas.InboxItem.model_construct(
        id=row.public_id,
        reason=row.reason,
        actor=author_card(row),
        idea=schemas.InboxIdea.model_construct(id=row.idea_public_id, title=row.title) if row.idea_public_id else None,
        comment_id=row.comment_public_id,
        announcement=_announcement(row),
        application_id=row.application_public_id,
        case_id=row.case_public_id,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def _announcement(row: Row[Any]) -> schemas.InboxAnnouncement | None:
    if row.announcement_public_id is None:
        return None
    return schemas.InboxAnnouncement.model_construct(id=row.announcement_public_id, title=row.announcement_title)


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
    count = len(marked.all())
    if count:
        await outbox.append(session, ItemsRead(account_id=account_id))
    return count
