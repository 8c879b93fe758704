"""An expert who was invited into an idea may with it what a member may, and is a stranger everywhere else.

Every route of the API is tried: what hangs on the idea at home answers him as it answers a member of its mini-cluster,
all else as it answers somebody who belongs nowhere.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import empty_database, started_app
from tests.permissions.rules import Outcome
from tests.permissions.test_matrix import PROTECTED, ROUTES, RULES, Play, Stage, build_world, client_of, settings_of

ON_THE_IDEA = frozenset({"idea", "comment"})
"""Kinds of things that stand for the idea he was invited into, and what hangs on it."""
IN_THE_BODY = frozenset({"create_act", "create_report"})
"""Routes whose request names the idea, not their path."""


async def _world_with_an_expert(url: str) -> Stage:
    world = await build_world(url)
    world.people["expert"] = world.people["stranger"]
    expert = f"{world.people['expert'].public_id}"
    async with started_app(settings_of(url)) as app, client_of(app) as client:
        for path, by, body in (
            (f"/experts/{expert}", "coordinator", {"field": "금형 설계"}),
            (f"/ideas/{world.id_of('idea', 'home')}/experts/{expert}", "author", None),
        ):
            response = await client.put(f"/v1{path}", headers=dict(world.headers(by)), json=body)
            assert response.status_code in (200, 204), response.text
    return Stage(world, url, None)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("expert")
    with empty_database("sqlite", folder, request) as url:
        built = asyncio.run(_world_with_an_expert(url))
        yield Stage(built.world, url, folder / "test.db")


@pytest.mark.parametrize("name", PROTECTED)
async def test_route(name: str, stage: Stage, tmp_path: Path) -> None:
    rule, route = RULES[name], ROUTES[name]
    play = Play(stage, route, rule, tmp_path)
    acting = []
    async with play.untouched_world() as client:
        for target, outcome in rule.targets.items():
            expected = _expected(name, target, outcome)
            if route.method == "GET" or expected <= {403, 404}:
                await _try(play, client, target, expected)
            else:
                acting.append((target, expected))
    for target, expected in acting:
        async with play.untouched_world() as client:
            await _try(play, client, target, expected)


async def _try(play: Play, client: httpx.AsyncClient, target: str, expected: set[int]) -> None:
    response = await play.send(client, target, "expert")
    assert response.status_code in expected, (target, response.text)


def _expected(name: str, target: str, outcome: Outcome) -> set[int]:
    rule = RULES[name]
    is_invited = target == "home" and (name in IN_THE_BODY or not ON_THE_IDEA.isdisjoint(rule.path.values()))
    actor = "member" if is_invited else "stranger"
    if actor in outcome.forbidden:
        return {403}
    return {200, 201, 202, 204} | rule.accepts if actor in outcome.allowed else {outcome.others}
