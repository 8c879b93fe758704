"""Reading rosters: whole, to compare with a file, and page by page, for those who keep them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.consortia.roster.entries import FIELDS
from app.consortia.roster.schemas import RosterPage, RosterStanding
from app.consortia.roster.schemas import RosterRow as RosterRowView
from app.models import Account, Membership, RosterImport, RosterRow, Session
from app.models.accounts import AccountStatus
from app.models.rosters import RosterState

Reader = AsyncConnection | AsyncSession


async def known_rows(reader: Reader, mini_cluster_id: int) -> Sequence[Row[Any]]:
    """All that a file is compared with, those who have left too."""
    columns = [getattr(RosterRow, name) for name in FIELDS]
    statement = select(RosterRow.id, RosterRow.person_key, RosterRow.left_at, *columns)
    return (await reader.execute(statement.where(RosterRow.mini_cluster_id == mini_cluster_id))).all()


def last_import(mini_cluster_id: int) -> Select[RosterImport]:
    """The newest import of a mini-cluster's roster."""
    return (
        select(RosterImport)
        .where(RosterImport.mini_cluster_id == mini_cluster_id)
        .order_by(RosterImport.id.desc())
        .limit(1)
    )


async def last_import_id(reader: Reader, mini_cluster_id: int) -> int:
    """Its number; 0 where there was none."""
    statement = last_import(mini_cluster_id).with_only_columns(RosterImport.id)
    return (await reader.execute(statement)).scalar_one_or_none() or 0


async def members_by_address(reader: Reader, mini_cluster_id: int) -> dict[str, int]:
    """The accounts of present members by their addresses."""
    statement = (
        select(Account.email, Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.mini_cluster_id == mini_cluster_id,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
            Account.email.is_not(None),
        )
    )
    return {row.email: row.id for row in await reader.execute(statement) if row.email}


def came_back() -> ColumnElement[bool]:
    """Whether somebody has used the app since he joined: a session of his was seen later."""
    return exists().where(Session.account_id == RosterRow.account_id, Session.last_seen_at > RosterRow.verified_at)


def _in_standing(standing: RosterStanding) -> ColumnElement[bool]:
    if standing is RosterStanding.ACTIVE:
        return and_(RosterRow.state == RosterState.VERIFIED, came_back())
    if standing is RosterStanding.VERIFIED:
        return and_(RosterRow.state == RosterState.VERIFIED, ~came_back())
    return RosterRow.state == RosterState(standing.value)


async def list_rows(
    connection: AsyncConnection,
    mini_cluster_id: int,
    standing: RosterStanding | None,
    q: str | None,
    page: PageRequest,
    *,
    left: bool,
) -> RosterPage:
    """Who is on the roster, or has left it, in the order of import."""
    list_name = f"roster.{mini_cluster_id}"
    statement: Select[*tuple[Any, ...]] = (
        select(RosterRow, came_back().label("came_back"), Account.public_id.label("account_public_id"))
        .outerjoin(Account, Account.id == RosterRow.account_id)
        .where(
            RosterRow.mini_cluster_id == mini_cluster_id,
            RosterRow.left_at.is_not(None) if left else RosterRow.left_at.is_(None),
        )
        .order_by(RosterRow.id)
        .limit(page.rows)
    )
    if standing is not None:
        statement = statement.where(_in_standing(standing))
    if q and (sought := q.strip()):
        statement = statement.where(
            or_(
                RosterRow.name.icontains(sought, autoescape=True),
                RosterRow.organisation_name.icontains(sought, autoescape=True),
            )
        )
    if (after := page.after(list_name)) is not None:
        statement = statement.where(RosterRow.id > after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return RosterPage(items=[row_view(row) for row in rows], next_cursor=next_cursor)


def row_view(row: Any) -> RosterRowView:
    """A stored row as it is shown."""
    is_active = row.state is RosterState.VERIFIED and row.came_back
    return RosterRowView(
        id=row.public_id,
        name=row.name,
        email=row.email,
        is_shared_address=row.is_shared_address,
        phone=row.phone,
        organisation=row.organisation_name,
        organisation_kind=row.organisation_kind,
        business_number=row.business_number,
        position=row.position,
        state=RosterStanding.ACTIVE if is_active else RosterStanding(row.state.value),
        bounce_code=row.bounce_code,
        is_queued=row.wanted_at is not None,
        account_id=row.account_public_id,
        confirmed_at=row.confirmed_at,
        invited_at=row.invited_at,
        verified_at=row.verified_at,
        left_at=row.left_at,
    )
