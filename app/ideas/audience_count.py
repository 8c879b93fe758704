"""Who sees an idea, asked from its side: how many would before it is posted, and whom to tell once it is.

Both mirror ``visible_to``: a test compares them on places made at random.
"""

from collections.abc import Collection
from typing import Any

from pydantic import Field
from sqlalchemy import CompoundSelect, Row, Select, and_, case, distinct, func, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.queries import MiniClusterKey
from app.core.clock import now
from app.identity.blocks import not_blocked
from app.identity.queries import not_kept_out
from app.models import (
    Account,
    Affiliation,
    ConsortiumLink,
    CoordinatorRole,
    IdeaExclusion,
    IdeaReader,
    Membership,
    MiniCluster,
)
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
    named = select(Account.id.label("account_id")).where(Account.id.in_(sorted(reader_ids)))
    people = _people_reached(mini_cluster.id, mini_cluster.consortium_id, visibility, named).subquery("people")
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
    row = (await connection.execute(statement, {"at": now()})).one()
    return Audience(people_count=row.people, organisation_count=row.organisations)


def people_who_see(idea: Row[Any]) -> Select[int]:
    """The accounts, the author aside, for whom ``visible_to`` holds of a published idea. Binds ``at``.

    Those whom the author invited as experts hear of it by the invitation, and are not among them.
    """
    named = select(IdeaReader.account_id.label("account_id")).where(IdeaReader.idea_id == idea.id)
    people = _people_reached(idea.mini_cluster_id, idea.consortium_id, idea.visibility, named).subquery("people")
    excluded = (
        select(IdeaExclusion.organisation_id)
        .join(Affiliation, Affiliation.organisation_id == IdeaExclusion.organisation_id)
        .where(
            IdeaExclusion.idea_id == idea.id,
            Affiliation.account_id == Account.id,
            Affiliation.ended_at.is_(None),
        )
        .correlate(Account)
    )
    return (
        select(Account.id)
        .join(people, people.c.account_id == Account.id)
        .where(
            Account.status == AccountStatus.ACTIVE,
            Account.id != idea.author_id,
            not_blocked(idea.author_id, Account.id),
            ~excluded.exists(),
        )
    )


def _people_reached(
    mini_cluster_id: int, consortium_id: int, visibility: Visibility, named: Select[int]
) -> Select[int] | CompoundSelect[int]:
    """Each account that reads a stream such an idea stands in, once: see ``streams_of_idea``."""
    if visibility is Visibility.NAMED:
        return named
    if visibility is Visibility.ALL:
        return union(*_belonging(true(), true()), select(Account.id).where(Account.is_operator))
    let_in = not_kept_out(Membership.account_id, consortium_id)
    coordinating = CoordinatorRole.consortium_id == consortium_id
    if visibility is Visibility.MINI_CLUSTER:
        return union(*_belonging(and_(MiniCluster.id == mini_cluster_id, let_in), coordinating))
    inside = _belonging(and_(MiniCluster.consortium_id == consortium_id, let_in), coordinating)
    if visibility is Visibility.CONSORTIUM:
        return union(*inside)
    linked = _linked_to(consortium_id)
    let_in_there = not_kept_out(Membership.account_id, MiniCluster.consortium_id)
    # Whom this consortium keeps out no link lets in.
    outside = _belonging(
        and_(MiniCluster.consortium_id.in_(linked), let_in, let_in_there),
        and_(CoordinatorRole.consortium_id.in_(linked), not_kept_out(CoordinatorRole.account_id, consortium_id)),
    )
    return union(*inside, *outside)


def _belonging(of_mini_cluster: Any, of_role: Any) -> tuple[Select[int], Select[int]]:
    """Present members of some mini-clusters, and present coordinators of some consortia."""
    return (
        select(Membership.account_id.label("account_id"))
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .where(of_mini_cluster, Membership.ended_at.is_(None)),
        select(CoordinatorRole.account_id).where(of_role, CoordinatorRole.ended_at.is_(None)),
    )


def _linked_to(consortium_id: int) -> Select[int]:
    other = case((ConsortiumLink.first_id == consortium_id, ConsortiumLink.second_id), else_=ConsortiumLink.first_id)
    return select(other).where(
        or_(ConsortiumLink.first_id == consortium_id, ConsortiumLink.second_id == consortium_id),
        ConsortiumLink.state == LinkState.ACTIVE,
    )
