"""The selects of regions, complexes, consortia and mini-clusters: every list and single read is one statement."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, case, func, literal_column, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.errors import NotFound
from app.models import Account, Complex, Consortium, Membership, MiniCluster, Region
from app.models.accounts import AccountStatus

_REGION_COLUMNS = (
    Region.code.label("region_code"),
    Region.name_ko.label("region_name_ko"),
    Region.name_en.label("region_name_en"),
)
_COMPLEX_COLUMNS = (
    Complex.code.label("complex_code"),
    Complex.role.label("complex_role"),
    Complex.name_ko.label("complex_name_ko"),
    Complex.name_en.label("complex_name_en"),
    Complex.industry_ko.label("complex_industry_ko"),
    Complex.industry_en.label("complex_industry_en"),
)


def _consortium_columns() -> tuple[Any, ...]:
    sibling = MiniCluster.__table__.alias("sibling")
    count = (
        select(func.count())
        .where(sibling.c.consortium_id == Consortium.id, sibling.c.dissolved_at.is_(None))
        .correlate(Consortium)
        .scalar_subquery()
    )
    return (
        Consortium.id.label("consortium_id"),
        Consortium.public_id.label("consortium_public_id"),
        Consortium.kind.label("consortium_kind"),
        Consortium.name_ko.label("consortium_name_ko"),
        Consortium.name_en.label("consortium_name_en"),
        Consortium.ends_on.label("consortium_ends_on"),
        Consortium.archived_at.label("consortium_archived_at"),
        count.label("mini_cluster_count"),
    )


def select_regions() -> Select[*tuple[Any, ...]]:
    """Every region, in the order of the programme."""
    return select(Region.id.label("id"), *_REGION_COLUMNS).order_by(Region.id)


def select_complexes() -> Select[*tuple[Any, ...]]:
    """Every industrial complex with its region, in the order of the programme."""
    return (
        select(Complex.id.label("id"), *_COMPLEX_COLUMNS, *_REGION_COLUMNS)
        .join(Region, Region.id == Complex.region_id)
        .order_by(Complex.id)
    )


def select_consortia() -> Select[*tuple[Any, ...]]:
    """Every consortium with its region, archived ones too."""
    return (
        select(
            Consortium.id.label("id"),
            *_consortium_columns(),
            *_REGION_COLUMNS,
        )
        .outerjoin(Region, Region.id == Consortium.region_id)
        .order_by(Consortium.id)
    )


def select_mini_clusters(counted: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Every mini-cluster with its consortium, complex and region, dissolved ones too.

    ``counted`` are those whose members are counted; for the others ``member_count`` is NULL.
    """
    successor, predecessor = MiniCluster.__table__.alias("successor"), MiniCluster.__table__.alias("predecessor")
    members = (
        select(func.count())
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.mini_cluster_id == MiniCluster.id,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .correlate(MiniCluster)
        .scalar_subquery()
    )
    return (
        select(
            MiniCluster.id.label("id"),
            MiniCluster.public_id.label("public_id"),
            MiniCluster.name_ko.label("name_ko"),
            MiniCluster.name_en.label("name_en"),
            MiniCluster.industry.label("industry"),
            MiniCluster.dissolved_at.label("dissolved_at"),
            successor.c.public_id.label("merged_into_public_id"),
            predecessor.c.public_id.label("split_from_public_id"),
            case((MiniCluster.id.in_(sorted(counted)), members), else_=null()).label("member_count"),
            *_consortium_columns(),
            *_COMPLEX_COLUMNS,
            *_REGION_COLUMNS,
        )
        .join(Consortium, Consortium.id == MiniCluster.consortium_id)
        .outerjoin(successor, successor.c.id == MiniCluster.merged_into_id)
        .outerjoin(predecessor, predecessor.c.id == MiniCluster.split_from_id)
        .outerjoin(Complex, Complex.id == MiniCluster.complex_id)
        .outerjoin(Region, Region.id == func.coalesce(Complex.region_id, Consortium.region_id))
        .order_by(MiniCluster.id)
    )


class MiniClusterKey(NamedTuple):
    """What acts on a mini-cluster need to know of it."""

    id: int
    consortium_id: int
    dissolved_at: datetime | None


async def locate_mini_cluster(connection: AsyncConnection | AsyncSession, public_id: uuid.UUID) -> MiniClusterKey:
    """Find a mini-cluster by the id seen outside. Everybody signed in may know of each.

    :raises NotFound: there is none.
    """
    statement = select(MiniCluster.id, MiniCluster.consortium_id, MiniCluster.dissolved_at).where(
        MiniCluster.public_id == public_id
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return MiniClusterKey(*row)


async def consortium_of(session: AsyncSession, mini_cluster_id: int) -> int:
    """The inner id of the consortium a mini-cluster stands in."""
    statement = select(MiniCluster.consortium_id).where(MiniCluster.id == mini_cluster_id)
    return (await session.scalars(statement)).one()


_MOST_ANCESTORS = 50


def select_lineage(public_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """A mini-cluster (``generation`` 0) and those it came from by merges and splits: their ideas are its past.

    Each once, at its nearest generation: what was split and came together again is reached by several ways.
    Columns: ``id``, ``consortium_id``, ``generation``.
    """
    start = (
        select(
            MiniCluster.id.label("id"),
            MiniCluster.consortium_id.label("consortium_id"),
            MiniCluster.split_from_id.label("split_from_id"),
            literal_column("0", Integer).label("generation"),
        )
        .where(MiniCluster.public_id == public_id)
        .cte("lineage", recursive=True)
    )
    before = MiniCluster.__table__.alias("before")
    lineage = start.union(
        select(before.c.id, before.c.consortium_id, before.c.split_from_id, start.c.generation + 1).where(
            or_(before.c.merged_into_id == start.c.id, before.c.id == start.c.split_from_id),
            start.c.generation < literal_column("20"),
        )
    )
    generation = func.min(lineage.c.generation).label("generation")
    return (
        select(lineage.c.id, lineage.c.consortium_id, generation)
        .group_by(lineage.c.id, lineage.c.consortium_id)
        .order_by(generation, lineage.c.id.desc())
        .limit(literal_column(str(_MOST_ANCESTORS)))
    )
