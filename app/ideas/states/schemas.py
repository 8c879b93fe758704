"""States as requests and responses show them."""

from pydantic import Field

from app.ideas.schemas import AuthorCard
from app.models.ideas import IdeaState
from app.web.fields import Moment, MultilineText, RequestModel, ResponseModel, open_enum

NOTE_LENGTH = 500


class StateChange(RequestModel):
    """The state an idea has from now on, and why."""

    state: IdeaState = Field(description="The new state", examples=["chosen"])
    note: MultilineText = Field(
        min_length=1,
        max_length=NOTE_LENGTH,
        description="A word to the author and those who follow it",
        examples=["공동 과제로 선정되었습니다. 축하드립니다."],
    )


class StatePeriod(ResponseModel):
    """A state an idea came into."""

    state: str = open_enum(IdeaState, "The state")
    note: str | None = Field(description="The word given with it", examples=["공동 과제로 선정되었습니다."])
    changed_by: AuthorCard = Field(description="Who set it; the author, when it was published")
    changed_at: Moment = Field(description="Since when")


class StateHistory(ResponseModel):
    """A page of the states of an idea, the latest first."""

    items: list[StatePeriod] = Field(description="States")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
