"""Types of request and response models that all features share."""

import hashlib
import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

# Bidirectional overrides and isolates can make a name read as another; other controls have no place in a text.
_FORBIDDEN = {*map(chr, range(32)), "\x7f", *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"}
_FORBIDDEN_IN_TEXT = _FORBIDDEN - {"\n", "\t"}


class RequestModel(BaseModel):
    """A request body: an unknown field is an error, so that a misspelt one is never silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    def digest(self) -> bytes:
        """What tells a retry from another request under the same id: 32 bytes, the same for the same content.

        A default counts as left out, so that the digest survives a release in which the model gets a new field.
        """
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).digest()


class ResponseModel(BaseModel):
    """A response body: every field is always there."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True)


def _check_characters(value: str, forbidden: set[str]) -> str:
    normal = unicodedata.normalize("NFC", value)
    if not forbidden.isdisjoint(normal):
        raise PydanticCustomError(
            "forbidden_character", "control characters and direction overrides are not allowed; remove them"
        )
    return normal


def _check_line(value: str) -> str:
    return _check_characters(value, _FORBIDDEN)


def _check_text(value: str) -> str:
    return _check_characters(value.replace("\r\n", "\n"), _FORBIDDEN_IN_TEXT)


def _check_uuid7(value: uuid.UUID) -> uuid.UUID:
    if value.version != 7:
        raise PydanticCustomError("uuid_version", "the id must be a UUID of version 7 (RFC 9562), made by the client")
    return value


Line = Annotated[str, AfterValidator(_check_line)]
"""One line of text, in NFC, without control characters or direction overrides."""
MultilineText = Annotated[str, AfterValidator(_check_text)]
"""Text of several lines, in NFC, line ends as LF."""
ClientId = Annotated[
    uuid.UUID,
    AfterValidator(_check_uuid7),
    Field(
        description="UUIDv7 made by the client; sending the same id and content again is safe",
        examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"],
    ),
]


def _as_utc_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    PlainSerializer(_as_utc_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T09:30:00.000Z"]}),
]
"""A time in UTC with milliseconds and ``Z``."""


def open_enum(values: Any, description: str) -> Any:
    """A string field of a response whose known values are listed, to which later releases may add."""
    names: list[JsonValue] = [str(value) for value in values]
    return Field(description=description, json_schema_extra={"x-extensible-enum": names, "examples": names[:1]})
