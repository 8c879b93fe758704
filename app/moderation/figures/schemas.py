"""Figures of moderation as responses show them."""

from pydantic import Field

from app.web.fields import ResponseModel


class ModerationMonth(ResponseModel):
    """What was done in a consortium within a calendar month of Seoul, in numbers."""

    month: str = Field(description="The month", examples=["2026-11"])
    cases: int = Field(description="Cases opened", examples=[3])
    hidden: int = Field(description="Ideas and comments hidden", examples=[2])
    locked: int = Field(description="Ideas locked", examples=[1])
    pinned: int = Field(description="Ideas pinned", examples=[4])
    retagged: int = Field(description="Ideas whose tags were changed", examples=[1])
    merged: int = Field(description="Ideas merged into others", examples=[1])
    warned: int = Field(description="Members warned", examples=[1])
    suspended: int = Field(description="Members suspended", examples=[0])
    undone: int = Field(description="Of these acts, those that were undone since", examples=[1])
    appeals: int = Field(description="Appeals made against acts of this month", examples=[1])
    appeals_granted: int = Field(description="Of these appeals, those that were granted", examples=[1])


class ModerationFigures(ResponseModel):
    """The last twelve months, the present one first."""

    months: list[ModerationMonth] = Field(description="The months")
