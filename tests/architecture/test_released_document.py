"""The API breaks no client of the last release: its document against the one that was released."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.breaking_changes import breaking_changes, skeleton

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "docs" / "api" / "released.json"
Json = dict[str, Any]


def test_no_client_of_the_last_release_breaks() -> None:
    released: Json = json.loads(RELEASED.read_text())
    present: Json = json.loads((ROOT / "openapi.json").read_text())
    assert breaking_changes(released, present) == [], "see docs/api-versions.md: add beside, deprecate, remove later"


def test_the_changelog_knows_the_present_version() -> None:
    present: Json = json.loads((ROOT / "openapi.json").read_text())
    assert f"\n## {present['info']['version']}\n" in (ROOT / "docs" / "api-changelog.md").read_text()


def _document() -> Json:
    idea = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 200},
            "state": {"type": "string", "enum": ["open", "closed"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["title"],
    }
    reference = {"application/json": {"schema": {"$ref": "#/components/schemas/Idea"}}}
    operation = {
        "operationId": "create_idea",
        "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": reference},
        "responses": {"201": {"description": "Made", "content": reference}, "409": {"description": "Taken"}},
    }
    return {"paths": {"/v1/ideas": {"post": operation}}, "components": {"schemas": {"Idea": idea}}}


def _operation(document: Json) -> Json:
    found: Json = document["paths"]["/v1/ideas"]["post"]
    return found


def _idea(document: Json) -> Json:
    found: Json = document["components"]["schemas"]["Idea"]
    return found


BREAKING: dict[str, Callable[[Json], object]] = {
    "POST /v1/ideas is gone": lambda new: new["paths"]["/v1/ideas"].pop("post"),
    "POST /v1/ideas is called make_idea, not create_idea": lambda new: _operation(new).update(operationId="make_idea"),
    "POST /v1/ideas does not take the parameter q any more": lambda new: _operation(new)["parameters"].clear(),
    "POST /v1/ideas needs the parameter q": lambda new: _operation(new)["parameters"][0].update(required=True),
    "POST /v1/ideas takes no body any more": lambda new: _operation(new).pop("requestBody"),
    "POST /v1/ideas 201 is not answered any more": lambda new: _operation(new)["responses"].pop("201"),
    "POST /v1/ideas body.title has the maxLength 100, not 200": lambda new: _idea(new)["properties"]["title"].update(
        maxLength=100
    ),
    "POST /v1/ideas body.state takes ['closed'] no more": lambda new: _idea(new)["properties"]["state"].update(
        enum=["open"]
    ),
    "POST /v1/ideas 201.state may be ['done'], which was not said to be possible": lambda new: _idea(new)["properties"][
        "state"
    ]["enum"].append("done"),
    "POST /v1/ideas body.note is needed": lambda new: _idea(new)["required"].append("note"),
    "POST /v1/ideas 201.title may be missing": lambda new: _idea(new)["required"].clear(),
    "POST /v1/ideas 201.note is gone": lambda new: _idea(new)["properties"].pop("note"),
    "POST /v1/ideas body.note may not be null any more": lambda new: _idea(new)["properties"].update(
        note={"type": "string"}
    ),
    "POST /v1/ideas 201.title may be null": lambda new: _idea(new)["properties"].update(
        title={"anyOf": [{"type": "string", "maxLength": 200}, {"type": "null"}]}
    ),
    "POST /v1/ideas 201.title is ['integer', None], not ['string', None]": lambda new: _idea(new)["properties"][
        "title"
    ].update(type="integer"),
}


@pytest.mark.parametrize("fault", BREAKING)
def test_a_breaking_change_is_named(fault: str) -> None:
    old = _document()
    new = copy.deepcopy(old)
    BREAKING[fault](new)
    assert fault in breaking_changes(old, new)


def test_what_may_change_is_no_fault() -> None:
    old = _document()
    new = copy.deepcopy(old)
    new["paths"]["/v1/votes"] = {"put": {"operationId": "cast_vote", "responses": {}}}
    _operation(new)["parameters"].append({"in": "query", "name": "sort", "schema": {"type": "string"}})
    _operation(new)["responses"]["410"] = {"description": "Over"}
    _idea(new)["properties"]["title"]["maxLength"] = 300
    _idea(new)["properties"]["votes"] = {"type": "integer"}
    assert breaking_changes(old, new) == []


def test_a_skeleton_keeps_fields_called_description() -> None:
    schema = {"description": "An idea", "properties": {"description": {"type": "string", "description": "Its text"}}}
    assert skeleton(schema) == {"properties": {"description": {"type": "string"}}}
