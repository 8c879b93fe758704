"""Changes of employers, and the history of affiliations, as requests and responses show them."""

import uuid
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.consortia.applications.schemas import ApplicantOrganisation, NamedOrganisation
from app.consortia.employment.policy import EmployerChangeAction
from app.identity.accounts.schemas import POSITION_LENGTH, OrganisationName
from app.models.applications import WORDS_LENGTH, ApplicationState
from app.web.fields import ClientId, Line, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class EmployerChangeCreate(RequestModel):
    """I work elsewhere now."""

    id: ClientId
    organisation_id: Optional[uuid.UUID] = Field(
        None, description="Where I work, if it is registered", examples=[_EXAMPLE_ID]
    )
    organisation: Optional[ApplicantOrganisation] = Field(None, description="Where I work, if it is not")
    position: Line = Field(min_length=1, max_length=POSITION_LENGTH, description="직위", examples=["책임연구원"])


class EmployerChangeOutcome(StrEnum):
    """How a change may be decided."""

    ACCEPT = "accept"
    DECLINE = "decline"


class EmployerChangeDecision(RequestModel):
    """A decision on a change."""

    outcome: EmployerChangeOutcome = Field(description="Whether the person works there", examples=["accept"])
    words: Optional[Annotated[MultilineText, Field(min_length=1, max_length=WORDS_LENGTH)]] = Field(
        None,
        description="A word to the person, who gets it by mail; needed to decline",
        examples=["재직을 확인했습니다."],
    )


class ChangingPerson(ResponseModel):
    """Whose employer changes."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["김하늘"])


class EmployerChange(ResponseModel):
    """A change of employer, as the person and those who confirm it see it."""

    id: uuid.UUID = Field(description="The change", examples=[_EXAMPLE_ID])
    person: ChangingPerson = Field(description="Whose employer changes")
    organisation: NamedOrganisation = Field(description="Where the person works now")
    position: str = Field(description="직위", examples=["책임연구원"])
    state: str = open_enum(ApplicationState, "What has become of it; `admitted` once it is confirmed")
    words: str | None = Field(description="The word that came with the decision", examples=["재직을 확인했습니다."])
    created_at: Moment = Field(description="When it was said")
    closed_at: Moment | None = Field(description="When it was decided or withdrawn; null while it is open")
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={
            "x-extensible-enum": [str(action) for action in EmployerChangeAction],
            "examples": [["accept", "decline"]],
        },
    )


class EmployerChangePage(ResponseModel):
    """A page of changes, the newest first."""

    items: list[EmployerChange] = Field(description="Changes, the newest first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class AffiliationPeriod(ResponseModel):
    """Where a person worked for a time. Posts show the one of their day."""

    organisation: OrganisationName = Field(description="The organisation")
    position: str = Field(description="직위", examples=["책임연구원"])
    started_at: Moment = Field(description="Since when")
    ended_at: Moment | None = Field(description="Until when; null for the present one")


class AffiliationPage(ResponseModel):
    """A page of affiliations, the newest first."""

    items: list[AffiliationPeriod] = Field(description="Affiliations, the newest first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
