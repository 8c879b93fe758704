"""The routes of feeds: home, open, of a consortium, of a mini-cluster."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.queries import select_lineage
from app.core.cursor import CursorCodec
from app.core.errors import NotFound
from app.feeds.floors import FeedFloors
from app.feeds.service import read_feed
from app.feeds.sorts import Order, Period, Sort, order_of
from app.ideas.schemas import IdeaPage
from app.ideas.streams import (
    consortium_streams,
    home_streams,
    invited_streams,
    mini_cluster_streams,
    open_streams,
)
from app.identity.actor import Actor
from app.identity.dependencies import ReadActor
from app.models import Consortium, MiniCluster
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["feeds"])

_EXAMPLE = ["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"]


async def _order(
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


@dataclass(frozen=True)
class FeedRequest:
    """The page of a feed that a client asks for."""

    actor: Actor
    connection: AsyncConnection
    cursors: CursorCodec
    floors: FeedFloors
    order: Order
    cursor: str | None
    limit: int

    async def read(self, feed: str, streams: Sequence[int]) -> IdeaPage:
        """The page of the feed named ``feed``, which merges ``streams``."""
        return await read_feed(
            self.connection,
            self.actor,
            self.cursors,
            self.floors,
            feed=feed,
            streams=streams,
            order=self.order,
            cursor=self.cursor,
            limit=self.limit,
        )


async def _feed_request(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    http: Request,
    order: Annotated[Order, Depends(_order)],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> FeedRequest:
    floors: FeedFloors = http.app.state.feed_floors
    return FeedRequest(actor, connection, resources.cursors, floors, order, cursor, limit)


Feed = Annotated[FeedRequest, Depends(_feed_request)]


@router.get(
    "/feeds/home",
    summary="My feed",
    description="What is posted in my mini-clusters, for my consortia, for consortia linked to them, or for me by"
    " name. A page may be short and still have a cursor; entries of `hot` move, so drop repeated ids.",
    responses=problem_responses(401, 422, 503),
)
async def get_home_feed(page: Feed) -> IdeaPage:
    """Read the home feed."""
    return await page.read("home", home_streams(page.actor))


@router.get(
    "/feeds/open",
    summary="Ideas open to all mini-clusters",
    description="Ideas of visibility `all`, of whatever consortium, for members of any.",
    responses=problem_responses(401, 422, 503),
)
async def get_open_feed(page: Feed) -> IdeaPage:
    """Read the open feed."""
    return await page.read("open", open_streams(page.actor))


@router.get(
    "/feeds/invited",
    summary="Ideas I was invited into as an expert",
    description="Of whatever mini-cluster and visibility, as long as their authors keep me invited.",
    responses=problem_responses(401, 422, 503),
)
async def get_invited_feed(page: Feed) -> IdeaPage:
    """Read the feed of an expert."""
    return await page.read("invited", invited_streams(page.actor))


@router.get(
    "/consortia/{consortium_id}/ideas",
    summary="The feed of a consortium",
    description="What I may see of the ideas posted in its mini-clusters: all but inner ones of mini-clusters that are"
    " not mine as a member, what is for linked ones from a linked consortium, what is for all as a stranger.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_consortium_feed(
    consortium_id: Annotated[uuid.UUID, Path(description="The consortium", examples=_EXAMPLE)],
    page: Feed,
) -> IdeaPage:
    """Read the feed of a consortium."""
    statement = (
        select(Consortium.id, MiniCluster.id.label("mini_cluster_id"))
        .outerjoin(MiniCluster, MiniCluster.consortium_id == Consortium.id)
        .where(Consortium.public_id == consortium_id)
    )
    rows = (await page.connection.execute(statement)).all()
    if not rows:
        raise NotFound
    mini_clusters = [row.mini_cluster_id for row in rows if row.mini_cluster_id is not None]
    return await page.read(f"consortium.{rows[0].id}", consortium_streams(page.actor, rows[0].id, mini_clusters))


@router.get(
    "/mini-clusters/{mini_cluster_id}/ideas",
    summary="The feed of a mini-cluster",
    description="What I may see of the ideas posted in it, and in mini-clusters merged into it or split to make it.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_mini_cluster_feed(
    mini_cluster_id: Annotated[uuid.UUID, Path(description="The mini-cluster", examples=_EXAMPLE)],
    page: Feed,
) -> IdeaPage:
    """Read the feed of a mini-cluster."""
    lineage = (await page.connection.execute(select_lineage(mini_cluster_id))).all()
    if not lineage:
        raise NotFound
    streams = mini_cluster_streams(page.actor, [row.id for row in lineage], lineage[0].consortium_id)
    return await page.read(f"mini_cluster.{lineage[0].id}", streams)
