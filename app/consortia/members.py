"""The people of a mini-cluster, as its members and the picker of mentions see them."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.page_requests import PageRequest
from app.consortia.policy import may_see_members
from app.consortia.queries import locate_mini_cluster
from app.consortia.rows import member_view
from app.consortia.schemas import MemberPage
from app.core.errors import Forbidden
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, Membership, Organisation
from app.models.accounts import AccountStatus


async def list_members(
    connection: AsyncConnection, actor: Actor, mini_cluster_public_id: uuid.UUID, q: str | None, page: PageRequest
) -> MemberPage:
    """The members of a mini-cluster by name, its manager among them, without those whom a block keeps apart.

    Those who keep it see everybody: who blocks his manager is still one of his members.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor is neither a member of it nor a coordinator of its consortium.
    """
    mini_cluster = await locate_mini_cluster(connection, mini_cluster_public_id)
    if not may_see_members(actor, mini_cluster.id):
        raise Forbidden
    list_name = f"members.{mini_cluster.id}"
    statement = _select_members(mini_cluster.id).limit(page.rows)
    if not actor.manages(mini_cluster.id, mini_cluster.consortium_id):
        statement = statement.where(not_blocked(Account.id, actor.account_id))
    if q and (sought := q.strip()):
        statement = statement.where(_is_called(sought))
    if (after := page.after(list_name)) is not None:
        statement = statement.where(_stands_after(after))
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return MemberPage(items=[member_view(row) for row in rows], next_cursor=next_cursor)


def _select_members(mini_cluster_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.id.label("id"),
            Account.public_id.label("public_id"),
            Account.name.label("name"),
            Membership.role.label("role"),
            Affiliation.position.label("position"),
            Organisation.public_id.label("organisation_public_id"),
            Organisation.name.label("organisation_name"),
            Organisation.kind.label("organisation_kind"),
        )
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            Membership.mini_cluster_id == mini_cluster_id,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.name, Account.id)
    )


def _is_called(sought: str) -> ColumnElement[bool]:
    """The person or the organisation bears ``sought`` in the name; the signs of LIKE stand for themselves."""
    return or_(
        Account.name.icontains(sought, autoescape=True),
        Organisation.name.icontains(sought, autoescape=True),
    )


def _stands_after(account_id: int) -> ColumnElement[bool]:
    """Behind an account in the order of names. The cursor holds its number only: addresses are logged by proxies."""
    last = Account.__table__.alias("last")
    last_name = select(last.c.name).where(last.c.id == account_id).scalar_subquery()
    return tuple_(Account.name, Account.id) > tuple_(last_name, account_id)
