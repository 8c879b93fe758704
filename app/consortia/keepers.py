"""Who looks after a mini-cluster, to be told what waits there."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import CoordinatorRole, Membership, MiniCluster
from app.models.memberships import MemberRole


async def keepers_of(session: AsyncSession, mini_cluster_id: int) -> Sequence[int]:
    """The managers of a mini-cluster; where it has none, the coordinators of its consortium."""
    managers = (await session.scalars(managers_of(mini_cluster_id))).all()
    return managers or (await session.scalars(coordinators_over(mini_cluster_id))).all()


def managers_of(mini_cluster_id: int) -> Select[int]:
    """The accounts of its managers."""
    return (
        select(Membership.account_id)
        .where(
            Membership.mini_cluster_id == mini_cluster_id,
            Membership.role == MemberRole.MANAGER,
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.account_id)
    )


def coordinators_over(mini_cluster_id: int) -> Select[int]:
    """The accounts of those who coordinate its consortium."""
    return (
        select(CoordinatorRole.account_id)
        .join(MiniCluster, MiniCluster.consortium_id == CoordinatorRole.consortium_id)
        .where(MiniCluster.id == mini_cluster_id, CoordinatorRole.ended_at.is_(None))
        .order_by(CoordinatorRole.account_id)
    )
