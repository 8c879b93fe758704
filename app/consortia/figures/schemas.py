"""Figures as responses show them."""

from datetime import date

from pydantic import Field

from app.models.figures import FiguresPeriod
from app.web.fields import Moment, ResponseModel, open_enum


class Figures(ResponseModel):
    """What is counted of a place: members, organisations and states as of the end of a period, the rest within it."""

    members: int = Field(0, description="Members", examples=[109])
    companies: int = Field(0, description="Companies they work for, each once", examples=[62])
    companies_under_50: int = Field(0, description="Companies with fewer than 50 people", examples=[48])
    companies_from_50_to_299: int = Field(0, description="Companies with 50 to 299 people", examples=[11])
    companies_from_300: int = Field(0, description="Companies with 300 people or more", examples=[1])
    universities: int = Field(0, description="Universities", examples=[4])
    institutes: int = Field(0, description="Research institutes", examples=[3])
    local_governments: int = Field(0, description="Local governments", examples=[1])
    support_organisations: int = Field(0, description="Support organisations", examples=[2])
    ideas_open: int = Field(0, description="Published ideas in the state `open`", examples=[31])
    ideas_under_review: int = Field(0, description="… `under_review`", examples=[4])
    ideas_chosen: int = Field(0, description="… `chosen`", examples=[2])
    ideas_in_progress: int = Field(0, description="… `in_progress`", examples=[2])
    ideas_done: int = Field(0, description="… `done`", examples=[5])
    ideas_closed: int = Field(0, description="… `closed`", examples=[3])
    new_ideas: int = Field(0, description="Ideas published within the period", examples=[6])
    comments: int = Field(0, description="Comments posted within it", examples=[40])
    votes: int = Field(0, description="Recommendations made within it", examples=[75])
    active_people: int = Field(0, description="People who posted, commented or recommended within it", examples=[38])
    response_minutes: int | None = Field(
        None,
        description="Minutes until somebody else commented, in the middle, on ideas published within it; null if nobody"
        " did",
        examples=[540],
    )


class PeriodFigures(Figures):
    """The figures of a place for a period."""

    period: str = open_enum(FiguresPeriod, "How long it is")
    begins_on: date = Field(description="Its first day in Korea", examples=["2026-11-01"])
    ends_on: date = Field(description="Its last day in Korea", examples=["2026-11-30"])
    is_final: bool = Field(
        description="Whether it is over: then its figures stay, whatever is deleted later", examples=[True]
    )
    counted_at: Moment = Field(description="When it was counted")


class PeriodFiguresPage(ResponseModel):
    """A page of figures, the latest period first."""

    items: list[PeriodFigures] = Field(description="Figures")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
