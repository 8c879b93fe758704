"""Applications as requests and responses show them."""

import uuid
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.consortia.applications.policy import ApplicationAction
from app.identity.accounts.schemas import POSITION_LENGTH, MiniClusterName
from app.models.applications import REASON_LENGTH, WORDS_LENGTH, ApplicationState
from app.models.organisations import OrganisationKind
from app.web.fields import ClientId, Line, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class ApplicantOrganisation(RequestModel):
    """The organisation of an applicant, where it is not registered yet. It is registered when he is admitted."""

    kind: OrganisationKind = Field(description="Kind of organisation", examples=["company"])
    name: Line = Field(min_length=1, max_length=200, description="Name", examples=["㈜한성금형"])
    business_number: Optional[Annotated[Line, Field(min_length=1, max_length=20)]] = Field(
        None,
        description="사업자등록번호, with or without hyphens. Where an organisation with it is registered, that one is"
        " meant, whatever its name",
        examples=["124-81-00998"],
    )


class ApplicationCreate(RequestModel):
    """A wish to become a member of a mini-cluster."""

    id: ClientId
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    organisation_id: Optional[uuid.UUID] = Field(
        None, description="Where I work, if it is registered", examples=[_EXAMPLE_ID]
    )
    organisation: Optional[ApplicantOrganisation] = Field(None, description="Where I work, if it is not")
    position: Line = Field(min_length=1, max_length=POSITION_LENGTH, description="직위", examples=["책임연구원"])
    reason: MultilineText = Field(
        min_length=1,
        max_length=REASON_LENGTH,
        description="Why I want to join, for those who decide",
        examples=["금형 가공 공정을 함께 개선하고 싶습니다."],
    )


class Outcome(StrEnum):
    """How an application may be decided."""

    ADMIT = "admit"
    DECLINE = "decline"


class ApplicationDecision(RequestModel):
    """A decision on an application."""

    outcome: Outcome = Field(description="Whether the applicant becomes a member", examples=["admit"])
    words: Optional[Annotated[MultilineText, Field(min_length=1, max_length=WORDS_LENGTH)]] = Field(
        None,
        description="A word to the applicant, who gets it by mail; needed to decline",
        examples=["환영합니다. 다음 포럼에서 뵙겠습니다."],
    )


class Applicant(ResponseModel):
    """Who applies."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["김하늘"])
    email: str | None = Field(description="E-mail address, confirmed; null if none", examples=["haneul.kim@example.kr"])


class NamedOrganisation(ResponseModel):
    """The organisation an applicant names."""

    id: uuid.UUID | None = Field(description="The organisation; null where it is a new one", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["㈜한성금형"])
    kind: str = open_enum(OrganisationKind, "Kind of organisation")


class Application(ResponseModel):
    """An application, as the applicant and those who decide see it."""

    id: uuid.UUID = Field(description="The application", examples=[_EXAMPLE_ID])
    mini_cluster: MiniClusterName = Field(description="Where the person wants to be a member")
    applicant: Applicant = Field(description="Who applies")
    organisation: NamedOrganisation = Field(description="Where the applicant works")
    position: str = Field(description="직위", examples=["책임연구원"])
    reason: str = Field(
        description="Why he or she wants to join", examples=["금형 가공 공정을 함께 개선하고 싶습니다."]
    )
    state: str = open_enum(ApplicationState, "What has become of it")
    words: str | None = Field(description="The word that came with the decision", examples=["환영합니다."])
    created_at: Moment = Field(description="When it was made")
    closed_at: Moment | None = Field(description="When it was decided or withdrawn; null while it is open")
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={
            "x-extensible-enum": [str(action) for action in ApplicationAction],
            "examples": [["admit", "decline"]],
        },
    )


class ApplicationPage(ResponseModel):
    """A page of applications, the newest first."""

    items: list[Application] = Field(description="Applications, the newest first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
