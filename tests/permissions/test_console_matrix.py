"""Every page and form of the console, every actor, every target; and no form is taken from another page.

On SQLite: the statements are those of the API, whose matrix is played on both engines.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from app.console.csrf import new_csrf_token
from app.console.main import ROUTERS
from tests.conftest import empty_database, started_app
from tests.permissions.console_rules import PUBLIC, RULES
from tests.permissions.rules import ACTORS, LIVE, UNCONSENTING, WITHOUT_TOKEN, Outcome, Rule
from tests.permissions.test_matrix import SECRET, Stage, build_world, client_of, content_of, settings_of

ROUTES = {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The world of the matrix."""
    folder = tmp_path_factory.mktemp("console")
    with empty_database("sqlite", folder, request) as url:
        yield Stage(asyncio.run(build_world(url)), url, folder / "test.db")


def test_every_page_has_rules() -> None:
    assert ROUTES.keys() - PUBLIC == RULES.keys(), "declare who may open these in tests/permissions/console_rules.py"


@pytest.mark.parametrize("name", sorted(RULES))
async def test_page(name: str, stage: Stage, tmp_path: Path) -> None:
    play = Play(stage, ROUTES[name], RULES[name], tmp_path)
    await play.all_cells()
    assert play.faults == []


class Play:
    """All cells of one page."""

    def __init__(self, stage: Stage, route: APIRoute, rule: Rule, folder: Path) -> None:
        self.stage = stage
        self.route = route
        self.rule = rule
        self.folder = folder
        self.is_form = "POST" in (route.methods or ())
        self.faults: list[str] = []

    async def all_cells(self) -> None:
        cells = [
            (target, outcome, actor)
            for number, (target, outcome) in enumerate(self.rule.targets.items())
            for actor in ACTORS
            if number == 0 or actor not in WITHOUT_TOKEN  # they are asked who they are, whatever the page is about
        ]
        acting = [cell for cell in cells if self.is_form and cell[2] in cell[1].allowed]
        async with self._untouched_world() as client:
            for cell in cells:
                if cell not in acting:
                    await self._cell(client, *cell)
            for target, _, actor in acting:
                await self._foreign_form(client, target, actor)
        if self.is_form:
            self._expect_no_trace()
        for cell in acting:
            async with self._untouched_world() as client:
                await self._cell(client, *cell)

    def _expect_no_trace(self) -> None:
        assert self.stage.file is not None
        if content_of(self.folder / "copy.db") != content_of(self.stage.file):
            self.faults.append(f"a refused {self.route.name} has left a trace")

    @asynccontextmanager
    async def _untouched_world(self) -> AsyncIterator[httpx.AsyncClient]:
        assert self.stage.file is not None
        copy = self.folder / "copy.db"
        for leftover in self.folder.glob("copy.db*"):
            leftover.unlink()
        shutil.copyfile(self.stage.file, copy)
        async with started_app(settings_of(f"sqlite:///{copy}")) as app, client_of(app) as client:
            yield client

    async def _cell(self, client: httpx.AsyncClient, target: str, outcome: Outcome, actor: str) -> None:
        response = await self._send(client, target, actor)
        if not self._is_expected(response, outcome, actor):
            self.faults.append(f"{self.route.name} by {actor} on {target}: {response.status_code} {response.text}")

    def _is_expected(self, response: httpx.Response, outcome: Outcome, actor: str) -> bool:
        status = response.status_code
        if actor in WITHOUT_TOKEN:
            return status == 303 and response.headers["location"].startswith("/console/sign-in")
        if actor == UNCONSENTING or actor in outcome.forbidden:
            return status == 403
        if actor in outcome.allowed:
            return status in ({303} if self.is_form else {200}) | self.rule.accepts or self._is_shown_once(status)
        return status == outcome.others

    def _is_shown_once(self, status: int) -> bool:
        """A link of an invitation comes with the answer to its form."""
        return self.route.name == "invite" and status == 200

    async def _foreign_form(self, client: httpx.AsyncClient, target: str, actor: str) -> None:
        """What another site might send, or somebody else's browser."""
        somebody = next(live for live in LIVE if live != actor)
        for csrf in ("", "x.y", new_csrf_token(SECRET.encode(), self._token(somebody))):
            response = await self._send(client, target, actor, csrf)
            if response.status_code != 403:
                self.faults.append(f"{self.route.name} takes a form with the token {csrf!r}")
        response = await self._send(client, target, actor, headers={"Sec-Fetch-Site": "cross-site"})
        if response.status_code != 403:
            self.faults.append(f"{self.route.name} takes a form of another site")

    def _token(self, actor: str) -> str:
        return self.stage.world.headers(actor).get("Authorization", "").removeprefix("Bearer ")

    async def _send(
        self,
        client: httpx.AsyncClient,
        target: str,
        actor: str,
        csrf: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        world, token = self.stage.world, self._token(actor)
        path = f"/console{self.route.path}"
        for name in re.findall(r"\{(\w+)\}", path):
            path = path.replace(f"{{{name}}}", world.id_of(self.rule.path[name], target))
        cookie = f"console-session={token}" if token else "console-visit=isv_visit"
        sent = {"Cookie": cookie, **(headers or {})}
        if not self.is_form:
            return await client.get(path, headers=sent, params=self.rule.query(world, target))
        form = self.rule.body(world, target) or {}
        made = new_csrf_token(SECRET.encode(), token or "isv_visit")
        return await client.post(path, headers=sent, data={**form, "csrf": made if csrf is None else csrf})
