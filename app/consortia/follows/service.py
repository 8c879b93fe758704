"""Following mini-clusters and what one follows. Everybody signed in may know of each, so everybody may follow each.

:class:`app.models.MiniClusterFollow` is also who wants to hear of new ideas there: :func:`followers_of`. Whoever tells
them asks first whether each of them sees the idea, as for any other news.
"""

import uuid

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.memberships import MiniClusterDissolved, begin_follow
from app.consortia.page_requests import PageRequest
from app.consortia.queries import locate_mini_cluster, select_mini_clusters
from app.consortia.rows import mini_cluster_view
from app.consortia.schemas import MiniClusterPage
from app.identity.actor import Actor
from app.models import MiniCluster, MiniClusterFollow

_LIST = "mini_cluster_follows"


async def follow(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Follow a mini-cluster; twice is once.

    :raises NotFound: there is no such mini-cluster.
    :raises MiniClusterDissolved: nothing new comes from it.
    """
    mini_cluster = await locate_mini_cluster(session, public_id)
    if mini_cluster.dissolved_at is not None:
        raise MiniClusterDissolved
    await begin_follow(session, [actor.account_id], mini_cluster.id)


async def unfollow(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Follow a mini-cluster no longer; one need not have followed it.

    :raises NotFound: there is no such mini-cluster.
    """
    mini_cluster = await locate_mini_cluster(session, public_id)
    await session.execute(
        delete(MiniClusterFollow).where(
            MiniClusterFollow.account_id == actor.account_id, MiniClusterFollow.mini_cluster_id == mini_cluster.id
        )
    )


async def list_followed(connection: AsyncConnection, actor: Actor, page: PageRequest) -> MiniClusterPage:
    """The mini-clusters the actor follows, dissolved ones too."""
    statement = (
        select_mini_clusters(actor.inner_mini_cluster_ids)
        .join(MiniClusterFollow, MiniClusterFollow.mini_cluster_id == MiniCluster.id)
        .where(MiniClusterFollow.account_id == actor.account_id)
        .limit(page.rows)
    )
    if (after := page.after(_LIST)) is not None:
        statement = statement.where(MiniClusterFollow.mini_cluster_id > after)
    rows, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    return MiniClusterPage(items=[mini_cluster_view(row, actor) for row in rows], next_cursor=next_cursor)


def followers_of(mini_cluster_id: int) -> Select[int]:
    """The accounts that follow a mini-cluster."""
    return select(MiniClusterFollow.account_id).where(MiniClusterFollow.mini_cluster_id == mini_cluster_id)
