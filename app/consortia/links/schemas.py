"""Links as requests and responses show them."""

import uuid

from pydantic import Field

from app.models.programme import LinkState
from app.web.fields import ClientId, Moment, RequestModel, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class LinkCreate(RequestModel):
    """A link proposed to another consortium."""

    id: ClientId
    consortium_id: uuid.UUID = Field(description="The consortium to be linked", examples=[_EXAMPLE_ID])


class LinkedConsortium(ResponseModel):
    """The consortium on the other side of a link."""

    id: uuid.UUID = Field(description="The consortium", examples=[_EXAMPLE_ID])
    name_ko: str = Field(description="Name in Korean", examples=["대경권 클러스터"])
    name_en: str = Field(description="Name in English", examples=["Daegyeong cluster"])


class Link(ResponseModel):
    """A link of a consortium, seen from its side."""

    id: uuid.UUID = Field(description="The link", examples=[_EXAMPLE_ID])
    consortium: LinkedConsortium = Field(description="The other consortium")
    state: str = open_enum(LinkState, "Whether it is proposed or active; an ended one is not listed")
    proposed_by_us: bool = Field(description="Whether this side proposed it", examples=[True])
    created_at: Moment = Field(description="When it was proposed")
    agreed_at: Moment | None = Field(description="When the other side agreed; null while it is proposed")
    allowed_actions: list[str] = Field(
        description="What I may do with it",
        json_schema_extra={"x-extensible-enum": ["agree", "end"], "examples": [["agree", "end"]]},
    )


class LinkPage(ResponseModel):
    """A page of links."""

    items: list[Link] = Field(description="Links, the oldest first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
