"""Fields and parameters that may be left out, without null in the document: generators make odd types of a union.

``X | SkipJsonSchema[None]`` gives the same document, but is a union to the validator: its errors point to a branch of
the union (``/body/locale/str-enum[Locale]``) and come in pairs.
"""

from typing import Annotated, Any, TypeVar

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

_T = TypeVar("_T")


class _NullUndocumented:
    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The JSON schema without null, which is there for the validator only."""
        described = handler(schema)
        branches = [branch for branch in described.pop("anyOf", []) if branch != {"type": "null"}]
        return described | branches[0] if len(branches) == 1 else described


Optional = Annotated[_T | None, _NullUndocumented]
"""A value, or None where it is left out."""
