"""Whom an announcement is for, and the statements that show one."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.announcements.policy import AnnouncementAction, may_keep
from app.announcements.schemas import Announcement as AnnouncementView
from app.announcements.schemas import AnnouncementPage
from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import NotFound
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.identity.queries import not_kept_out
from app.models import (
    Account,
    Affiliation,
    Announcement,
    AnnouncementRead,
    Consortium,
    CoordinatorRole,
    Membership,
    MiniCluster,
    Organisation,
)
from app.models.accounts import AccountStatus

_LIST = "announcements"


def told_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``announcements`` under which one is for a person: he is inside of what is told."""
    return told_in(sorted(actor.inner_mini_cluster_ids), sorted(actor.consortium_ids))


def told_in(mini_clusters: Any, consortia: Any) -> ColumnElement[bool]:
    """The same for somebody who is inside of these places, given as lists or as binds."""
    return and_(
        Announcement.withdrawn_at.is_(None),
        or_(
            Announcement.mini_cluster_id.in_(mini_clusters),
            and_(Announcement.mini_cluster_id.is_(None), Announcement.consortium_id.in_(consortia)),
        ),
    )


def people_told(announcement: Row[Any], after_account_id: int, at_most: int) -> Select[int]:
    """The next accounts, by number, for whom :func:`told_to` holds; a test compares the two. Binds ``at``."""
    of_place = (
        MiniCluster.id == announcement.mini_cluster_id
        if announcement.mini_cluster_id is not None
        else MiniCluster.consortium_id == announcement.consortium_id
    )
    let_in = not_kept_out(Membership.account_id, announcement.consortium_id)
    people = union(
        select(Membership.account_id.label("account_id"))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .where(of_place, Membership.ended_at.is_(None), let_in),
        select(CoordinatorRole.account_id).where(
            CoordinatorRole.consortium_id == announcement.consortium_id, CoordinatorRole.ended_at.is_(None)
        ),
    ).subquery("people")
    return (
        select(people.c.account_id)
        .join(Account, Account.id == people.c.account_id)
        .where(people.c.account_id > after_account_id, Account.status == AccountStatus.ACTIVE)
        .order_by(people.c.account_id)
        .limit(at_most)
    )


async def list_announcements(
    connection: AsyncConnection, actor: Actor, page: PageRequest, *, include_past: bool
) -> AnnouncementPage:
    """The announcements for a person, the newest first: those that stand, or all."""
    name = f"{_LIST}.all" if include_past else _LIST
    statement = select_announcements(actor).where(told_to(actor)).order_by(Announcement.id.desc()).limit(page.rows)
    if not include_past:
        statement = statement.where(Announcement.valid_until > now())
    if (before := page.after(name)) is not None:
        statement = statement.where(Announcement.id < before)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    return AnnouncementPage(items=[announcement_view(row, actor) for row in rows], next_cursor=next_cursor)


async def get_announcement(
    connection: AsyncConnection | AsyncSession, actor: Actor, public_id: uuid.UUID
) -> AnnouncementView:
    """One announcement.

    :raises NotFound: there is none, or not for this actor.
    """
    statement = select_announcements(actor).where(Announcement.public_id == public_id, told_to(actor))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return announcement_view(row, actor)


def select_announcements(actor: Actor) -> Select[Any]:
    """Announcements with all that a person is shown of one; to be narrowed by :func:`told_to`."""
    opened = select(AnnouncementRead.account_id).where(
        AnnouncementRead.announcement_id == Announcement.id, AnnouncementRead.account_id == actor.account_id
    )
    columns: list[Any] = [
        *Announcement.__table__.c,
        Consortium.public_id.label("consortium_public_id"),
        MiniCluster.public_id.label("mini_cluster_public_id"),
        opened.exists().label("is_read"),
        *card_columns(),
    ]
    return (
        select(*columns)
        .join(Account, Account.id == Announcement.author_id)
        .join(Consortium, Consortium.id == Announcement.consortium_id)
        .outerjoin(MiniCluster, MiniCluster.id == Announcement.mini_cluster_id)
        .outerjoin(Affiliation, Affiliation.id == Announcement.affiliation_id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
    )


def announcement_view(row: Row[Any], actor: Actor) -> AnnouncementView:
    """A row of :func:`select_announcements` as responses show it."""
    keeps = may_keep(actor, row.author_id, row.mini_cluster_id, row.consortium_id)
    return AnnouncementView(
        id=row.public_id,
        consortium_id=row.consortium_public_id,
        mini_cluster_id=row.mini_cluster_public_id,
        author=author_card(row),
        title=row.title,
        body=row.body,
        link=row.link,
        valid_until=row.valid_until,
        created_at=row.created_at,
        edited_at=row.edited_at,
        is_read=row.is_read,
        reader_count=row.reader_count if keeps else None,
        allowed_actions=[str(action) for action in AnnouncementAction] if keeps else [],
    )
