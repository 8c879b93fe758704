"""The OpenAPI document is fresh, valid, complete, and free of what client generators stumble over."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from app.core.settings import Settings
from app.main import create_app
from app.web.openapi import TAGS

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.json"
Operation = tuple[str, dict[str, Any]]
KNOW_NO_404 = {
    "PUT /v1/devices/{device_id}",  # creates what is not there
    "DELETE /v1/me/blocks/{account_id}",  # there need not be a block, nor anybody to block
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = create_app(Settings(_env_file=None)).openapi()
    return made


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_committed_document_is_fresh(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text()) == document, "run `make openapi` and commit the result"


def test_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for place, operation in operations(document):
        assert re.fullmatch(r"[a-z][a-z0-9_]+", operation["operationId"]), place
        assert operation["summary"], place
        assert len(operation["description"]) > 15, place
        (tag,) = operation["tags"]
        assert tag in TAGS, place


def test_every_operation_declares_its_errors(document: dict[str, Any]) -> None:
    for place, operation in operations(document):
        if operation["tags"] == ["operations"]:
            continue
        declared = set(operation["responses"])
        if operation["security"]:
            assert {"401", "503"} <= declared, place
        if "requestBody" in operation:
            assert {"400", "413", "422"} <= declared, place
        if "{" in place and place not in KNOW_NO_404:
            assert "404" in declared, place
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (place, status)


def test_every_path_is_plural_kebab_case_under_v1(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        if path not in ("/livez", "/readyz", "/metrics"):
            assert re.fullmatch(r"/v1(/(\{[a-z_]+\}|[a-z]+(-[a-z]+)*))+", path), path


def test_every_field_and_parameter_has_an_example_and_a_description(document: dict[str, Any]) -> None:
    missing = []
    for name, schema in document["components"]["schemas"].items():
        fields = schema.get("properties", {}).items()
        missing += [f"{name}.{field}" for field, definition in fields if not is_described(definition)]
    for place, operation in operations(document):
        for parameter in operation.get("parameters", []):
            is_complete = parameter.get("description") and "examples" in {*parameter, *parameter["schema"]}
            missing += [] if is_complete else [f"{place} {parameter['name']}"]
    assert missing == []


def is_described(definition: dict[str, Any]) -> bool:
    """An example that is not null, unless the field is an object whose own fields have theirs."""
    if any(example is not None for example in definition.get("examples", [])):
        return True
    options = definition.get("anyOf", [definition])
    inner = [option.get("items", option) for option in options if option.get("type") != "null"]
    return all("$ref" in option or option.get("examples") for option in inner)


def test_nothing_that_breaks_generators(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert "-Input" not in text
    assert "-Output" not in text
    assert "oneOf" not in text
    for name, schema in document["components"]["schemas"].items():
        assert {"type", "sync"}.isdisjoint(schema.get("properties", {})) or name == "Problem", name
        if name.endswith("Page"):
            assert next(iter(schema["properties"])) == "items", name
    for place, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert "null" not in json.dumps(parameter["schema"]), (place, parameter["name"])


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_documentation_pages_need_no_outside_address(app: FastAPI, client: httpx.AsyncClient, page: str) -> None:
    del app
    html = (await client.get(page)).text
    addresses = re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)|url\s*:\s*["']([^"']+)""", html)
    found = [address for pair in addresses for address in pair if address]
    assert found
    assert [address for address in found if not address.startswith("/")] == []
    for address in found:
        assert (await client.get(address)).status_code == 200, address
