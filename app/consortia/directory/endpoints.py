"""The route of the public directory."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.consortia.dependencies import Page, Search
from app.consortia.directory import service
from app.consortia.directory.schemas import DirectoryPage
from app.web.connections import ReadConnection
from app.web.fields import Line
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["applications"])


@router.get(
    "/directory/mini-clusters",
    summary="The public directory of mini-clusters",
    description="Needs no sign-in: where one may apply (`POST /v1/applications`), and who keeps it. `q` seeks in names"
    " and industries.",
    responses=problem_responses(422, 503),
)
async def list_directory(
    connection: ReadConnection,
    page: Page,
    q: Search = None,
    region: Annotated[
        Optional[Line],
        Query(description="Only mini-clusters of the region with this code.", max_length=40, examples=["southeast"]),
    ] = None,
) -> DirectoryPage:
    """List the mini-clusters that take people in."""
    return await service.list_directory(connection, q, region, page)
