"""Cases as requests and responses show them."""

import uuid
from enum import StrEnum

from pydantic import Field

from app.ideas.schemas import AuthorCard
from app.models.ideas import IdeaStatus, Visibility
from app.models.moderation import CLOSING_LENGTH, CaseOrigin, CaseOutcome, CaseState, ReportReason
from app.web.fields import Moment, MultilineText, RequestModel, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_CURSOR = "mUq1S0pbXmhvbWUiLDE3"
_EXAMPLE_WORDS = "거래처 단가가 그대로 적혀 있습니다."


class CaseOrder(StrEnum):
    """In which order a queue is read."""

    AGE = "age"
    WEIGHT = "weight"


class CaseClosing(RequestModel):
    """How a case is decided."""

    outcome: CaseOutcome = Field(description="How it ended", examples=["dismissed"])
    words: MultilineText = Field(
        min_length=1,
        max_length=CLOSING_LENGTH,
        description="Why, for those who handle cases",
        examples=["공개된 카탈로그 가격이어서 문제가 없습니다."],
    )


class Handler(ResponseModel):
    """Somebody who handles cases."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name; empty once the account is erased", examples=["이바다"])


class CaseTarget(ResponseModel):
    """What a case is about."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    comment_id: uuid.UUID | None = Field(description="The comment; null for the idea itself", examples=[_EXAMPLE_ID])
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster of the idea", examples=[_EXAMPLE_ID])
    consortium_id: uuid.UUID = Field(description="The consortium of the idea", examples=[_EXAMPLE_ID])
    author: AuthorCard = Field(description="Who wrote it")
    visibility: str = open_enum(Visibility, "Who may see the idea")
    idea_status: str = open_enum(IdeaStatus, "Where the idea stands")
    title: str = Field(
        description="Title of the idea; empty for an idea for named people, which is opened apart",
        examples=["절삭유 미스트 집진 장치 공동 시험"],
    )
    is_deleted: bool = Field(description="Whether the comment was deleted by its author", examples=[False])
    is_hidden: bool = Field(description="Whether the comment is hidden", examples=[False])


class CaseSummary(ResponseModel):
    """A case as the queue shows it."""

    id: uuid.UUID = Field(description="The case", examples=[_EXAMPLE_ID])
    state: str = open_enum(CaseState, "Whether it is still to be decided")
    origin: str = open_enum(CaseOrigin, "How it came about")
    target: CaseTarget = Field(description="What it is about")
    weight: int = Field(description="How urgent its reports make it", examples=[4])
    report_count: int = Field(description="Reports", examples=[2])
    opened_at: Moment = Field(description="When it was reported first")
    claimed_by: Handler | None = Field(description="Who is working on it; null while nobody is")
    claimed_at: Moment | None = Field(description="Since when; null while nobody is")
    outcome: str | None = open_enum(CaseOutcome, "How it ended; null while it is open")
    closed_by: Handler | None = Field(description="Who decided it; null while it is open")
    closed_at: Moment | None = Field(description="When it was decided; null while it is open")


class CasePage(ResponseModel):
    """A page of cases."""

    items: list[CaseSummary] = Field(description="Cases in the order of the queue")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])


class CaseReport(ResponseModel):
    """A report as those who handle its case see it."""

    id: uuid.UUID = Field(description="The report", examples=[_EXAMPLE_ID])
    reporter: Handler = Field(description="Who reported it")
    reason: str = open_enum(ReportReason, "Why")
    words: str = Field(description="What is wrong, in the reporter's words", examples=[_EXAMPLE_WORDS])
    created_at: Moment = Field(description="When it was reported")


class EarlierCase(ResponseModel):
    """An earlier case about the same target."""

    id: uuid.UUID = Field(description="The case", examples=[_EXAMPLE_ID])
    outcome: str | None = open_enum(CaseOutcome, "How it ended")
    opened_at: Moment = Field(description="When it was reported first")
    closed_at: Moment | None = Field(description="When it was decided")


class AuthorHistory(ResponseModel):
    """What the author of the target did in this consortium so far, in numbers."""

    ideas: int = Field(description="Ideas published", examples=[7])
    comments: int = Field(description="Comments that were not deleted", examples=[31])
    cases: int = Field(description="Cases about him", examples=[2])
    cases_acted: int = Field(description="Cases about him that ended in an act", examples=[1])


class Case(CaseSummary):
    """A case with its context."""

    comment_body: str | None = Field(
        description="The comment; null for a case about an idea, and for a comment on an idea for named people,"
        " which is opened apart",
        examples=["단가표를 붙입니다."],
    )
    reports: list[CaseReport] = Field(description="Its reports, the oldest first, at most 100")
    earlier_cases: list[EarlierCase] = Field(description="Earlier cases about the same, the latest first, at most 20")
    author_history: AuthorHistory = Field(description="What its author did in this consortium so far")
    closing_words: str | None = Field(
        description="Why it was decided so; null while it is open", examples=["단가를 지우고 다시 올리기로 했습니다."]
    )


class CaseReceipt(ResponseModel):
    """What is kept of a decision for a retry: its id, since the case tells who reported what."""

    id: uuid.UUID


class CaseIdea(ResponseModel):
    """The idea of a case as those who handle it are given it, after that was recorded."""

    idea_id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    title: str = Field(description="Title", examples=["절삭유 미스트 집진 장치 공동 시험"])
    body: str = Field(description="Body in the Markdown subset", examples=["가공 현장의 미스트를 줄이려고 합니다."])
    tags: list[str] = Field(description="Tags", examples=[["집진", "절삭유"]])
    author: AuthorCard = Field(description="Who wrote it")
    comment_body: str | None = Field(
        description="The comment the case is about; null for a case about the idea itself",
        examples=["단가표를 붙입니다."],
    )
