"""The pages of places: the mini-clusters of a consortium, and who is in one."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.console.dependencies import Visiting
from app.console.navigation import consortium_place, mini_cluster_place
from app.consortia.dependencies import SEARCH_LENGTH, Page
from app.consortia.members import list_members
from app.consortia.service import list_mini_clusters

router = APIRouter()


@router.get("/consortia/{consortium_id}/mini-clusters")
async def show_mini_clusters(consortium_id: uuid.UUID, visit: Visiting, page: Page) -> Response:
    """The mini-clusters of a consortium."""
    async with visit.read() as (connection, actor, _):
        place = await consortium_place(connection, actor, consortium_id)
        shown = await list_mini_clusters(connection, actor, consortium_id, page)
    return visit.page("mini_clusters.html", place=place, tab="mini_clusters", mini_clusters=shown)


@router.get("/mini-clusters/{mini_cluster_id}/members")
async def show_members(
    mini_cluster_id: uuid.UUID, visit: Visiting, page: Page, q: Annotated[str, Query(max_length=SEARCH_LENGTH)] = ""
) -> Response:
    """The members of a mini-cluster."""
    async with visit.read() as (connection, actor, _):
        shown = await list_members(connection, actor, mini_cluster_id, q, page)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    return visit.page("members.html", place=place, tab="members", members=shown, q=q)
