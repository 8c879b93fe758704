"""Proposals to merge ideas as requests show them."""

import uuid

from pydantic import Field

from app.ideas.consent.schemas import NOTE_LENGTH
from app.web.fields import ClientId, MultilineText, RequestModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class MergeProposalCreate(RequestModel):
    """Asking the author of an idea whether it may be merged into another one that more people see."""

    id: ClientId
    into_idea_id: uuid.UUID = Field(description="The idea it is to be merged into", examples=[_EXAMPLE_ID])
    note: MultilineText = Field(
        min_length=1,
        max_length=NOTE_LENGTH,
        description="Why; the author reads it",
        examples=["같은 장치를 제안한 아이디어가 있어 함께 논의하면 좋겠습니다."],
    )
