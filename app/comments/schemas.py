"""Comments as requests and responses show them."""

import uuid
from typing import Any

from pydantic import Field

from app.comments.policy import CommentAction
from app.ideas.schemas import AuthorCard
from app.models.comments import COMMENT_LENGTH, MENTIONS_PER_COMMENT
from app.web.fields import ClientId, Moment, MultilineText, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_BODY = "우리 공장에서 시험하실 수 있습니다. @김하늘 님 일정은 어떠세요?"
_EXAMPLE_CURSOR = "mUq1S0pbXmhvbWUiLDE3"


_BODY: dict[str, Any] = {
    "min_length": 1,
    "max_length": COMMENT_LENGTH,
    "description": "Text of the comment",
    "examples": [_EXAMPLE_BODY],
}
_MENTIONS: dict[str, Any] = {
    "max_length": MENTIONS_PER_COMMENT,
    "description": "Members named in the text: people who can see the idea, and whom I have not blocked nor they me",
    "examples": [[_EXAMPLE_ID]],
}


class CommentCreate(RequestModel):
    """A new comment, or a reply to one."""

    id: ClientId
    body: MultilineText = Field(**_BODY)
    reply_to: uuid.UUID | None = Field(
        None, description="The comment that is answered; leave out for a new thread", examples=[_EXAMPLE_ID]
    )
    mention_ids: list[uuid.UUID] = Field([], **_MENTIONS)


class CommentUpdate(RequestModel):
    """A change of a comment: what is left out stays as it is."""

    # Factories, since null is no text and no list: ``model_fields_set`` tells what was sent.
    body: MultilineText = Field(default_factory=str, **_BODY)
    mention_ids: list[uuid.UUID] = Field(default_factory=list, **_MENTIONS)


class CommentReceipt(ResponseModel):
    """What is kept of a posted comment for retries: never its words, for they must be gone once it is deleted."""

    id: uuid.UUID


class Mention(ResponseModel):
    """A member named in a comment."""

    id: uuid.UUID = Field(description="The member", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name; empty once the account is erased", examples=["김하늘"])


class Comment(ResponseModel):
    """A comment, or the placeholder of one that is deleted or hidden."""

    id: uuid.UUID = Field(description="The comment", examples=[_EXAMPLE_ID])
    idea_id: uuid.UUID = Field(description="The idea it is about", examples=[_EXAMPLE_ID])
    parent_id: uuid.UUID | None = Field(
        description="The top comment of its thread; null for a top comment", examples=[_EXAMPLE_ID]
    )
    reply_to_id: uuid.UUID | None = Field(
        description="The very comment it answers; null for a top comment", examples=[_EXAMPLE_ID]
    )
    author: AuthorCard | None = Field(description="Who wrote it; null where it is hidden")
    body: str = Field(description="Text; empty where it is deleted or hidden", examples=[_EXAMPLE_BODY])
    mentions: list[Mention] = Field(description="The members named in it")
    is_deleted: bool = Field(description="Whether its author deleted it", examples=[False])
    is_hidden: bool = Field(description="Whether it is hidden from me", examples=[False])
    is_edited: bool = Field(description="Whether it was edited", examples=[False])
    version: int = Field(description="Rises with each edit; see `If-Match`", examples=[1])
    created_at: Moment = Field(description="When it was posted")
    edited_at: Moment | None = Field(description="When it was edited last; null if never")
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={
            "x-extensible-enum": [str(action) for action in CommentAction],
            "examples": [["reply"]],
        },
    )


class CommentThread(ResponseModel):
    """A top comment with the replies that a page shows of it."""

    comment: Comment = Field(description="The top comment")
    replies: list[Comment] = Field(
        description="The first replies, the oldest first; or those around the comment asked for"
    )
    reply_count: int = Field(description="Replies that I can read", examples=[3])
    previous_replies_cursor: str | None = Field(
        description="For the replies before these; null if there are none", examples=[_EXAMPLE_CURSOR]
    )
    next_replies_cursor: str | None = Field(
        description="For the replies after these; null if there are none", examples=[_EXAMPLE_CURSOR]
    )


class CommentPage(ResponseModel):
    """A page of threads, the oldest first."""

    items: list[CommentThread] = Field(description="Threads")
    previous_cursor: str | None = Field(
        description="For the page before this one; null at the beginning", examples=[_EXAMPLE_CURSOR]
    )
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])


class ReplyPage(ResponseModel):
    """A page of the replies under one top comment, the oldest first."""

    items: list[Comment] = Field(description="Replies")
    previous_cursor: str | None = Field(
        description="For the page before this one; null at the beginning", examples=[_EXAMPLE_CURSOR]
    )
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])
