"""Passwords in requests."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

# Enough for 128 characters typed in parts: a Hangul syllable may arrive as three of them.
_MAX_RAW_LENGTH = 512


def _check_characters(value: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise PydanticCustomError("forbidden_character", "control characters are not allowed; remove them")
    return value


Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=_MAX_RAW_LENGTH),
    AfterValidator(_check_characters),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]
"""A password as it was typed: spaces at its ends belong to it. Declare its fields with ``repr=False``."""
