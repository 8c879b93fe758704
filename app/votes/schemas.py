"""Votes as responses show them."""

import uuid

from pydantic import Field

from app.web.fields import ResponseModel


class VoteReceipt(ResponseModel):
    """Where my vote on an idea stands now."""

    idea_id: uuid.UUID = Field(description="The idea", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    my_vote: bool = Field(description="Whether I recommend it", examples=[True])
    vote_count: int = Field(description="Recommendations of all members", examples=[12])
