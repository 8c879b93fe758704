"""The routes of the access log."""

from fastapi import APIRouter

from app.consortia.dependencies import ConsortiumId, Page
from app.identity.dependencies import ReadActor
from app.moderation.access_log import queries
from app.moderation.access_log.schemas import AccessPage
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])


@router.get(
    "/consortia/{consortium_id}/access-log",
    summary="What staff read in a consortium",
    description="For its coordinators and operators; the latest first. An entry stands there before the data was given"
    " out, and nobody can change it.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_accesses_of_consortium(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
) -> AccessPage:
    """List what staff read in a consortium."""
    return await queries.list_accesses_of_consortium(connection, actor, consortium_id, page)


@router.get(
    "/access-log",
    summary="What staff read anywhere",
    description="For operators; the latest first.",
    responses=problem_responses(401, 403, 422, 503),
)
async def list_accesses(actor: ReadActor, connection: ReadConnection, page: Page) -> AccessPage:
    """List what staff read."""
    return await queries.list_accesses(connection, actor, page)


@router.get(
    "/me/accesses",
    summary="What staff read of my data",
    description="When somebody who moderates, or an operator, read what I wrote for a case, or my account; the latest"
    " first. Lists that show several people are not among them.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_accesses(actor: ReadActor, connection: ReadConnection, page: Page) -> AccessPage:
    """List what staff read of my data."""
    return await queries.list_my_accesses(connection, actor, page)
