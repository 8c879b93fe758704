"""Every route, every actor, every target: the answer is the declared one, and a refusal leaves no trace.

All cells on SQLite, and on PostgreSQL those that change nothing. See ``rules.py`` for how to declare a route.
"""

import asyncio
import importlib
import pkgutil
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Database
from app.core.settings import Settings
from app.main import create_app
from tests.conftest import empty_database, started_app
from tests.permissions import declarations
from tests.permissions.declared_fields import undeclared
from tests.permissions.rules import ACTORS, LIVE, UNCONSENTING, WITHOUT_TOKEN, Json, Outcome, Rule
from tests.permissions.world import Builder, World

SECRET = "test-only-secret-key-of-40-characters-xx"
GET = "GET"
CELLS_ON_POSTGRESQL = 5
"""There every fifth cell is played: the statements are the same, and the declared answers, too."""


DOCUMENT: Json = create_app(Settings(_env_file=None)).openapi()


@dataclass(frozen=True)
class Route:
    """A route of the document."""

    method: str
    path: str
    name: str
    without_terms: bool
    """Whether it serves people who have not consented to the terms."""
    answers: Mapping[str, Json]
    """The declared schema of each JSON answer, by status."""


def all_routes() -> list[Route]:
    """Every route of the API, by the document that the app makes of them."""
    return [
        Route(
            method.upper(),
            path,
            operation["operationId"],
            operation.get("x-without-terms", False),
            {
                status: answer["content"]["application/json"]["schema"]
                for status, answer in operation["responses"].items()
                if "application/json" in answer.get("content", {})
            },
        )
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
    ]


def all_rules() -> dict[str, Rule]:
    """What the modules of ``declarations`` declare; each route once."""
    rules: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(declarations.__path__):
        declared: dict[str, Rule] = importlib.import_module(f"{declarations.__name__}.{module.name}").RULES
        assert rules.keys().isdisjoint(declared), f"declared twice: {sorted(rules.keys() & declared.keys())}"
        rules |= declared
    return rules


ROUTES = {route.name: route for route in all_routes()}
RULES = all_rules()
PROTECTED = sorted(name for name, rule in RULES.items() if not rule.public and name in ROUTES)


def settings_of(url: str) -> Settings:
    # A high limit: the cells of one route come in quick succession.
    return Settings(
        _env_file=None,
        database_url=url,
        secret_key=SECRET,
        database_pool_size=4,
        passkey_domain="example.kr",
        passkey_origins=("https://app.example.kr",),
    )


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def build_world(url: str) -> World:
    """Fill a migrated, empty database."""
    database = Database(url, pool_size=2)
    async with started_app(settings_of(url)) as app, client_of(app) as client:
        world = await Builder(database, client).build()
    await database.aclose()
    return world


@dataclass(frozen=True)
class Stage:
    """A database with the world in it."""

    world: World
    url: str
    file: Path | None
    """SQLite's, from which each route begins anew."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The world, built once."""
    folder = tmp_path_factory.mktemp("permissions")
    with empty_database(request.param, folder, request) as url:
        world = asyncio.run(build_world(url))
        yield Stage(world, url, folder / "test.db" if request.param == "sqlite" else None)


def test_every_route_has_rules() -> None:
    missing = sorted(ROUTES.keys() - RULES.keys())
    assert missing == [], "declare who may call these, in a module of tests/permissions/declarations (see rules.py)"
    assert sorted(RULES.keys() - ROUTES.keys()) == [], "these routes are declared, but the API has none of them"


def test_public_routes_are_those_without_a_token_in_the_document() -> None:
    open_routes = {
        operation["operationId"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        if not operation["security"]
    }
    assert {name for name, rule in RULES.items() if rule.public} == open_routes


@pytest.mark.parametrize("name", PROTECTED)
async def test_route(name: str, stage: Stage, tmp_path: Path) -> None:
    """Checks 1, 2, 3, 4 and 6."""
    play = Play(stage, ROUTES[name], RULES[name], tmp_path)
    await play.all_cells()
    assert play.faults == []


class Play:
    """All cells of one route, each on an untouched world."""

    def __init__(self, stage: Stage, route: Route, rule: Rule, folder: Path) -> None:
        self.stage = stage
        self.route = route
        self.rule = rule
        self.folder = folder
        self.faults: list[str] = []
        self._unseen = b""

    async def all_cells(self) -> None:
        layers = self.rule.targets.items()
        actors = [actor for actor in ACTORS if actor != UNCONSENTING or not self.route.without_terms]
        cells = [(target, outcome, actor) for target, outcome in layers for actor in actors]
        if self.stage.file is None:
            # Chosen by the route's name, so that over all routes every actor has his turn.
            first = sum(self.route.name.encode()) % CELLS_ON_POSTGRESQL
            cells = [cell for cell in cells if not self._may_change(cell)][first::CELLS_ON_POSTGRESQL]
        # Refused cells share a world, since they must leave it as it is; those that act get one of their own.
        async with self.untouched_world() as client:
            for cell in cells:
                if not self._may_change(cell):
                    await self._cell(client, *cell)
        if self.stage.file and self.route.method != GET:
            left, expected = content_of(self.folder / "copy.db"), content_of(self.stage.file)
            self.faults += [] if left == expected else [f"a refused {self.route.name} has left a trace"]
        for cell in cells:
            if self._may_change(cell):
                async with self.untouched_world() as client:
                    await self._cell(client, *cell)

    def _may_change(self, cell: tuple[str, Outcome, str]) -> bool:
        _, outcome, actor = cell
        return self.route.method != GET and actor in outcome.allowed

    @asynccontextmanager
    async def untouched_world(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the API on a world in which nothing has happened yet."""
        url = self.stage.url
        if self.stage.file:
            copy = self.folder / "copy.db"
            for leftover in self.folder.glob("copy.db*"):
                leftover.unlink()
            shutil.copyfile(self.stage.file, copy)
            url = f"sqlite:///{copy}"
        async with started_app(settings_of(url)) as app, client_of(app) as client:
            yield client

    async def _cell(self, client: httpx.AsyncClient, target: str, outcome: Outcome, actor: str) -> None:
        response = await self.send(client, target, actor)
        expected = self._expected(outcome, actor)
        if response.status_code not in expected or not self._is_complete(response, actor):
            place = f"{self.route.method} {self.route.path} by {actor} on {target}"
            self.faults.append(f"{place}: {response.status_code} {response.text[:300]}, expected {sorted(expected)}")
        elif response.status_code == 404 and actor in LIVE:
            self._compare_unseen(actor, target, response)
        elif response.is_success and f"{response.status_code}" in self.route.answers:
            schema = self.route.answers[f"{response.status_code}"]
            self.faults += [f"undeclared: {each}" for each in undeclared(DOCUMENT, schema, response.json())]

    def _expected(self, outcome: Outcome, actor: str) -> set[int]:
        if actor in WITHOUT_TOKEN:
            return {401}
        if actor == UNCONSENTING or actor in outcome.forbidden:
            return {403}
        return {200, 201, 202, 204} | self.rule.accepts if actor in outcome.allowed else {outcome.others}

    def _is_complete(self, response: httpx.Response, actor: str) -> bool:
        """Says how to sign in, or that consent is what is missing."""
        if actor in WITHOUT_TOKEN:
            return "WWW-Authenticate" in response.headers
        return actor != UNCONSENTING or response.json()["code"] == "terms_required"

    def _compare_unseen(self, actor: str, target: str, response: httpx.Response) -> None:
        """What one may not see and what does not exist give the same bytes, but for the id of the request."""
        shown = re.sub(rb'"request_id":"[^"]*"', b"", response.content)
        headers = sorted(name for name in response.headers if name != "x-request-id")
        bare = shown + repr(headers).encode()
        self._unseen = self._unseen or bare
        if bare != self._unseen:
            self.faults.append(f"the 404 for {actor} on {target} differs: {shown!r}")

    async def send(self, client: httpx.AsyncClient, target: str, actor: str) -> httpx.Response:
        """Call the route on a target as an actor."""
        world = self.stage.world
        names = re.findall(r"\{(\w+)\}", self.route.path)
        path = self.route.path
        for name in names:
            path = path.replace(f"{{{name}}}", world.id_of(self.rule.path[name], target))
        return await client.request(
            self.route.method,
            path,
            headers=dict(world.headers(actor)),
            json=self.rule.body(world, target),
            params=self.rule.query(world, target),
        )


def content_of(file: Path) -> list[object]:
    """Every row of every table of an SQLite file."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(table, connection.execute(f"SELECT * FROM {table}").fetchall()) for table in sorted(tables)]
