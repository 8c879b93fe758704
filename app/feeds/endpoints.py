"""The routes of feeds: home, open, of a consortium, of a mini-cluster."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import select

from app.core.errors import NotFound
from app.feeds.service import read_feed
from app.feeds.sorts import Order, Period, Sort, order_of
from app.ideas.schemas import IdeaPage
from app.ideas.streams import OPEN_STREAM, consortium_streams, home_streams, mini_cluster_streams
from app.identity.dependencies import ReadActor
from app.models import Consortium, MiniCluster
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["feeds"])

_EXAMPLE = ["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"]


def _order(
    sort: Annotated[
        Sort,
        Query(
            description="`new`: latest first. `hot`: latest first, where ten times the response makes up for four"
            " days. `top`: most recommended of a calendar period. `unanswered`: latest without a comment.",
            examples=["new"],
        ),
    ] = Sort.NEW,
    period: Annotated[
        Period, Query(description="The present calendar period in Seoul of which `top` shows ideas.", examples=["week"])
    ] = Period.WEEK,
) -> Order:
    return order_of(sort, period)


FeedOrder = Annotated[Order, Depends(_order)]


@router.get(
    "/feeds/home",
    summary="My feed",
    description="What is posted in my mini-clusters, for my consortia, for consortia linked to them, or for me by"
    " name. A page may be short and still have a cursor; entries of `hot` move, so drop repeated ids.",
    responses=problem_responses(401, 422, 503),
)
async def get_home_feed(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    order: FeedOrder,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaPage:
    """Read the home feed."""
    return await read_feed(
        connection,
        actor,
        resources.cursors,
        feed="home",
        streams=home_streams(actor),
        order=order,
        cursor=cursor,
        limit=limit,
    )


@router.get(
    "/feeds/open",
    summary="Ideas open to all mini-clusters",
    description="Ideas of visibility `all`, of whatever consortium.",
    responses=problem_responses(401, 422, 503),
)
async def get_open_feed(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    order: FeedOrder,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaPage:
    """Read the open feed."""
    return await read_feed(
        connection,
        actor,
        resources.cursors,
        feed="open",
        streams=[OPEN_STREAM],
        order=order,
        cursor=cursor,
        limit=limit,
    )


@router.get(
    "/consortia/{consortium_id}/ideas",
    summary="The feed of a consortium",
    description="What I may see of the ideas posted in its mini-clusters: all but inner ones of mini-clusters that are"
    " not mine as a member, what is for linked ones from a linked consortium, what is for all as a stranger.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_consortium_feed(
    consortium_id: Annotated[uuid.UUID, Path(description="The consortium", examples=_EXAMPLE)],
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    order: FeedOrder,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaPage:
    """Read the feed of a consortium."""
    statement = (
        select(Consortium.id, MiniCluster.id.label("mini_cluster_id"))
        .outerjoin(MiniCluster, MiniCluster.consortium_id == Consortium.id)
        .where(Consortium.public_id == consortium_id)
    )
    rows = (await connection.execute(statement)).all()
    if not rows:
        raise NotFound
    mini_clusters = [row.mini_cluster_id for row in rows if row.mini_cluster_id is not None]
    return await read_feed(
        connection,
        actor,
        resources.cursors,
        feed=f"consortium.{rows[0].id}",
        streams=consortium_streams(actor, rows[0].id, mini_clusters),
        order=order,
        cursor=cursor,
        limit=limit,
    )


@router.get(
    "/mini-clusters/{mini_cluster_id}/ideas",
    summary="The feed of a mini-cluster",
    description="What I may see of the ideas posted in it.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_mini_cluster_feed(
    mini_cluster_id: Annotated[uuid.UUID, Path(description="The mini-cluster", examples=_EXAMPLE)],
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    order: FeedOrder,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> IdeaPage:
    """Read the feed of a mini-cluster."""
    statement = select(MiniCluster.id, MiniCluster.consortium_id).where(MiniCluster.public_id == mini_cluster_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return await read_feed(
        connection,
        actor,
        resources.cursors,
        feed=f"mini_cluster.{row.id}",
        streams=mini_cluster_streams(actor, row.id, row.consortium_id),
        order=order,
        cursor=cursor,
        limit=limit,
    )
