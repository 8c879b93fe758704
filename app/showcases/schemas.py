"""Showcases as requests and responses show them."""

import uuid

from pydantic import Field

from app.consortia.schemas import MiniCluster
from app.ideas.schemas import IdeaSummary
from app.models.organisations import OrganisationKind
from app.models.showcases import IDEAS_PER_SHOWCASE, PROFILE_LENGTH
from app.web.fields import ClientId, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

NOTE_LENGTH = 500
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_PROFILE_KO = "공작기계와 자동화 부품을 만드는 회원사들이 함께 공정 개선 과제를 찾습니다."
_PROFILE_EN = "Makers of machine tools and automation parts look for joint projects."


class ShowcaseUpdate(RequestModel):
    """What a mini-cluster says of itself."""

    profile_ko: MultilineText = Field(
        min_length=1, max_length=PROFILE_LENGTH, description="Profile in Korean", examples=[_PROFILE_KO]
    )
    profile_en: Optional[MultilineText] = Field(
        None, min_length=1, max_length=PROFILE_LENGTH, description="Profile in English", examples=[_PROFILE_EN]
    )


class ShowcaseIdeaCreate(RequestModel):
    """The wish to show an idea, for its author to grant."""

    id: ClientId
    idea_id: uuid.UUID = Field(description="An idea of this mini-cluster", examples=[_EXAMPLE_ID])
    note: MultilineText = Field(
        min_length=1,
        max_length=NOTE_LENGTH,
        description="Why, for the author",
        examples=["MC기행에서 다른 미니클러스터에 소개하고 싶습니다."],
    )


class ShowcaseOrder(RequestModel):
    """The order of the ideas shown."""

    idea_ids: list[uuid.UUID] = Field(
        max_length=IDEAS_PER_SHOWCASE,
        description="Ideas of the showcase, the first one first; those left out come after them",
        examples=[[_EXAMPLE_ID]],
    )


class OrganisationCount(ResponseModel):
    """How many organisations of a kind are in a mini-cluster."""

    kind: str = open_enum(OrganisationKind, "Kind of organisation")
    count: int = Field(description="How many", examples=[41])


class ActivityFigures(ResponseModel):
    """Numbers of a mini-cluster's activity, without names. Ideas for named people are not counted."""

    member_count: int = Field(description="Members", examples=[109])
    organisations: list[OrganisationCount] = Field(description="Organisations they work for, by kind")
    ideas_of_month: int = Field(description="Ideas of the last 30 days", examples=[6])
    ideas_of_year: int = Field(
        description="Ideas of the last 365 days; 10000 stands for that many or more", examples=[52]
    )
    comment_count: int = Field(description="Comments on the ideas of that year", examples=[240])
    vote_count: int = Field(description="Recommendations of the ideas of that year", examples=[410])
    counted_at: Moment = Field(description="When it was counted; about every hour")


class ShowcaseSummary(ResponseModel):
    """A showcase as lists show it."""

    mini_cluster: MiniCluster = Field(description="Who shows itself")
    profile_ko: str = Field(description="Profile in Korean", examples=[_PROFILE_KO])
    profile_en: str | None = Field(description="Profile in English, if there is one", examples=[_PROFILE_EN])
    figures: ActivityFigures = Field(description="Its activity in numbers")
    following: bool = Field(description="Whether I follow the mini-cluster", examples=[False])
    may_edit: bool = Field(description="Whether I may change or close it", examples=[False])
    opened_at: Moment = Field(description="When it was opened")


class Showcase(ShowcaseSummary):
    """A showcase with its ideas."""

    ideas: list[IdeaSummary] = Field(description="The ideas shown, as far as I see them, in the order chosen")


class ShowcasePage(ResponseModel):
    """A page of showcases."""

    items: list[ShowcaseSummary] = Field(description="Open showcases, by the founding of their mini-clusters")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
