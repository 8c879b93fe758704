"""Reports as requests and responses show them."""

import uuid

from pydantic import Field

from app.models.moderation import REPORT_LENGTH, ReportReason
from app.web.fields import ClientId, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_WORDS = "거래처 단가가 그대로 적혀 있습니다."


class ReportCreate(RequestModel):
    """A report on an idea or on a comment: exactly one of them."""

    id: ClientId
    idea_id: Optional[uuid.UUID] = Field(None, description="The idea that is reported", examples=[_EXAMPLE_ID])
    comment_id: Optional[uuid.UUID] = Field(None, description="The comment that is reported", examples=[_EXAMPLE_ID])
    reason: ReportReason = Field(description="Why; `GET /v1/config` lists the reasons", examples=["secret"])
    words: MultilineText = Field(
        "",
        max_length=REPORT_LENGTH,
        description="What is wrong, in the member's own words; needed for the reason `other`",
        examples=[_EXAMPLE_WORDS],
    )


class Report(ResponseModel):
    """A report of mine."""

    id: uuid.UUID = Field(description="The report", examples=[_EXAMPLE_ID])
    idea_id: uuid.UUID = Field(description="The idea it concerns", examples=[_EXAMPLE_ID])
    comment_id: uuid.UUID | None = Field(
        description="The comment that is reported; null for a report on the idea itself", examples=[_EXAMPLE_ID]
    )
    reason: str = open_enum(ReportReason, "Why")
    words: str = Field(description="What is wrong, in my own words", examples=[_EXAMPLE_WORDS])
    created_at: Moment = Field(description="When I reported it")
