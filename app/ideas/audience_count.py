"""How many people would see an idea before it is posted.

The count mirrors ``visible_to``: a test compares the two on places made at random.
"""

from collections.abc import Collection
from typing import Any

from pydantic import Field
from sqlalchemy import CompoundSelect, Select, case, distinct, func, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.queries import MiniClusterKey
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, ConsortiumLink, CoordinatorRole, Membership, MiniCluster
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility
from app.models.programme import LinkState
from app.web.fields import ResponseModel


class Audience(ResponseModel):
    """How many would see an idea, its author aside."""

    people_count: int = Field(description="People who would see it", examples=[108])
    organisation_count: int = Field(description="Organisations they work for", examples=[41])


async def count_audience(
    connection: AsyncConnection | AsyncSession,
    author_id: int,
    mini_cluster: MiniClusterKey,
    visibility: Visibility,
    reader_ids: Collection[int],
    excluded_ids: Collection[int],
) -> Audience:
    """People, and their organisations, for whom ``visible_to`` would hold; without the author. One statement."""
    people = _people_reached(mini_cluster, visibility, reader_ids).subquery("people")
    statement = (
        select(func.count().label("people"), func.count(distinct(Affiliation.organisation_id)).label("organisations"))
        .select_from(people)
        .join(Account, Account.id == people.c.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .where(
            Account.status == AccountStatus.ACTIVE,
            Account.id != author_id,
            not_blocked(author_id, Account.id),
            or_(Affiliation.organisation_id.is_(None), Affiliation.organisation_id.not_in(sorted(excluded_ids))),
        )
    )
    row = (await connection.execute(statement)).one()
    return Audience(people_count=row.people, organisation_count=row.organisations)


def _people_reached(
    mini_cluster: MiniClusterKey, visibility: Visibility, reader_ids: Collection[int]
) -> Select[int] | CompoundSelect[int]:
    """Each account that reads a stream such an idea stands in, once: see ``streams_of_idea``."""
    if visibility is Visibility.NAMED:
        return select(Account.id.label("account_id")).where(Account.id.in_(sorted(reader_ids)))
    if visibility is Visibility.ALL:
        return _belonging(true(), true(), Account.is_operator)
    consortium_id = mini_cluster.consortium_id
    if visibility is Visibility.MINI_CLUSTER:
        return _belonging(MiniCluster.id == mini_cluster.id, CoordinatorRole.consortium_id == consortium_id)
    if visibility is Visibility.CONSORTIUM:
        return _belonging(MiniCluster.consortium_id == consortium_id, CoordinatorRole.consortium_id == consortium_id)
    linked = _linked_to(consortium_id)
    return _belonging(
        or_(MiniCluster.consortium_id == consortium_id, MiniCluster.consortium_id.in_(linked)),
        or_(CoordinatorRole.consortium_id == consortium_id, CoordinatorRole.consortium_id.in_(linked)),
    )


def _belonging(of_mini_cluster: Any, of_role: Any, of_account: Any = None) -> CompoundSelect[int]:
    """Present members of some mini-clusters, present coordinators of some consortia, and perhaps some accounts."""
    others = [] if of_account is None else [select(Account.id).where(of_account)]
    return union(
        select(Membership.account_id.label("account_id"))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .where(of_mini_cluster, Membership.ended_at.is_(None)),
        select(CoordinatorRole.account_id).where(of_role, CoordinatorRole.ended_at.is_(None)),
        *others,
    )


def _linked_to(consortium_id: int) -> Select[int]:
    other = case((ConsortiumLink.first_id == consortium_id, ConsortiumLink.second_id), else_=ConsortiumLink.first_id)
    return select(other).where(
        or_(ConsortiumLink.first_id == consortium_id, ConsortiumLink.second_id == consortium_id),
        ConsortiumLink.state == LinkState.ACTIVE,
    )
