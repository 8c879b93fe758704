"""Watch lists as requests and responses show them."""

from typing import Annotated

from pydantic import Field

from app.models.moderation import WATCHED_WORD_LENGTH, WATCHED_WORDS_AT_MOST, Watching
from app.web.fields import Line, Moment, RequestModel, ResponseModel, open_enum

_EXAMPLE_WORDS = ["단가표", "대외비"]
_LIMIT = "Ideas and comments that a member of less than 14 days may post within ten minutes"

WatchedWord = Annotated[Line, Field(min_length=2, max_length=WATCHED_WORD_LENGTH)]


class WatchListUpdate(RequestModel):
    """What to watch for, all at once."""

    words: list[WatchedWord] = Field(
        max_length=WATCHED_WORDS_AT_MOST,
        description="Words; case, width and spaces do not matter",
        examples=[_EXAMPLE_WORDS],
    )
    on_word: Watching = Field(description="What to do when a word is used", examples=["flag"])
    on_burst: Watching = Field(description="What to do when a new member posts too much at once", examples=["hold"])
    burst_limit: int = Field(ge=3, le=100, description=_LIMIT, examples=[10])


class WatchList(ResponseModel):
    """What is watched for in a consortium."""

    words: list[str] = Field(description="Words in their normal form", examples=[_EXAMPLE_WORDS])
    on_word: str = open_enum(Watching, "What to do when a word is used")
    on_burst: str = open_enum(Watching, "What to do when a new member posts too much at once")
    burst_limit: int = Field(description=_LIMIT, examples=[10])
    changed_at: Moment | None = Field(description="When it was changed last; null if never")
