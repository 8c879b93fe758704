"""The routes of figures."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.consortia.dependencies import ConsortiumId, MiniClusterId, Page
from app.consortia.figures import reading
from app.consortia.figures.schemas import PeriodFiguresPage
from app.consortia.roster.endpoints import XLSX
from app.consortia.roster.schemas import ExportFormat
from app.identity.dependencies import ReadActor
from app.models.figures import FiguresPeriod
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["programme"])

FIGURES_FILES = {ExportFormat.CSV: "text/csv", ExportFormat.XLSX: XLSX}
"""What the sheets are."""
Span = Annotated[FiguresPeriod, Query(description="How long the periods are.", examples=["month"])]


@router.get(
    "/consortia/{consortium_id}/figures",
    summary="Figures of a consortium by week, month or year",
    description="For its coordinators and operators; the latest period first. The running one is counted once a day,"
    " each a last time when it is over: after that its figures stay, whatever is deleted.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_figures_of_consortium(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    period: Span = FiguresPeriod.MONTH,
) -> PeriodFiguresPage:
    """List the figures of a consortium."""
    return await reading.list_of_consortium(connection, actor, consortium_id, period, page)


@router.get(
    "/mini-clusters/{mini_cluster_id}/figures",
    summary="Figures of a mini-cluster by week, month or year",
    description="For its manager, coordinators of its consortium, operators; as for a consortium.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_figures_of_mini_cluster(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    period: Span = FiguresPeriod.MONTH,
) -> PeriodFiguresPage:
    """List the figures of a mini-cluster."""
    return await reading.list_of_mini_cluster(connection, actor, mini_cluster_id, period, page)


@router.get(
    "/consortia/{consortium_id}/figures/export",
    summary="The figures of a consortium and its mini-clusters as a spreadsheet",
    description="For its coordinators and operators: a row for each place and period, the latest first.",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FIGURES_FILES.values()},
        },
        **problem_responses(401, 403, 404, 422, 503),
    },
)
async def export_figures(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    period: Span = FiguresPeriod.MONTH,
    format_: Annotated[
        ExportFormat, Query(alias="format", description="What to write", examples=["xlsx"])
    ] = ExportFormat.CSV,
) -> Response:
    """Export figures."""
    file = await reading.export(connection, actor, consortium_id, period, format_)
    headers = {"Content-Disposition": f'attachment; filename="figures-{period}.{format_}"', "Cache-Control": "no-store"}
    return Response(file, media_type=FIGURES_FILES[format_], headers=headers)
