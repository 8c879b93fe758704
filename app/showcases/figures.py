"""Numbers of a mini-cluster's activity: stored with its showcase, so that reading them costs nothing.

Counting looks at no more than the members and the latest ideas of one year, along the index of their streams.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import case, distinct, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, to_micros
from app.core.database import Database
from app.ideas.streams import StreamKind, stream_id
from app.models import Account, Affiliation, FeedEntry, Idea, Membership, Organisation, Showcase
from app.models.accounts import AccountStatus

IDEAS_COUNTED_AT_MOST = 10_000
_MONTH, _YEAR = timedelta(days=30), timedelta(days=365)
_KINDS = (StreamKind.INNER, StreamKind.FOR_CONSORTIUM, StreamKind.FOR_LINKED, StreamKind.FOR_ALL)


async def count_figures(session: AsyncSession, mini_cluster_id: int) -> dict[str, Any]:
    """The figures of a mini-cluster as of now, as they are stored."""
    present = (
        select(Account.id.label("account_id"), Affiliation.organisation_id)
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .where(
            Membership.mini_cluster_id == mini_cluster_id,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .subquery("present")
    )
    member_count = await session.scalar(select(func.count(distinct(present.c.account_id))))
    kinds = await session.execute(
        select(Organisation.kind, func.count(distinct(Organisation.id)).label("number"))
        .join(present, present.c.organisation_id == Organisation.id)
        .group_by(Organisation.kind)
        .order_by(Organisation.kind)
    )
    organisations = [{"kind": str(row.kind), "count": row.number} for row in kinds]
    return {
        "member_count": member_count,
        "organisations": organisations,
        **await _count_ideas(session, mini_cluster_id),
        "counted_at": now().isoformat(),
    }


async def _count_ideas(session: AsyncSession, mini_cluster_id: int) -> dict[str, int]:
    moment = now()
    recent = (
        select(FeedEntry.idea_id, FeedEntry.published_at)
        .where(
            FeedEntry.stream_id.in_([stream_id(kind, mini_cluster_id) for kind in _KINDS]),
            FeedEntry.published_at >= to_micros(moment - _YEAR),
        )
        .limit(literal_column(str(IDEAS_COUNTED_AT_MOST)))
        .subquery("recent")
    )
    in_month = case((recent.c.published_at >= to_micros(moment - _MONTH), 1), else_=0)
    statement = select(
        func.count().label("of_year"),
        func.coalesce(func.sum(in_month), 0).label("of_month"),
        func.coalesce(func.sum(Idea.comment_count), 0).label("comments"),
        func.coalesce(func.sum(Idea.vote_count), 0).label("votes"),
    ).select_from(recent.join(Idea.__table__, Idea.id == recent.c.idea_id))
    row = (await session.execute(statement)).one()
    return {
        "ideas_of_month": int(row.of_month),
        "ideas_of_year": int(row.of_year),
        "comment_count": int(row.comments),
        "vote_count": int(row.votes),
    }


async def refresh_figures(database: Database) -> int:
    """Count the figures of all open showcases anew, each in a short transaction; how many. For the worker's upkeep."""
    async with database.read() as connection:
        ids = (await connection.scalars(select(Showcase.id).where(Showcase.closed_at.is_(None)))).all()
    for showcase_id in ids:
        async with database.write() as session:
            showcase = await session.get_one(Showcase, showcase_id, with_for_update=True)
            showcase.figures = await count_figures(session, showcase.mini_cluster_id)
    return len(ids)
