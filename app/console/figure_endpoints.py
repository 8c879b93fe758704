"""The pages of figures: tables and charts of a consortium or a mini-cluster, by week, month or year."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.console.charts import bar_chart
from app.console.dependencies import Visit, Visiting
from app.console.labels import LABELS
from app.console.navigation import Place, consortium_place, mini_cluster_place
from app.consortia.dependencies import Page
from app.consortia.figures import reading
from app.consortia.figures.endpoints import FIGURES_FILES
from app.consortia.figures.schemas import PeriodFiguresPage
from app.consortia.roster.schemas import ExportFormat
from app.core.localisation import Text
from app.models.figures import FiguresPeriod

router = APIRouter()

Span = Annotated[FiguresPeriod, Query()]
FIGURE_NAMES = {
    "members": Text("회원", "Members"),
    "companies": Text("기업", "Companies"),
    "companies_under_50": Text("50인 미만 기업", "Companies under 50"),
    "companies_from_50_to_299": Text("50~299인 기업", "Companies 50 to 299"),
    "companies_from_300": Text("300인 이상 기업", "Companies from 300"),
    "universities": Text("대학", "Universities"),
    "institutes": Text("연구기관", "Institutes"),
    "local_governments": Text("지방자치단체", "Local governments"),
    "support_organisations": Text("지원기관", "Support organisations"),
    "new_ideas": Text("새 아이디어", "New ideas"),
    "comments": Text("댓글", "Comments"),
    "votes": Text("추천", "Recommendations"),
    "active_people": Text("활동한 사람", "Active people"),
    "response_minutes": Text("첫 댓글까지(분, 중앙값)", "Minutes to the first comment (median)"),
    **{
        f"ideas_{state}": Text(f"아이디어: {name.ko}", f"Ideas: {name.en}")
        for state, name in LABELS["idea_state"].items()
    },
}
"""Everything that is counted, in the order of the table."""
_CHARTS = ("members", "new_ideas", "comments", "active_people")


@router.get("/consortia/{consortium_id}/figures")
async def show_figures_of_consortium(
    consortium_id: uuid.UUID, visit: Visiting, page: Page, period: Span = FiguresPeriod.MONTH
) -> Response:
    """The figures of a consortium."""
    async with visit.read() as (connection, actor, _):
        figures = await reading.list_of_consortium(connection, actor, consortium_id, period, page)
        place = await consortium_place(connection, actor, consortium_id)
    return _page(visit, place, figures, period)


@router.get("/mini-clusters/{mini_cluster_id}/figures")
async def show_figures_of_mini_cluster(
    mini_cluster_id: uuid.UUID, visit: Visiting, page: Page, period: Span = FiguresPeriod.MONTH
) -> Response:
    """The figures of a mini-cluster."""
    async with visit.read() as (connection, actor, _):
        figures = await reading.list_of_mini_cluster(connection, actor, mini_cluster_id, period, page)
        place = await mini_cluster_place(connection, actor, mini_cluster_id)
    return _page(visit, place, figures, period)


@router.get("/consortia/{consortium_id}/figures/export")
async def get_figures_file(
    consortium_id: uuid.UUID,
    visit: Visiting,
    period: Span = FiguresPeriod.MONTH,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
) -> Response:
    """The figures as a spreadsheet."""
    async with visit.read() as (connection, actor, _):
        file = await reading.export(connection, actor, consortium_id, period, format_)
    headers = {"Content-Disposition": f'attachment; filename="figures-{period}.{format_}"'}
    return Response(file, media_type=FIGURES_FILES[format_], headers=headers)


def _page(visit: Visit, place: Place, figures: PeriodFiguresPage, period: FiguresPeriod) -> Response:
    shown = list(reversed(figures.items))
    charts = []
    for field in _CHARTS:
        bars = [(_name(each.begins_on, period), getattr(each, field)) for each in shown]
        charts.append((FIGURE_NAMES[field], bar_chart(FIGURE_NAMES[field].render(visit.locale), bars)))
    columns = list(FIGURE_NAMES.items())
    return visit.page(
        "figures.html", place=place, tab="figures", figures=figures, period=period, charts=charts, columns=columns
    )


def _name(day: date, period: FiguresPeriod) -> str:
    """A period in as few signs as tell it from its neighbours."""
    form = {FiguresPeriod.WEEK: "%m-%d", FiguresPeriod.MONTH: "%Y-%m", FiguresPeriod.YEAR: "%Y"}[period]
    return day.strftime(form)
