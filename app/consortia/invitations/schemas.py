"""Invitations as requests and responses show them."""

import uuid
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.identity.accounts.schemas import NAME_LENGTH, POSITION_LENGTH
from app.identity.addresses import EmailAddress
from app.identity.sessions.schemas import DeviceInfo
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind, SizeBand
from app.web.fields import ClientId, Line, Moment, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_TOKEN_EXAMPLE = "isi_0mJ8hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQw4Yp1oVq"


class InvitationState(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class InvitationCreate(RequestModel):
    """A new invitation."""

    id: ClientId
    mini_cluster_id: uuid.UUID = Field(description="Where the person is to be a member", examples=[_EXAMPLE_ID])
    role: MemberRole = Field(MemberRole.MEMBER, description="What the person is to be there", examples=["member"])
    email: Optional[EmailAddress] = Field(
        None, description="Only the person with this address can accept it", examples=["haneul.kim@example.kr"]
    )


class IssuedInvitation(ResponseModel):
    """An invitation with its secret, which is shown this once."""

    id: uuid.UUID = Field(description="The invitation", examples=[_EXAMPLE_ID])
    token: str = Field(description="The secret of the link", examples=[_TOKEN_EXAMPLE], repr=False)
    url: str = Field(
        description="The link to hand over",
        examples=[f"https://ideas.example.kr/invitation#{_TOKEN_EXAMPLE}"],
        repr=False,
    )
    expires_at: Moment = Field(description="Until when it can be accepted")


class Inviter(ResponseModel):
    """Who invites."""

    id: uuid.UUID = Field(description="The member", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["이바다"])


class Invitation(ResponseModel):
    """An invitation, as those who may invite see it."""

    id: uuid.UUID = Field(description="The invitation", examples=[_EXAMPLE_ID])
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    role: str = open_enum(MemberRole, "What the person is to be there")
    email: str | None = Field(
        description="The address it is bound to; null if to none", examples=["haneul.kim@example.kr"]
    )
    invited_by: Inviter = Field(description="Who invited")
    state: str = open_enum(InvitationState, "What has become of it")
    created_at: Moment = Field(description="When it was made")
    expires_at: Moment = Field(description="Until when it can be accepted")
    used_at: Moment | None = Field(description="When it was accepted; null if it was not")


class InvitationPage(ResponseModel):
    """A page of invitations, the newest first."""

    items: list[Invitation] = Field(description="Invitations, the newest first")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class InviteeOrganisation(RequestModel):
    """The organisation of a new member, where it is not registered yet."""

    kind: OrganisationKind = Field(description="Kind of organisation", examples=["company"])
    name: Line = Field(min_length=1, max_length=200, description="Name", examples=["㈜한성금형"])
    business_number: Optional[Annotated[Line, Field(min_length=1, max_length=20)]] = Field(
        None,
        description="사업자등록번호, with or without hyphens. Where an organisation with it is registered, that one is"
        " meant, whatever its name",
        examples=["124-81-00998"],
    )
    size_band: Optional[SizeBand] = Field(
        None, description="Number of employees; of companies only", examples=["under_50"]
    )


class InvitationAcceptance(RequestModel):
    """A new person accepts an invitation."""

    token: Line = Field(
        min_length=1,
        max_length=200,
        description="The secret of the link, or the code of a printed invitation (spaces, hyphens, case do not matter)",
        examples=[_TOKEN_EXAMPLE],
        repr=False,
    )
    email: Optional[EmailAddress] = Field(
        None,
        description="The person's address; may be left out where the invitation is bound to one, and where a roster"
        " invited somebody without an address of his or her own",
        examples=["haneul.kim@example.kr"],
    )
    name: Optional[Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]] = Field(
        None, description="Name; may be left out where a roster says it", examples=["김하늘"]
    )
    organisation_id: Optional[uuid.UUID] = Field(
        None, description="Where the person works, if it is registered", examples=[_EXAMPLE_ID]
    )
    organisation: Optional[InviteeOrganisation] = Field(None, description="Where the person works, if it is not")
    position: Optional[Annotated[Line, Field(min_length=1, max_length=POSITION_LENGTH)]] = Field(
        None,
        description="직위; may be left out where a roster says it, as may the organisation",
        examples=["책임연구원"],
    )
    device: DeviceInfo = Field(description="The installation that is signed in")
    terms_version: Line = Field(
        min_length=1,
        max_length=20,
        description="Consent to the terms of use: the present version, as `GET /v1/config` names it",
        examples=["2026-11"],
    )


class MyInvitationAcceptance(RequestModel):
    """A signed-in person accepts an invitation."""

    token: Line = Field(
        min_length=1,
        max_length=200,
        description="The secret of the link, or the code of a printed invitation",
        examples=[_TOKEN_EXAMPLE],
        repr=False,
    )
