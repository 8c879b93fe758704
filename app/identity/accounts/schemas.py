"""Accounts and profiles as requests and responses show them."""

import uuid

from pydantic import Field

from app.core.localisation import Locale
from app.identity.addresses import EmailAddress
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.web.fields import ClientId, Line, Moment, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

NAME_LENGTH = 80
POSITION_LENGTH = 80
MAX_MEMBERSHIPS = 50
MAX_COORDINATED = 20
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class MiniClusterName(ResponseModel):
    """A mini-cluster by name."""

    id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    name_ko: str = Field(description="Name in Korean", examples=["창원 메카트로닉스"])
    name_en: str = Field(description="Name in English", examples=["Changwon Mechatronics"])


class ConsortiumName(ResponseModel):
    """A consortium by name."""

    id: uuid.UUID = Field(description="The consortium", examples=[_EXAMPLE_ID])
    name_ko: str = Field(description="Name in Korean", examples=["동남권 클러스터"])
    name_en: str = Field(description="Name in English", examples=["Southeast clusters"])


class OrganisationName(ResponseModel):
    """An organisation by name."""

    id: uuid.UUID = Field(description="The organisation", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["㈜한성금형"])
    kind: str = open_enum(OrganisationKind, "What kind of organisation it is")


class CurrentAffiliation(ResponseModel):
    """Where a person works now."""

    organisation: OrganisationName = Field(description="The organisation")
    position: str = Field(description="직위, as the person writes it", examples=["책임연구원"])


class CurrentMembership(ResponseModel):
    """A present place in a mini-cluster."""

    mini_cluster: MiniClusterName = Field(description="The mini-cluster")
    consortium: ConsortiumName = Field(description="The consortium it stands in")
    role: str = open_enum(MemberRole, "What the person is there")
    started_at: Moment = Field(description="Since when")


class MembershipCreate(RequestModel):
    """A place in a mini-cluster that a new account begins with."""

    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    role: MemberRole = Field(MemberRole.MEMBER, description="What the person is to be there", examples=["member"])


class AccountCreate(RequestModel):
    """A new account, made by an operator. The person signs in by a code sent to the address."""

    id: ClientId
    email: EmailAddress
    name: Line = Field(min_length=1, max_length=NAME_LENGTH, description="Name", examples=["김하늘"])
    locale: Optional[Locale] = Field(
        None, description="Language of mails and pushes; the installation's own if left out", examples=["ko"]
    )
    organisation_id: uuid.UUID = Field(description="Where the person works", examples=[_EXAMPLE_ID])
    position: Line = Field(min_length=1, max_length=POSITION_LENGTH, description="직위", examples=["책임연구원"])
    memberships: list[MembershipCreate] = Field(
        [],
        max_length=MAX_MEMBERSHIPS,
        description="Mini-clusters the person is to be in",
        examples=[[{"mini_cluster_id": _EXAMPLE_ID, "role": "member"}]],
    )
    coordinates: list[uuid.UUID] = Field(
        [],
        max_length=MAX_COORDINATED,
        description="Consortia the person is to coordinate",
        examples=[[_EXAMPLE_ID]],
    )


class Account(ResponseModel):
    """An account, as operators see it."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    email: str | None = Field(
        description="E-mail address; null if none, or once erased", examples=["haneul.kim@example.kr"]
    )
    name: str = Field(description="Name", examples=["김하늘"])
    locale: str = open_enum(Locale, "Language of mails and pushes")
    status: str = open_enum(AccountStatus, "Whether it may be used")
    affiliation: CurrentAffiliation | None = Field(description="Where the person works; null if nowhere")
    memberships: list[CurrentMembership] = Field(description="Present memberships, the oldest first")
    coordinated_consortia: list[ConsortiumName] = Field(description="Consortia the person coordinates")
    created_at: Moment = Field(description="When it was made")
