"""The routes of figures and of the log as CSV."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.consortia.dependencies import ConsortiumId
from app.identity.dependencies import Accesses, ReadActor
from app.moderation.figures import queries
from app.moderation.figures.schemas import ModerationFigures
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])


class CsvResponse(Response):
    """A sheet."""

    media_type = "text/csv"


@router.get(
    "/consortia/{consortium_id}/moderation-figures",
    summary="How much is moderated in a consortium",
    description="Counts of the last twelve months, for everybody who belongs to it, and operators.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def get_moderation_figures(
    consortium_id: ConsortiumId, actor: ReadActor, connection: ReadConnection
) -> ModerationFigures:
    """Count what was done by month."""
    return await queries.count_by_month(connection, actor, consortium_id)


@router.get(
    "/consortia/{consortium_id}/moderation-log",
    summary="The acts of a month as CSV",
    description="For coordinators and operators: who did what to what, before, after and why. The reading is recorded.",
    response_class=CsvResponse,
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def get_moderation_log(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    month: Annotated[str, Query(max_length=7, description="The calendar month in Seoul", examples=["2026-11"])],
) -> CsvResponse:
    """Give the acts of a month."""
    return CsvResponse(await queries.acts_as_csv(connection, actor, accesses, consortium_id, month))
