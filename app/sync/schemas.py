"""What clients store of ideas, beside what other features show already."""

import uuid
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field, create_model

from app.ideas.policy import IdeaAction
from app.ideas.schemas import AuthorCard
from app.models.ideas import IdeaState, IdeaStatus, Visibility
from app.web.fields import Moment, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class SyncedIdea(ResponseModel):
    """An idea as clients store it: without body, counters and what is mine."""

    id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster it was posted in", examples=[_EXAMPLE_ID])
    consortium_id: uuid.UUID = Field(description="The consortium of that mini-cluster", examples=[_EXAMPLE_ID])
    title: str = Field(description="Title", examples=["절삭유 미스트 집진 장치 공동 시험"])
    excerpt: str = Field(
        description="The beginning of the body as plain text; the body itself is given by `GET /v1/ideas/{idea_id}`",
        examples=["가공 현장의 미스트를 줄이려고 합니다. 집진기 3종 비교"],
    )
    tags: list[str] = Field(description="Tags", examples=[["집진", "절삭유"]])
    visibility: str = open_enum(Visibility, "Who may see it")
    status: str = open_enum(IdeaStatus, "Whether it is a draft, published, hidden by a moderator or withdrawn")
    state: str = open_enum(IdeaState, "How far it has come on the way to a joint project")
    author: AuthorCard = Field(description="Who wrote it")
    is_edited: bool = Field(description="Whether it was edited after publishing", examples=[False])
    is_locked: bool = Field(description="Whether it takes no new comments", examples=[False])
    version: int = Field(description="Rises with each edit; see `If-Match`", examples=[1])
    created_at: Moment = Field(description="When it was first saved")
    published_at: Moment | None = Field(description="When it was published; null for a draft")
    edited_at: Moment | None = Field(description="When it was edited last; null if never")
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={"x-extensible-enum": [str(a) for a in IdeaAction], "examples": [["comment", "vote"]]},
    )


class IdeaCounters(ResponseModel):
    """The numbers of an idea, which change more often than the idea."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    vote_count: int = Field(description="Recommendations", examples=[12])
    comment_count: int = Field(description="Comments that can be read", examples=[5])


class IdeaMarks(ResponseModel):
    """What is mine of an idea: my vote, whether I follow it, how far I have read."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    my_vote: bool = Field(description="Whether I recommend it", examples=[True])
    following: bool = Field(description="Whether I follow it", examples=[True])
    is_unread: bool = Field(description="Whether I have not opened it yet", examples=[False])
    unread_comment_count: int = Field(
        description="Comments of others since I read it last; 100 stands for 100 or more", examples=[2]
    )


class SyncedMembership(ResponseModel):
    """My place in a mini-cluster. Its id is that of the mini-cluster."""

    id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    consortium_id: uuid.UUID = Field(description="The consortium it stands in", examples=[_EXAMPLE_ID])
    role: str = Field(description="What I am there", examples=["member"])
    started_at: Moment = Field(description="Since when")


def _list_of(row: Any) -> Any:
    return list[row]


def deleted_thing(kinds: Iterable[str]) -> type[BaseModel]:
    """The model of what a client forgets, one of these kinds."""
    return create_model(
        "DeletedThing",
        __base__=ResponseModel,
        __doc__="Something that is gone, or not for me any more. What hangs on an idea goes with it.",
        kind=(str, open_enum(kinds, "In which of the lists of this page it stood")),
        id=(uuid.UUID, Field(description="Which one", examples=[_EXAMPLE_ID])),
    )


def change_page(rows: dict[str, tuple[type[Any], str]]) -> tuple[type[BaseModel], type[BaseModel]]:
    """The models of a page of changes, with a list for each kind, and of what is to be forgotten."""
    lists: dict[str, Any] = {
        kind: (_list_of(row), Field(description=description)) for kind, (row, description) in rows.items()
    }
    deleted = deleted_thing(rows)
    page = create_model(
        "Changes",
        __base__=ResponseModel,
        __doc__="Present rows of what has changed, by kind; of one thing there may be several versions: the later"
        " page holds.",
        **lists,
        deleted=(_list_of(deleted), Field(description="What to forget, before the rows of this page are stored")),
        cursor=(str, Field(description="For the next request; keep it with the store", examples=["mUq1S0pbXmhvbWUi"])),
        has_more=(bool, Field(description="Whether to ask again at once", examples=[False])),
    )
    return page, deleted
