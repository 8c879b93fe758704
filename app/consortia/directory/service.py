"""Reading the directory: two statements, however long the page."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.directory.schemas import DirectoryMiniCluster, DirectoryPage
from app.consortia.lifetime import is_open
from app.consortia.page_requests import PageRequest
from app.consortia.queries import select_mini_clusters
from app.consortia.rows import region_view
from app.consortia.service import region_id
from app.identity.accounts.schemas import ConsortiumName
from app.models import Account, Membership, MiniCluster, Region
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole

_LIST = "directory"


async def list_directory(
    connection: AsyncConnection, q: str | None, region_code: str | None, page: PageRequest
) -> DirectoryPage:
    """The mini-clusters that take people in, of one region where asked for; ``q`` seeks in names and industry.

    :raises Invalid: no region has the code.
    """
    statement = select_mini_clusters(()).where(MiniCluster.dissolved_at.is_(None), is_open()).limit(page.rows)
    if region_code is not None:
        statement = statement.where(Region.id == await region_id(connection, region_code))
    if q and (sought := q.strip()):
        statement = statement.where(_is_called(sought))
    if (after := page.after(_LIST)) is not None:
        statement = statement.where(MiniCluster.id > after)
    rows, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    managers = await _managers_of(connection, [row.id for row in rows])
    return DirectoryPage(items=[_view(row, managers[row.id]) for row in rows], next_cursor=next_cursor)


async def _managers_of(connection: AsyncConnection, mini_cluster_ids: Iterable[int]) -> dict[int, list[str]]:
    statement = (
        select(Membership.mini_cluster_id, Account.name)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.mini_cluster_id.in_(mini_cluster_ids),
            Membership.role == MemberRole.MANAGER,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Membership.id)
    )
    names: defaultdict[int, list[str]] = defaultdict(list)
    for mini_cluster_id, name in await connection.execute(statement):
        names[mini_cluster_id].append(name)
    return names


def _is_called(sought: str) -> ColumnElement[bool]:
    """A name or the industry holds ``sought``; the signs of LIKE stand for themselves."""
    columns = (MiniCluster.name_ko, MiniCluster.name_en, MiniCluster.industry)
    return or_(*(column.icontains(sought, autoescape=True) for column in columns))


def _view(row: Row[Any], managers: list[str]) -> DirectoryMiniCluster:
    return DirectoryMiniCluster(
        id=row.public_id,
        name_ko=row.name_ko,
        name_en=row.name_en,
        industry=row.industry,
        consortium=ConsortiumName(
            id=row.consortium_public_id, name_ko=row.consortium_name_ko, name_en=row.consortium_name_en
        ),
        region=region_view(row) if row.region_code else None,
        managers=managers,
    )
