"""Reading figures, and writing them as a sheet."""

import asyncio
import io
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import ColumnElement, Row, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.figures.periods import period_of
from app.consortia.figures.schemas import Figures, PeriodFigures, PeriodFiguresPage
from app.consortia.page_requests import PageRequest
from app.consortia.queries import locate_mini_cluster
from app.consortia.roster.exporting import csv_of
from app.consortia.roster.schemas import ExportFormat
from app.core.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.models import Consortium, MiniCluster, PlaceFigures
from app.models.figures import FiguresPeriod

_ROWS_AT_MOST = 20_000
_Cell = str | int | None


async def list_of_consortium(
    connection: AsyncConnection, actor: Actor, public_id: uuid.UUID, period: FiguresPeriod, page: PageRequest
) -> PeriodFiguresPage:
    """The figures of a consortium, the latest period first.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    place = await _coordinated(connection, actor, public_id)
    of_place = (PlaceFigures.consortium_id == place, PlaceFigures.mini_cluster_id.is_(None))
    return await _list(connection, f"figures.c{place}.{period}", period, page, *of_place)


async def list_of_mini_cluster(
    connection: AsyncConnection, actor: Actor, public_id: uuid.UUID, period: FiguresPeriod, page: PageRequest
) -> PeriodFiguresPage:
    """The figures of a mini-cluster, the latest period first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep it.
    """
    place = await locate_mini_cluster(connection, public_id)
    if not (actor.is_operator or actor.manages(place.id, place.consortium_id)):
        raise Forbidden
    of_place = PlaceFigures.mini_cluster_id == place.id
    return await _list(connection, f"figures.m{place.id}.{period}", period, page, of_place)


async def export(
    connection: AsyncConnection, actor: Actor, public_id: uuid.UUID, period: FiguresPeriod, format_: ExportFormat
) -> bytes:
    """All figures of a consortium and its mini-clusters for one kind of period as a sheet, the latest first.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    place = await _coordinated(connection, actor, public_id)
    statement = (
        select(*PlaceFigures.__table__.c, MiniCluster.name_ko.label("name"))
        .outerjoin(MiniCluster, MiniCluster.id == PlaceFigures.mini_cluster_id)
        .where(PlaceFigures.consortium_id == place, PlaceFigures.period == period)
        .order_by(PlaceFigures.begins_on.desc(), PlaceFigures.id)
        .limit(literal_column(str(_ROWS_AT_MOST)))
    )
    names = list(Figures.model_fields)
    table: list[list[_Cell]] = [["mini_cluster", "begins_on", "ends_on", "is_final", *names]]
    for row in (await connection.execute(statement)).all():
        shown = _view(row)
        figures = [getattr(shown, name) for name in names]
        days = [shown.begins_on.isoformat(), shown.ends_on.isoformat(), str(shown.is_final).lower()]
        table.append([row.name or "", *days, *figures])
    return await asyncio.to_thread(_csv if format_ is ExportFormat.CSV else _xlsx, table)


async def _coordinated(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> int:
    statement = select(Consortium.id).where(Consortium.public_id == public_id)
    place: int | None = (await connection.execute(statement)).scalar_one_or_none()
    if place is None:
        raise NotFound
    if not (actor.is_operator or place in actor.coordinated_consortium_ids):
        raise Forbidden
    return place


async def _list(
    connection: AsyncConnection, name: str, period: FiguresPeriod, page: PageRequest, *of_place: ColumnElement[bool]
) -> PeriodFiguresPage:
    statement = select(*PlaceFigures.__table__.c).where(*of_place, PlaceFigures.period == period)
    if (after := page.after(name)) is not None:
        statement = statement.where(PlaceFigures.id < after)
    # Rows are made in the order of their periods.
    newest = statement.order_by(PlaceFigures.id.desc()).limit(page.rows)
    rows, next_cursor = page.cut(name, (await connection.execute(newest)).all())
    return PeriodFiguresPage(items=[_view(row) for row in rows], next_cursor=next_cursor)


def _view(row: Row[*tuple[Any, ...]]) -> PeriodFigures:
    following = period_of(row.period, row.begins_on).next_on
    counted = {name: value for name, value in row.figures.items() if name in Figures.model_fields}
    return PeriodFigures(
        period=row.period,
        begins_on=row.begins_on,
        ends_on=following - timedelta(days=1),
        is_final=row.is_final,
        counted_at=row.counted_at,
        **counted,
    )


def _csv(table: Sequence[Sequence[_Cell]]) -> bytes:
    return csv_of([["" if cell is None else str(cell) for cell in row] for row in table])


def _xlsx(table: Sequence[Sequence[_Cell]]) -> bytes:
    """Numbers as numbers; every text a text, whatever it begins with."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in table:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
