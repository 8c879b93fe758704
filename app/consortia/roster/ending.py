"""Ending the memberships of those whom the newest roster names no longer, where its keeper wishes so."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia import memberships
from app.consortia.administration.policy import may_end_membership
from app.consortia.queries import MiniClusterKey
from app.consortia.roster.comparing import Known
from app.identity.actor import Actor
from app.models import Membership, RosterRow
from app.models.memberships import MemberRole


async def end_memberships_of(
    session: AsyncSession, actor: Actor | None, place: MiniClusterKey, left: Sequence[Known]
) -> int:
    """End them, and tell how many; each is recorded. Nobody ends his own this way, nor that of one he may not dismiss.

    Whom another row names is still there: his address, or the way his name is written, has changed.
    """
    ids = {known.id for known in left}
    rows = await session.execute(
        select(RosterRow.id, RosterRow.account_id, Membership.role)
        .join(
            Membership,
            (Membership.account_id == RosterRow.account_id)
            & (Membership.mini_cluster_id == place.id)
            & Membership.ended_at.is_(None),
        )
        .where(RosterRow.mini_cluster_id == place.id)
    )
    found = rows.all()
    named = {row.account_id for row in found if row.id not in ids}
    ended = {
        row.account_id
        for row in found
        if row.id in ids and row.account_id not in named and _may_end(actor, place, row.account_id, row.role)
    }
    for account_id in sorted(ended):
        left_places = await memberships.leave(session, account_id, place.id)
        await record(
            session,
            actor_id=actor.account_id if actor else None,
            action="membership.ended",
            target_kind="account",
            target_id=account_id,
            consortium_id=place.consortium_id,
            details={"mini_cluster_id": place.id, "mini_cluster_ids": left_places},
        )
    return len(ended)


def _may_end(actor: Actor | None, place: MiniClusterKey, account_id: int, role: MemberRole) -> bool:
    if actor is None:
        return role is not MemberRole.MANAGER
    return account_id != actor.account_id and may_end_membership(actor, place.id, place.consortium_id, role)
