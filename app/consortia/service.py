"""Reading regions, complexes, consortia and mini-clusters. Everybody signed in may know of each of them."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.consortia.queries import select_complexes, select_consortia, select_mini_clusters, select_regions
from app.consortia.rows import complex_view, consortium_view, mini_cluster_view, region_view
from app.consortia.schemas import (
    ComplexPage,
    ConsortiumPage,
    MiniClusterPage,
    RegionPage,
)
from app.consortia.schemas import Consortium as ConsortiumView
from app.consortia.schemas import MiniCluster as MiniClusterView
from app.core.errors import NotFound, invalid_field
from app.identity.actor import Actor
from app.models import Complex, Consortium, MiniCluster, Region
from app.models.programme import ConsortiumKind

Reader = AsyncConnection | AsyncSession


async def list_regions(connection: AsyncConnection, page: PageRequest) -> RegionPage:
    """The wide regions, in the order of the programme."""
    statement = select_regions().limit(page.rows)
    if (after := page.after("regions")) is not None:
        statement = statement.where(Region.id > after)
    rows, next_cursor = page.cut("regions", (await connection.execute(statement)).all())
    return RegionPage(items=[region_view(row) for row in rows], next_cursor=next_cursor)


async def list_complexes(connection: AsyncConnection, page: PageRequest) -> ComplexPage:
    """The industrial complexes, in the order of the programme."""
    statement = select_complexes().limit(page.rows)
    if (after := page.after("complexes")) is not None:
        statement = statement.where(Complex.id > after)
    rows, next_cursor = page.cut("complexes", (await connection.execute(statement)).all())
    return ComplexPage(items=[complex_view(row) for row in rows], next_cursor=next_cursor)


async def list_consortia(
    connection: AsyncConnection,
    actor: Actor,
    kind: ConsortiumKind | None,
    region_code: str | None,
    page: PageRequest,
) -> ConsortiumPage:
    """The consortia that are not archived, of one kind and of one region where asked for.

    :raises Invalid: no region has the code.
    """
    statement = select_consortia().where(Consortium.archived_at.is_(None)).limit(page.rows)
    if kind is not None:
        statement = statement.where(Consortium.kind == kind)
    if region_code is not None:
        statement = statement.where(Consortium.region_id == await region_id(connection, region_code))
    if (after := page.after("consortia")) is not None:
        statement = statement.where(Consortium.id > after)
    rows, next_cursor = page.cut("consortia", (await connection.execute(statement)).all())
    return ConsortiumPage(items=[consortium_view(row, actor) for row in rows], next_cursor=next_cursor)


async def get_consortium(connection: Reader, actor: Actor, public_id: uuid.UUID) -> ConsortiumView:
    """One consortium, archived ones too.

    :raises NotFound: there is none.
    """
    statement = select_consortia().where(Consortium.public_id == public_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return consortium_view(row, actor)


async def list_mini_clusters(
    connection: AsyncConnection, actor: Actor, consortium_public_id: uuid.UUID | None, page: PageRequest
) -> MiniClusterPage:
    """The mini-clusters that live, of one consortium where asked for.

    :raises Invalid: there is no such consortium.
    """
    statement = (
        select_mini_clusters(actor.inner_mini_cluster_ids).where(MiniCluster.dissolved_at.is_(None)).limit(page.rows)
    )
    if consortium_public_id is not None:
        consortium_id = await _consortium_id(connection, consortium_public_id)
        statement = statement.where(MiniCluster.consortium_id == consortium_id)
    if (after := page.after("mini_clusters")) is not None:
        statement = statement.where(MiniCluster.id > after)
    rows, next_cursor = page.cut("mini_clusters", (await connection.execute(statement)).all())
    return MiniClusterPage(items=[mini_cluster_view(row, actor) for row in rows], next_cursor=next_cursor)


async def get_mini_cluster(connection: Reader, actor: Actor, public_id: uuid.UUID) -> MiniClusterView:
    """One mini-cluster, dissolved ones too: ideas posted in them are still read.

    :raises NotFound: there is none.
    """
    statement = select_mini_clusters(actor.inner_mini_cluster_ids).where(MiniCluster.public_id == public_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return mini_cluster_view(row, actor)


async def region_id(connection: AsyncConnection, code: str) -> int:
    """The region of a code that a query gives.

    :raises Invalid: no region has the code.
    """
    found: int | None = await connection.scalar(select(Region.id).where(Region.code == code))
    if found is None:
        raise invalid_field(
            "/query/region",
            "unknown_region",
            "없는 광역권 코드입니다. 광역권 목록의 code를 보내 주세요.",
            "No region has this code; send the `code` of one from the list of regions.",
        )
    return found


async def _consortium_id(connection: AsyncConnection, public_id: uuid.UUID) -> int:
    consortium_id: int | None = await connection.scalar(select(Consortium.id).where(Consortium.public_id == public_id))
    if consortium_id is None:
        raise invalid_field(
            "/query/consortium_id",
            "unknown_consortium",
            "없는 클러스터입니다. 클러스터 목록의 id를 보내 주세요.",
            "There is no such consortium; send the `id` of one from the list of consortia.",
        )
    return consortium_id
