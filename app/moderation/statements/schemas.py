"""Statements of reasons and appeals as requests and responses show them."""

import uuid

from pydantic import Field

from app.models.moderation import WORDS_LENGTH, ActKind, AppealState
from app.moderation.acts.schemas import Act
from app.web.fields import ClientId, Moment, MultilineText, RequestModel, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_WORDS = "공개된 카탈로그의 가격입니다."
_WORDS = Field(
    min_length=1, max_length=WORDS_LENGTH, description="Why the act should not stand", examples=[_EXAMPLE_WORDS]
)


class AppealCreate(RequestModel):
    """Asking that somebody else look at an act."""

    id: ClientId
    words: MultilineText = _WORDS


class AppealDecision(RequestModel):
    """What becomes of an appeal."""

    is_granted: bool = Field(description="Whether the act is undone", examples=[True])
    words: MultilineText = Field(
        min_length=1,
        max_length=WORDS_LENGTH,
        description="Why; the person concerned reads it",
        examples=["확인했습니다."],
    )


class OwnAppeal(ResponseModel):
    """My appeal against an act."""

    id: uuid.UUID = Field(description="The appeal", examples=[_EXAMPLE_ID])
    state: str = open_enum(AppealState, "What became of it")
    words: str = Field(description="Why the act should not stand", examples=[_EXAMPLE_WORDS])
    created_at: Moment = Field(description="When I appealed")
    decided_at: Moment | None = Field(description="When it was decided; null while it is open")
    decision_words: str | None = Field(description="Why it was decided so", examples=["확인했습니다."])


class Statement(ResponseModel):
    """Why something was done to what I wrote, and what I can do about it."""

    id: uuid.UUID = Field(description="The statement, which is that of an act", examples=[_EXAMPLE_ID])
    kind: str = open_enum(ActKind, "What was done")
    text: str = Field(description="What was done, in the language of the request", examples=["아이디어를 숨겼습니다."])
    consortium_id: uuid.UUID = Field(description="The consortium it was done in", examples=[_EXAMPLE_ID])
    until: Moment | None = Field(description="When a suspension ends; null for good, and for other acts")
    idea_id: uuid.UUID | None = Field(
        description="The idea it was done to; null for a warning and a suspension", examples=[_EXAMPLE_ID]
    )
    idea_title: str | None = Field(
        description="Its title, where the idea is mine; null for a comment",
        examples=["절삭유 미스트 집진 장치 공동 시험"],
    )
    comment_id: uuid.UUID | None = Field(description="The comment of mine it was done to", examples=[_EXAMPLE_ID])
    comment_body: str | None = Field(description="The comment of mine; null for an idea", examples=["단가표입니다."])
    words: str = Field(description="Why, in the words of whoever acted", examples=["거래처의 단가가 적혀 있습니다."])
    rule: str | None = Field(
        description="The rule of the house it follows from, in the language of the request",
        examples=["거래처 이름과 단가를 적지 않습니다."],
    )
    created_at: Moment = Field(description="When it was done")
    undone_at: Moment | None = Field(description="When it was undone; null while it stands")
    undo_words: str | None = Field(description="Why it was undone", examples=["작성자가 단가를 지웠습니다."])
    appeal: OwnAppeal | None = Field(description="My appeal; null while I have made none")
    may_appeal: bool = Field(description="Whether I can still appeal", examples=[True])
    how_to_appeal: str | None = Field(
        description="How to appeal, in the language of the request; null when it is too late",
        examples=["2027년 5월 26일까지 한 번 이의를 제기할 수 있습니다."],
    )


class StatementPage(ResponseModel):
    """A page of statements, the latest first."""

    items: list[Statement] = Field(description="Statements")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class Appeal(ResponseModel):
    """An appeal as those who may decide it see it."""

    id: uuid.UUID = Field(description="The appeal", examples=[_EXAMPLE_ID])
    state: str = open_enum(AppealState, "What became of it")
    words: str = Field(description="Why the act should not stand", examples=[_EXAMPLE_WORDS])
    created_at: Moment = Field(description="When it was made")
    act: Act = Field(description="The act it is about")
    may_decide: bool = Field(description="Whether I may decide it: not one about an act of mine", examples=[True])
    decided_at: Moment | None = Field(description="When it was decided; null while it is open")
    decision_words: str | None = Field(description="Why it was decided so", examples=["확인했습니다."])


class AppealPage(ResponseModel):
    """A page of appeals, the oldest first."""

    items: list[Appeal] = Field(description="Appeals")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class AppealReceipt(ResponseModel):
    """What is kept of an appeal for a retry: its id, since its words may have to be erased."""

    id: uuid.UUID
