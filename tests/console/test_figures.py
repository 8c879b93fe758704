"""The pages of figures: charts that say in words what they show, the table, the sheets."""

from datetime import timedelta

from fastapi import FastAPI

from app.console.charts import bar_chart
from app.console.figure_endpoints import FIGURE_NAMES
from app.consortia.figures.schemas import Figures
from app.consortia.figures.storing import store_figures
from app.core.clock import now
from app.core.database import Database
from tests.console.browser import Browser
from tests.ideas_factory import Place
from tests.moderation.conftest import Staff


async def test_figures_as_charts_and_in_numbers(app: FastAPI, database: Database, place: Place, staff: Staff) -> None:
    assert FIGURE_NAMES.keys() == Figures.model_fields.keys()
    coordinator = Browser(app, staff.coordinator)
    path = f"/console/consortia/{place.consortium.public_id}/figures"
    assert "아직 센 수치가 없습니다." in (await coordinator.open(path)).text
    for weeks in range(3):
        await store_figures(database, now() + timedelta(weeks=weeks))
    page = await coordinator.open(f"{path}?period=week")
    assert [each["aria-label"] for each in page.attributes["svg"]] == ["회원", "새 아이디어", "댓글", "활동한 사람"]
    assert len(page.attributes["rect"]) == 4 * 3
    assert page.text.count("진행 중)") == 1
    manager = Browser(app, staff.manager, language="en")
    own = await manager.open(f"/console/mini-clusters/{place.mini_cluster.public_id}/figures")
    assert "Minutes to the first comment (median)" in own.text
    sheet = await coordinator.client.get(f"{path}/export?format=xlsx")
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")


def test_nothing_to_draw_and_names_that_are_none() -> None:
    assert "rect" not in bar_chart("빈 차트", [])
    assert "<b>" not in bar_chart("<b>", [("<b>", 0), ("나", 3)])
