"""Experts as requests and responses show them."""

from pydantic import Field

from app.ideas.schemas import AuthorCard
from app.models.experts import FIELD_LENGTH
from app.web.fields import Line, Moment, RequestModel, ResponseModel

_EXAMPLE_FIELD = "금형 설계"
_NEXT_CURSOR = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class ExpertDesignation(RequestModel):
    """What a person is an expert of from now on."""

    field: Line = Field(min_length=1, max_length=FIELD_LENGTH, description="The field", examples=[_EXAMPLE_FIELD])


class Expert(ResponseModel):
    """A person who may be invited into ideas."""

    person: AuthorCard = Field(description="Who, and where he works now")
    field: str = Field(description="The field", examples=[_EXAMPLE_FIELD])
    designated_at: Moment = Field(description="Since when he is an expert of it")


class ExpertPage(ResponseModel):
    """A page of experts, in the order in which they were designated."""

    items: list[Expert] = Field(description="Experts")
    next_cursor: str | None = _NEXT_CURSOR


class InvitedExpert(ResponseModel):
    """An expert who was invited into an idea."""

    person: AuthorCard = Field(description="Who, and where he works now")
    field: str = Field(description="The field", examples=[_EXAMPLE_FIELD])
    invited_at: Moment = Field(description="When he was invited")


class InvitedExpertPage(ResponseModel):
    """A page of the experts of an idea."""

    items: list[InvitedExpert] = Field(description="Invited experts")
    next_cursor: str | None = _NEXT_CURSOR
