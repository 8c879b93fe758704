"""The routes of the programme: regions, complexes, consortia, mini-clusters and their members."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.consortia import members, service
from app.consortia.dependencies import MiniClusterId, Page, Search
from app.consortia.schemas import (
    ComplexPage,
    Consortium,
    ConsortiumPage,
    MemberPage,
    MiniCluster,
    MiniClusterPage,
    RegionPage,
)
from app.identity.dependencies import ReadActor
from app.models.programme import ConsortiumKind
from app.web.connections import ReadConnection
from app.web.fields import Line
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["programme"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


@router.get(
    "/regions",
    summary="The wide regions",
    description="The regions (광역권) from which the programme is run.",
    responses=problem_responses(401, 422, 503),
)
async def list_regions(_actor: ReadActor, connection: ReadConnection, page: Page) -> RegionPage:
    """List regions."""
    return await service.list_regions(connection, page)


@router.get(
    "/complexes",
    summary="The industrial complexes",
    description="Hub complexes (거점단지) and linked complexes (연계단지) of the regions.",
    responses=problem_responses(401, 422, 503),
)
async def list_complexes(_actor: ReadActor, connection: ReadConnection, page: Page) -> ComplexPage:
    """List complexes."""
    return await service.list_complexes(connection, page)


@router.get(
    "/consortia",
    summary="The consortia",
    description="All that are not archived: one's own, linked ones, and those one might learn from.",
    responses=problem_responses(401, 422, 503),
)
async def list_consortia(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    kind: Annotated[
        Optional[ConsortiumKind], Query(description="Only consortia of this kind.", examples=["theme"])
    ] = None,
    region: Annotated[
        Optional[Line],
        Query(description="Only consortia of the region with this code.", max_length=40, examples=["southeast"]),
    ] = None,
) -> ConsortiumPage:
    """List consortia."""
    return await service.list_consortia(connection, actor, kind, region, page)


@router.get(
    "/consortia/{consortium_id}",
    summary="A consortium",
    description="Archived ones are given too.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_consortium(
    consortium_id: Annotated[uuid.UUID, Path(description="The consortium", examples=[_EXAMPLE_ID])],
    actor: ReadActor,
    connection: ReadConnection,
) -> Consortium:
    """Read a consortium."""
    return await service.get_consortium(connection, actor, consortium_id)


@router.get(
    "/mini-clusters",
    summary="The mini-clusters",
    description="All that live, of one consortium where asked for. How many members one has is shown to its own"
    " people only.",
    responses=problem_responses(401, 422, 503),
)
async def list_mini_clusters(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    consortium_id: Annotated[
        Optional[uuid.UUID],
        Query(description="Only mini-clusters of this consortium.", examples=[_EXAMPLE_ID]),
    ] = None,
) -> MiniClusterPage:
    """List mini-clusters."""
    return await service.list_mini_clusters(connection, actor, consortium_id, page)


@router.get(
    "/mini-clusters/{mini_cluster_id}",
    summary="A mini-cluster",
    description="Dissolved ones are given too, since ideas posted in them are still read.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_mini_cluster(mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection) -> MiniCluster:
    """Read a mini-cluster."""
    return await service.get_mini_cluster(connection, actor, mini_cluster_id)


@router.get(
    "/mini-clusters/{mini_cluster_id}/members",
    summary="The members of a mini-cluster",
    description="By name, for its members and the coordinators of its consortium: the picker of mentions. `q` seeks"
    " in names of people and of organisations. People whom a block keeps apart from me are left out, unless I keep"
    " the mini-cluster.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_members(
    mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection, page: Page, q: Search = None
) -> MemberPage:
    """List members."""
    return await members.list_members(connection, actor, mini_cluster_id, q, page)
