"""Ideas as requests and responses show them."""

import uuid

from pydantic import Field

from app.ideas.policy import IdeaAction
from app.ideas.tags import TAGS_PER_IDEA
from app.models.ideas import BODY_LENGTH, TITLE_LENGTH, IdeaState, IdeaStatus, Visibility
from app.models.organisations import OrganisationKind
from app.web.fields import ClientId, Line, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

MAX_READERS = 50
MAX_EXCLUSIONS = 20
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_TITLE = "절삭유 미스트 집진 장치 공동 시험"
_EXAMPLE_BODY = "가공 현장의 미스트를 줄이려고 합니다.\n\n- 집진기 3종 비교\n- **시험 장소**를 찾습니다"

Title = Line
TITLE = Field(min_length=1, max_length=TITLE_LENGTH, description="Title, one line", examples=[_EXAMPLE_TITLE])
BODY = Field(
    min_length=1,
    max_length=BODY_LENGTH,
    description="Body in a Markdown subset: paragraphs, headings, lists, emphasis, links, code, quotes; no HTML",
    examples=[_EXAMPLE_BODY],
)
TAGS = Field(max_length=TAGS_PER_IDEA, description="Tags; case and width do not matter", examples=[["집진", "절삭유"]])
VISIBILITY = Field(
    description="Who may see it: named people, the mini-cluster, its consortium, linked consortia, all members",
    examples=["mini_cluster"],
)
READERS = Field(
    max_length=MAX_READERS,
    description="The people who may see an idea of visibility `named`; empty for any other",
    examples=[[_EXAMPLE_ID]],
)
EXCLUSIONS = Field(
    max_length=MAX_EXCLUSIONS,
    description="Organisations whose people do not see it, wherever they sit",
    examples=[[_EXAMPLE_ID]],
)


class IdeaCreate(RequestModel):
    """A new idea, published at once or kept as a draft."""

    id: ClientId
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster it is posted in", examples=[_EXAMPLE_ID])
    title: Line = TITLE
    body: MultilineText = BODY
    tags: list[Line] = Field([], max_length=TAGS_PER_IDEA, description=TAGS.description, examples=TAGS.examples)
    visibility: Visibility = Field(
        Visibility.MINI_CLUSTER, description=VISIBILITY.description, examples=VISIBILITY.examples
    )
    reader_ids: list[uuid.UUID] = Field(
        [], max_length=MAX_READERS, description=READERS.description, examples=READERS.examples
    )
    excluded_organisation_ids: list[uuid.UUID] = Field(
        [], max_length=MAX_EXCLUSIONS, description=EXCLUSIONS.description, examples=EXCLUSIONS.examples
    )
    draft: bool = Field(False, description="Keep it as a draft that only its author sees", examples=[False])


class IdeaUpdate(RequestModel):
    """A change of an idea: what is left out stays as it is."""

    mini_cluster_id: Optional[uuid.UUID] = Field(
        None,
        description="Another mini-cluster of one's own, into which it moves; comments and votes go along",
        examples=[_EXAMPLE_ID],
    )
    title: Optional[Line] = Field(None, min_length=1, max_length=TITLE_LENGTH, examples=[_EXAMPLE_TITLE])
    body: Optional[MultilineText] = Field(None, min_length=1, max_length=BODY_LENGTH, examples=[_EXAMPLE_BODY])
    tags: Optional[list[Line]] = Field(None, max_length=TAGS_PER_IDEA, examples=TAGS.examples)
    visibility: Optional[Visibility] = Field(None, examples=VISIBILITY.examples)
    reader_ids: Optional[list[uuid.UUID]] = Field(None, max_length=MAX_READERS, examples=READERS.examples)
    excluded_organisation_ids: Optional[list[uuid.UUID]] = Field(
        None, max_length=MAX_EXCLUSIONS, examples=EXCLUSIONS.examples
    )


class AuthorCard(ResponseModel):
    """Who wrote something, as of the day it was written."""

    id: uuid.UUID = Field(description="The member", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name; empty once the account is erased", examples=["김하늘"])
    position: str | None = Field(description="직위", examples=["책임연구원"])
    organisation: str | None = Field(description="Name of the organisation", examples=["㈜한성금형"])
    organisation_kind: str | None = open_enum(OrganisationKind, "Kind of the organisation")


class IdeaSummary(ResponseModel):
    """An idea as lists show it."""

    id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster it was posted in", examples=[_EXAMPLE_ID])
    consortium_id: uuid.UUID = Field(description="The consortium of that mini-cluster", examples=[_EXAMPLE_ID])
    title: str = Field(description="Title", examples=[_EXAMPLE_TITLE])
    excerpt: str = Field(
        description="The beginning of the body as plain text; empty for an idea for named people, whose body only"
        " the single read gives",
        examples=["가공 현장의 미스트를 줄이려고 합니다. 집진기 3종 비교"],
    )
    tags: list[str] = Field(description="Tags", examples=[["집진", "절삭유"]])
    visibility: str = open_enum(Visibility, "Who may see it")
    status: str = open_enum(IdeaStatus, "Whether it is a draft, published, hidden by a moderator or withdrawn")
    state: str = open_enum(IdeaState, "How far it has come on the way to a joint project")
    author: AuthorCard = Field(description="Who wrote it")
    vote_count: int = Field(description="Recommendations", examples=[12])
    comment_count: int = Field(description="Comments that can be read", examples=[5])
    my_vote: bool = Field(description="Whether I recommend it", examples=[True])
    following: bool = Field(description="Whether I follow it", examples=[True])
    is_unread: bool = Field(description="Whether I have not opened it yet", examples=[False])
    unread_comment_count: int = Field(
        description="Comments of others since I read it last; 100 stands for 100 or more", examples=[2]
    )
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


class Idea(IdeaSummary):
    """An idea with its body."""

    body: str = Field(description="Body in the Markdown subset", examples=[_EXAMPLE_BODY])
    co_authors: list[AuthorCard] = Field(description="Authors of ideas that were merged into it")
    merged_into_id: uuid.UUID | None = Field(
        description="The idea it was merged into, with its votes and comments; null if it was not",
        examples=[_EXAMPLE_ID],
    )
    reader_ids: list[uuid.UUID] = Field(
        description="Named readers of an idea of visibility `named`; shown to its author only", examples=[[_EXAMPLE_ID]]
    )
    excluded_organisation_ids: list[uuid.UUID] = Field(
        description="Excluded organisations; shown to its author only", examples=[[_EXAMPLE_ID]]
    )


class IdeaPage(ResponseModel):
    """A page of ideas."""

    items: list[IdeaSummary] = Field(description="Ideas in the order of the list")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class IdeaRevision(ResponseModel):
    """An earlier wording of an idea."""

    version: int = Field(description="The version this wording was", examples=[1])
    title: str = Field(description="Title", examples=[_EXAMPLE_TITLE])
    body: str = Field(description="Body", examples=[_EXAMPLE_BODY])
    tags: list[str] = Field(description="Tags", examples=[["집진"]])
    replaced_at: Moment = Field(description="When it gave way to the next version")


class IdeaRevisionPage(ResponseModel):
    """A page of earlier wordings, the latest first."""

    items: list[IdeaRevision] = Field(description="Earlier wordings")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class FollowState(ResponseModel):
    """Whether I follow an idea."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    following: bool = Field(description="Whether I follow it", examples=[True])


class ReadMarker(ResponseModel):
    """The thread of an idea is read."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    unread_comment_count: int = Field(description="Always 0", examples=[0])
