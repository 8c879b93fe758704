"""What nobody should send, sent to every route of the document: it is refused in the form of a problem, never a fault.

Checks 5, 14 and 15 of ``docs/security.md``. A new route takes part by being in the document.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.settings import Settings
from app.main import create_app
from tests.conftest import empty_database, started_app
from tests.factories import client_id
from tests.permissions.test_matrix import build_world, client_of, settings_of

Json = dict[str, Any]
DOCUMENT: Json = create_app(Settings(_env_file=None)).openapi()
NUL, SURROGATE = "a\x00b", "a\ud800b"
DEEP = "[" * 5_000 + "]" * 5_000
MANY = [client_id() for _ in range(10_000)]
OTHER_VALUES: tuple[Any, ...] = ("가" * 20_000, {"$ne": 1}, 10**30, -1, 1.5e300, True, None)
"""Every field is sent one of these, by turns."""
PATH_PARTS = ("%00", "%ED%A0%80", "..%2F..%2Fme", "%27%20OR%201%3D1", "9" * 40, "x" * 3_000)
QUERIES = ("\x00", "가" * 2_000, "-1", "9" * 40, "' OR 1=1 --")
SENDERS = ("coordinator", "operator")
"""Together they are let into every route."""


def operations() -> Iterator[tuple[str, str, Json]]:
    """Every method, path and operation."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def body_of(operation: Json) -> Json | None:
    """A body as the document's examples have it; None for a route without one."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = content["application/json"]["schema"]
    properties = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"]
    return {name: field["examples"][0] for name, field in properties.items() if field.get("examples")}


def hostile_bodies(body: Json) -> Iterator[str]:
    """Each field with wrong values; then what is no object, and what is no JSON."""
    for number, (name, value) in enumerate(body.items()):
        many = [MANY] if isinstance(value, list) else []
        for wrong in (NUL, SURROGATE, OTHER_VALUES[(number + len(body)) % len(OTHER_VALUES)], *many):
            yield json.dumps(body | {name: wrong})
    yield from (DEEP, f'{{"id": {DEEP}}}', "[]", "null", "", "{", '{"a": NaN}', '"\\ud800"')


class Attacker:
    """Sends to one application and keeps what should not have come back."""

    def __init__(self, client: httpx.AsyncClient, senders: list[dict[str, str]]) -> None:
        self.client = client
        self.senders = senders
        self.faults: list[str] = []
        self.sent = 0

    async def attack(self, method: str, path: str, operation: Json) -> None:
        """All that is wrong with one route."""
        filled = re.sub(r"\{\w+\}", client_id(), path)
        if "{" in path:
            for part in PATH_PARTS:
                await self._send(method, re.sub(r"\{\w+\}", part, path))
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                for value in QUERIES:
                    await self._send(method, filled, params={parameter["name"]: value})
        body = body_of(operation)
        if body is not None:
            await self._send(method, filled, json.dumps(body | {"author_id": 1, "role": "operator"}), expected=422)
            for hostile in hostile_bodies(body):
                await self._send(method, filled, hostile)

    async def _send(
        self, method: str, path: str, body: str | None = None, expected: int | None = None, **more: Any
    ) -> None:
        sender = self.senders[self.sent % len(self.senders)]
        self.sent += 1
        headers = {**sender, "Content-Type": "application/json", "Idempotency-Key": client_id()}
        response = await self.client.request(method, path, content=body, headers=headers, **more)
        if not self._is_sound(response) or (expected and response.status_code != expected):
            what = (body or str(more))[:120]
            self.faults.append(f"{method} {path[:100]} {what!r}: {response.status_code} {response.text[:200]}")

    def _is_sound(self, response: httpx.Response) -> bool:
        if response.status_code < 400:
            return True
        return response.status_code < 500 and response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_no_input_makes_a_fault(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with empty_database(engine, tmp_path, request) as url:
        assert asyncio.run(_attack_all(url)) == []


async def _attack_all(url: str) -> list[str]:
    world = await build_world(url)
    async with started_app(settings_of(url)) as app, client_of(app) as client:
        attacker = Attacker(client, [dict(world.headers(name)) for name in SENDERS])
        for method, path, operation in operations():
            await attacker.attack(method, path, operation)
    assert attacker.sent > len(DOCUMENT["paths"]) * 5
    return attacker.faults
