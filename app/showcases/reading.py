"""Reading showcases. What is listed in one is what the viewer sees anyway: a showcase opens nothing by itself."""

import uuid
from typing import Any

from sqlalchemy import Row, Select, false, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.consortia.queries import select_mini_clusters
from app.consortia.rows import mini_cluster_view
from app.consortia.service import region_id
from app.core.errors import NotFound
from app.ideas.queries import idea_columns, join_cards, visible_to
from app.ideas.rows import summary
from app.ideas.schemas import IdeaSummary
from app.identity.actor import Actor
from app.models import Idea, MiniCluster, MiniClusterFollow, Region, ShowcaseIdea
from app.models import Showcase as StoredShowcase
from app.models.ideas import Visibility
from app.models.showcases import IDEAS_PER_SHOWCASE
from app.showcases.schemas import ActivityFigures, Showcase, ShowcasePage, ShowcaseSummary

Reader = AsyncConnection | AsyncSession
_LIST = "showcases"


async def list_showcases(
    connection: AsyncConnection, actor: Actor, region: str | None, industry: str | None, page: PageRequest
) -> ShowcasePage:
    """The open showcases, of one region and of one industry where asked for.

    :raises Invalid: no region has the code.
    """
    statement = _select_open(actor).limit(page.rows)
    if region is not None:
        statement = statement.where(Region.id == await region_id(connection, region))
    if industry is not None:
        statement = statement.where(MiniCluster.industry == industry)
    if (after := page.after(_LIST)) is not None:
        statement = statement.where(MiniCluster.id > after)
    rows, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    return ShowcasePage(items=[ShowcaseSummary(**_fields(row, actor)) for row in rows], next_cursor=next_cursor)


async def show_showcase(connection: Reader, actor: Actor, mini_cluster_id: uuid.UUID) -> Showcase:
    """The showcase of a mini-cluster with its ideas.

    :raises NotFound: there is no such mini-cluster, or it shows nothing now.
    """
    statement = _select_open(actor).where(MiniCluster.public_id == mini_cluster_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return Showcase(**_fields(row, actor), ideas=await _shown(connection, actor, row))


def _select_open(actor: Actor) -> Select[Any]:
    """Showcases that are open, of mini-clusters that live; ``id`` is that of the mini-cluster."""
    follow = select(MiniClusterFollow.account_id).where(
        MiniClusterFollow.account_id == actor.account_id, MiniClusterFollow.mini_cluster_id == MiniCluster.id
    )
    columns: list[Any] = [
        StoredShowcase.id.label("showcase_id"),
        StoredShowcase.profile_ko,
        StoredShowcase.profile_en,
        StoredShowcase.figures,
        StoredShowcase.opened_at,
        follow.correlate(MiniCluster).scalar_subquery().is_not(None).label("following"),
    ]
    statement = (
        select_mini_clusters(actor.inner_mini_cluster_ids)
        .add_columns(*columns)
        .join(StoredShowcase, StoredShowcase.mini_cluster_id == MiniCluster.id)
        .where(StoredShowcase.closed_at.is_(None), MiniCluster.dissolved_at.is_(None))
    )
    # All members see what is shown; who only applies to become one is not among them.
    return statement.where(false()) if actor.is_outsider else statement


async def _shown(connection: Reader, actor: Actor, row: Row[Any]) -> list[IdeaSummary]:
    columns: list[Any] = idea_columns(actor.account_id)
    chosen = join_cards(ShowcaseIdea.__table__.join(Idea, Idea.id == ShowcaseIdea.idea_id))
    statement = (
        select(*columns)
        .select_from(chosen)
        .where(
            ShowcaseIdea.showcase_id == row.showcase_id,
            Idea.mini_cluster_id == row.id,
            Idea.visibility == Visibility.ALL,
            visible_to(actor),
        )
        .order_by(ShowcaseIdea.position, ShowcaseIdea.idea_id)
        .limit(literal_column(str(IDEAS_PER_SHOWCASE)))
    )
    return [summary(shown, actor) for shown in await connection.execute(statement)]


def _fields(row: Row[Any], actor: Actor) -> dict[str, Any]:
    return {
        "mini_cluster": mini_cluster_view(row, actor),
        "profile_ko": row.profile_ko,
        "profile_en": row.profile_en,
        "figures": ActivityFigures.model_validate(row.figures),
        "following": bool(row.following),
        "may_edit": actor.manages(row.id, row.consortium_id),
        "opened_at": row.opened_at,
    }
