"""Finds in an answer what the document of the API does not declare: a field that slipped out with a row."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def undeclared(document: Json, schema: Json, value: object, place: str = "") -> Iterator[str]:
    """Places in ``value``, as JSON pointers, that ``schema`` knows nothing of.

    Where several schemas may hold (``anyOf``), a field is declared when one of them declares it. Objects with keys of
    their own choice (``additionalProperties``) are followed into their values.
    """
    alternatives = list(_alternatives(document, schema))
    if isinstance(value, list):
        items = [each["items"] for each in alternatives if "items" in each]
        for number, item in enumerate(value):
            for each in items:
                yield from undeclared(document, each, item, f"{place}/{number}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            inner_schemas = [found for each in alternatives for found in _of_property(each, name)]
            if not inner_schemas:
                yield f"{place}/{name}"
            elif not any(not [*undeclared(document, each, inner, f"{place}/{name}")] for each in inner_schemas):
                yield from undeclared(document, inner_schemas[0], inner, f"{place}/{name}")


def _alternatives(document: Json, schema: Json) -> Iterator[Json]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    nested = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
    if not nested:
        yield schema
    for each in nested:
        yield from _alternatives(document, each)


def _of_property(schema: Json, name: str) -> Iterator[Json]:
    if name in schema.get("properties", {}):
        yield schema["properties"][name]
    elif schema.get("additionalProperties"):
        yield {} if schema["additionalProperties"] is True else schema["additionalProperties"]
