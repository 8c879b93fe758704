"""Blocks as responses show them."""

import uuid

from pydantic import Field

from app.web.fields import Moment, ResponseModel


class BlockedMember(ResponseModel):
    """A person I have blocked."""

    id: uuid.UUID = Field(description="The person", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    name: str = Field(description="Name; empty once the account is erased", examples=["김하늘"])
    organisation: str | None = Field(description="Where he or she works now", examples=["㈜한성금형"])
    blocked_at: Moment = Field(description="Since when")


class BlockedMemberPage(ResponseModel):
    """A page of people I have blocked."""

    items: list[BlockedMember] = Field(description="People")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
