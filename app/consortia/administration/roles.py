"""Changing what people are in a mini-cluster: their role, and the end of their membership."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia import memberships
from app.consortia.administration.policy import may_change_role, may_end_membership
from app.consortia.policy import may_see_members
from app.consortia.queries import MiniClusterKey, locate_mini_cluster
from app.core.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.models import Account, Membership
from app.models.memberships import MemberRole


async def change_role(
    session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, account_id: uuid.UUID, role: MemberRole
) -> None:
    """Give a member another role; the one before is kept with its dates.

    :raises NotFound: there is no such mini-cluster, or no such member in it.
    :raises Forbidden: the actor does not keep it, or may not give or take this role.
    """
    place = await locate_mini_cluster(session, mini_cluster_id)
    member_id, before = await _member(session, actor, place, account_id)
    if not may_change_role(actor, place.id, place.consortium_id, before, role):
        raise Forbidden
    if before is role:
        return
    await memberships.change_role(session, member_id, place.id, role)
    await _record(session, actor, "membership.role_changed", place, member_id, before=before, after=role)


async def end_membership(
    session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, account_id: uuid.UUID
) -> None:
    """End a membership: one's own, or as its keeper that of somebody else. What the person wrote stays.

    :raises NotFound: there is no such mini-cluster, or no such member in it.
    :raises Forbidden: it is somebody else's, and the actor does not keep the mini-cluster.
    """
    place = await locate_mini_cluster(session, mini_cluster_id)
    member_id, role = await _member(session, actor, place, account_id)
    if member_id != actor.account_id and not may_end_membership(actor, place.id, place.consortium_id, role):
        raise Forbidden
    ended = await memberships.leave(session, member_id, place.id)
    await _record(session, actor, "membership.ended", place, member_id, mini_cluster_ids=ended)


async def _member(
    session: AsyncSession, actor: Actor, place: MiniClusterKey, account_id: uuid.UUID
) -> tuple[int, MemberRole]:
    """Id and role of a present member. To strangers of the mini-cluster all of them are forbidden, present or not."""
    if not may_see_members(actor, place.id):
        raise Forbidden
    statement = (
        select(Account.id, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Account.public_id == account_id,
            Membership.mini_cluster_id == place.id,
            Membership.ended_at.is_(None),
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row.id, row.role


async def _record(
    session: AsyncSession, actor: Actor, action: str, place: MiniClusterKey, account_id: int, **details: object
) -> None:
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="account",
        target_id=account_id,
        consortium_id=place.consortium_id,
        details={"mini_cluster_id": place.id, **details},
    )
