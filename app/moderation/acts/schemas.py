"""Acts as requests and responses show them."""

import uuid

from pydantic import AwareDatetime, Field

from app.ideas.tags import TAGS_PER_IDEA
from app.models.moderation import RULES_AT_MOST, WORDS_LENGTH, ActKind
from app.moderation.cases.schemas import Handler
from app.web.fields import ClientId, Line, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

ACTS_AT_ONCE = 1_000
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_WORDS = "거래처의 단가가 그대로 공개되어 있습니다."
_EXAMPLE_TAGS = ["집진", "절삭유"]


class ActCreate(RequestModel):
    """An act on an idea, a comment or a member: exactly one of them.

    Comments can only be hidden; `note`, `warn` and `suspend` are for members.
    """

    id: ClientId
    kind: ActKind = Field(description="What is done", examples=["hide"])
    idea_id: Optional[uuid.UUID] = Field(None, description="The idea it is done to", examples=[_EXAMPLE_ID])
    comment_id: Optional[uuid.UUID] = Field(None, description="The comment it is done to", examples=[_EXAMPLE_ID])
    member_id: Optional[uuid.UUID] = Field(
        None, description="The member it is done to, in the consortium `consortium_id`", examples=[_EXAMPLE_ID]
    )
    consortium_id: Optional[uuid.UUID] = Field(
        None, description="The consortium, for an act on a member only", examples=[_EXAMPLE_ID]
    )
    until: Optional[AwareDatetime] = Field(
        None, description="When a suspension ends; left out for good", examples=["2026-12-31T15:00:00Z"]
    )
    words: MultilineText = Field(
        min_length=1,
        max_length=WORDS_LENGTH,
        description="Why; the person concerned reads it, unless it is a `note`",
        examples=[_EXAMPLE_WORDS],
    )
    rule_number: Optional[int] = Field(
        None, ge=1, le=RULES_AT_MOST, description="The rule of the house it follows from", examples=[1]
    )
    case_id: Optional[uuid.UUID] = Field(
        None,
        description="The open case that is decided by it; needed for an idea for named people that one is no reader of",
        examples=[_EXAMPLE_ID],
    )
    into_idea_id: Optional[uuid.UUID] = Field(
        None, description="The idea it is merged into, for `merge` only", examples=[_EXAMPLE_ID]
    )
    tags: Optional[list[Line]] = Field(
        None, max_length=TAGS_PER_IDEA, description="The new tags, for `retag` only", examples=[_EXAMPLE_TAGS]
    )


class ActBatch(RequestModel):
    """Acts on a selection: all of them, or none."""

    acts: list[ActCreate] = Field(min_length=1, max_length=ACTS_AT_ONCE, description="The acts, in their order")


class ActUndo(RequestModel):
    """Why an act is undone."""

    words: MultilineText = Field(
        min_length=1,
        max_length=WORDS_LENGTH,
        description="Why; the person concerned reads it",
        examples=["작성자가 단가를 지웠습니다."],
    )


class Act(ResponseModel):
    """An act as those who moderate see it."""

    id: uuid.UUID = Field(description="The act", examples=[_EXAMPLE_ID])
    kind: str = open_enum(ActKind, "What was done")
    consortium_id: uuid.UUID = Field(description="The consortium it was done in", examples=[_EXAMPLE_ID])
    idea_id: uuid.UUID | None = Field(description="The idea; null for an act on a member", examples=[_EXAMPLE_ID])
    comment_id: uuid.UUID | None = Field(description="The comment it was done to", examples=[_EXAMPLE_ID])
    into_idea_id: uuid.UUID | None = Field(description="The idea it was merged into", examples=[_EXAMPLE_ID])
    subject: Handler = Field(description="The member, or who wrote it")
    actor: Handler | None = Field(description="Who acted; null for what was held by an automatic check")
    case_id: uuid.UUID | None = Field(description="The case that was decided by it", examples=[_EXAMPLE_ID])
    words: str = Field(description="Why", examples=[_EXAMPLE_WORDS])
    rules_version: int | None = Field(description="The version of the rules of the house cited", examples=[2])
    rule_number: int | None = Field(description="The rule cited", examples=[1])
    tags_before: list[str] | None = Field(description="The tags before, for `retag`", examples=[_EXAMPLE_TAGS])
    tags_after: list[str] | None = Field(description="The tags after, for `retag`", examples=[_EXAMPLE_TAGS])
    until: Moment | None = Field(description="When a suspension ends; null for good, and for other acts")
    created_at: Moment = Field(description="When it was done")
    undone_at: Moment | None = Field(description="When it was undone; null while it stands")
    undone_by: Handler | None = Field(description="Who undid it; null while it stands")
    undo_words: str | None = Field(description="Why it was undone", examples=["작성자가 단가를 지웠습니다."])


class ActPage(ResponseModel):
    """A page of acts, the latest first."""

    items: list[Act] = Field(description="Acts")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class ActReceipt(ResponseModel):
    """What is kept of an act for a retry: its id, since its words may have to be erased."""

    id: uuid.UUID


class ActBatchReceipt(ResponseModel):
    """The acts of a batch."""

    ids: list[uuid.UUID] = Field(description="The acts, in their order", examples=[[_EXAMPLE_ID]])
