"""Organisations as requests and responses show them."""

import uuid

from pydantic import Field

from app.consortia.organisations.policy import OrganisationAction
from app.models.organisations import OrganisationKind, SizeBand
from app.web.fields import ClientId, Line, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

NAME_LENGTH = 200
BUSINESS_NUMBER_LENGTH = 20
"""Ten digits, and room for the hyphens and spaces people write."""
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_NUMBER_DESCRIPTION = "사업자등록번호, with or without hyphens; the check digit is verified"


class OrganisationCreate(RequestModel):
    """A new organisation."""

    id: ClientId
    kind: OrganisationKind = Field(description="Kind of organisation", examples=["company"])
    name: Line = Field(min_length=1, max_length=NAME_LENGTH, description="Name", examples=["㈜한성금형"])
    name_en: Optional[Line] = Field(
        None, max_length=NAME_LENGTH, description="Name in English", examples=["Hansung Mould Co., Ltd."]
    )
    business_number: Optional[Line] = Field(
        None, max_length=BUSINESS_NUMBER_LENGTH, description=_NUMBER_DESCRIPTION, examples=["124-81-00998"]
    )
    size_band: Optional[SizeBand] = Field(
        None, description="Number of employees; of companies only", examples=["under_50"]
    )


class OrganisationUpdate(RequestModel):
    """A change of an organisation: what is left out, or null, stays as it is."""

    name: Optional[Line] = Field(
        None, min_length=1, max_length=NAME_LENGTH, description="Name", examples=["㈜한성금형"]
    )
    name_en: Optional[Line] = Field(
        None,
        max_length=NAME_LENGTH,
        description="Name in English; an empty string clears it",
        examples=["Hansung Mould Co., Ltd."],
    )
    business_number: Optional[Line] = Field(
        None,
        max_length=BUSINESS_NUMBER_LENGTH,
        description=f"{_NUMBER_DESCRIPTION}; an empty string clears it",
        examples=["124-81-00998"],
    )
    size_band: Optional[SizeBand] = Field(
        None, description="Number of employees; of companies only", examples=["from_50_to_299"]
    )


class OrganisationMerge(RequestModel):
    """Two rows stand for one organisation."""

    into_id: uuid.UUID = Field(description="The organisation that stays", examples=[_EXAMPLE_ID])


class Organisation(ResponseModel):
    """An organisation."""

    id: uuid.UUID = Field(description="The organisation", examples=[_EXAMPLE_ID])
    kind: str = open_enum(OrganisationKind, "Kind of organisation")
    name: str = Field(description="Name", examples=["㈜한성금형"])
    name_en: str | None = Field(description="Name in English", examples=["Hansung Mould Co., Ltd."])
    size_band: str | None = open_enum(SizeBand, "Number of employees; null where unknown, and for all but companies")
    business_number: str | None = Field(
        description="사업자등록번호, ten digits; shown to operators and coordinators only", examples=["1248100998"]
    )
    merged_into_id: uuid.UUID | None = Field(
        description="The organisation that took its place, if it was merged", examples=[_EXAMPLE_ID]
    )
    is_verified: bool = Field(
        False,
        description="Whether somebody who keeps the register has looked at it; others are what new members wrote",
        examples=[True],
    )
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={
            "x-extensible-enum": [str(action) for action in OrganisationAction],
            "examples": [["edit", "merge"]],
        },
    )


class OrganisationPage(ResponseModel):
    """A page of organisations."""

    items: list[Organisation] = Field(description="Organisations by name")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class LikelyDuplicate(ResponseModel):
    """An organisation that may be the same as others."""

    organisation: Organisation = Field(description="The organisation")
    member_count: int = Field(description="People who work there now", examples=[12])


class DuplicateGroup(ResponseModel):
    """Organisations whose names are the same but for legal form, spaces and signs."""

    organisations: list[LikelyDuplicate] = Field(description="The oldest first; at most 20")


class DuplicateGroupPage(ResponseModel):
    """A page of groups of likely duplicates."""

    items: list[DuplicateGroup] = Field(description="Groups, those with the oldest organisation first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
