"""The access log as responses show it."""

import uuid

from pydantic import Field

from app.web.fields import Moment, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class AccessReader(ResponseModel):
    """Who read."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name; empty once the account is erased", examples=["이바다"])


class AccessEntry(ResponseModel):
    """Staff were about to be shown something: ids, never the content."""

    at: Moment = Field(description="When it was read")
    reader: AccessReader | None = Field(description="Who read it; null for an account that is no more")
    action: str = Field(description="What kind of reading it was", examples=["idea.read_for_case"])
    target_kind: str = Field(description="What was read: an idea, a comment, a list of a place", examples=["idea"])
    target_id: uuid.UUID | None = Field(description="Which one; null for a list of all", examples=[_EXAMPLE_ID])
    subject_id: uuid.UUID | None = Field(
        description="The member whose data it is; null for a list of several", examples=[_EXAMPLE_ID]
    )
    consortium_id: uuid.UUID | None = Field(description="The consortium it belongs to", examples=[_EXAMPLE_ID])
    case_id: uuid.UUID | None = Field(description="The case for which it was read", examples=[_EXAMPLE_ID])


class AccessPage(ResponseModel):
    """A page of the access log, the latest first."""

    items: list[AccessEntry] = Field(description="Entries")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
