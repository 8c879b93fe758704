"""Regions, complexes, consortia, mini-clusters and their people as responses show them."""

import uuid
from datetime import date

from pydantic import Field

from app.consortia.policy import MINI_CLUSTER_ROLES, ConsortiumRole, PlaceAction
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.models.programme import ComplexRole, ConsortiumKind
from app.web.fields import Moment, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_NEXT_CURSOR = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
_ACTIONS = Field(
    description="What I may do there",
    json_schema_extra={
        "x-extensible-enum": [str(action) for action in PlaceAction],
        "examples": [["post_idea", "list_members"]],
    },
)


class Region(ResponseModel):
    """A wide region (광역권)."""

    code: str = Field(description="Stable code", examples=["southeast"])
    name_ko: str = Field(description="Name in Korean", examples=["동남권"])
    name_en: str = Field(description="Name in English", examples=["Southeast region"])


class RegionPage(ResponseModel):
    """A page of regions."""

    items: list[Region] = Field(description="Regions, in the order of the programme")
    next_cursor: str | None = _NEXT_CURSOR


class ComplexCard(ResponseModel):
    """An industrial complex (산업단지) in brief."""

    code: str = Field(description="Stable code", examples=["changwon"])
    role: str = open_enum(ComplexRole, "Its place in its region: hub (거점단지) or linked complex (연계단지)")
    name_ko: str = Field(description="Name in Korean", examples=["창원"])
    name_en: str = Field(description="Name in English", examples=["Changwon"])
    industry_ko: str = Field(description="Its main industry in Korean", examples=["기계"])
    industry_en: str = Field(description="Its main industry in English", examples=["Machinery"])


class Complex(ComplexCard):
    """An industrial complex (산업단지)."""

    region: Region = Field(description="The region it lies in")


class ComplexPage(ResponseModel):
    """A page of industrial complexes."""

    items: list[Complex] = Field(description="Complexes, in the order of the programme")
    next_cursor: str | None = _NEXT_CURSOR


class ConsortiumCard(ResponseModel):
    """A consortium in brief."""

    id: uuid.UUID = Field(description="The consortium", examples=[_EXAMPLE_ID])
    kind: str = open_enum(ConsortiumKind, "What holds it together: a region, a product for a time, partners abroad")
    name_ko: str = Field(description="Name in Korean", examples=["동남권 클러스터"])
    name_en: str = Field(description="Name in English", examples=["Southeast cluster"])
    ends_on: date | None = Field(
        description="Its last day, where it is limited in time; theme consortia always are", examples=["2027-12-31"]
    )
    mini_cluster_count: int = Field(
        description="Mini-clusters in it; clients hide this level where there is but one", examples=[4]
    )


class Consortium(ConsortiumCard):
    """Mini-clusters of one place or one purpose, as one member sees them."""

    region: Region | None = Field(description="Its region; null where it reaches over several")
    archived_at: Moment | None = Field(description="When it was archived; null while it lives")
    my_role: str | None = open_enum(ConsortiumRole, "What I am in it; null where I do not belong to it")
    is_linked: bool = Field(description="Whether it is linked to a consortium of mine", examples=[False])
    allowed_actions: list[str] = _ACTIONS


class ConsortiumPage(ResponseModel):
    """A page of consortia."""

    items: list[Consortium] = Field(description="Consortia, in the order of their making")
    next_cursor: str | None = _NEXT_CURSOR


class MiniCluster(ResponseModel):
    """A mini-cluster (미니클러스터), as one member sees it."""

    id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    name_ko: str = Field(description="Name in Korean", examples=["메카트로닉스"])
    name_en: str = Field(description="Name in English", examples=["Mechatronics"])
    industry: str = Field(description="Key of its industry", examples=["mechatronics"])
    consortium: ConsortiumCard = Field(description="The consortium it stands in")
    region: Region | None = Field(description="The region of its complex, else of its consortium")
    complex: ComplexCard | None = Field(description="Its industrial complex; null where it is not bound to a place")
    dissolved_at: Moment | None = Field(description="When it was dissolved; null while it lives")
    merged_into_id: uuid.UUID | None = Field(
        description="The mini-cluster that took its members, where it was merged", examples=[_EXAMPLE_ID]
    )
    split_from_id: uuid.UUID | None = Field(
        description="The mini-cluster it was split from, if it was", examples=[_EXAMPLE_ID]
    )
    my_role: str | None = open_enum(
        MINI_CLUSTER_ROLES, "What I am in it; `coordinator` without a membership; null where I do not belong to it"
    )
    is_linked: bool = Field(description="Whether its consortium is linked to one of mine", examples=[False])
    member_count: int | None = Field(
        description="Number of members; null for mini-clusters that are not one's own", examples=[109]
    )
    allowed_actions: list[str] = _ACTIONS


class MiniClusterPage(ResponseModel):
    """A page of mini-clusters."""

    items: list[MiniCluster] = Field(description="Mini-clusters, in the order of their founding")
    next_cursor: str | None = _NEXT_CURSOR


class OrganisationCard(ResponseModel):
    """An organisation in brief."""

    id: uuid.UUID = Field(description="The organisation", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["㈜한성금형"])
    kind: str = open_enum(OrganisationKind, "Kind of organisation")


class Member(ResponseModel):
    """A member of a mini-cluster."""

    id: uuid.UUID = Field(description="The member; a mention stores this", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["김하늘"])
    position: str | None = Field(description="직위", examples=["책임연구원"])
    organisation: OrganisationCard | None = Field(description="Where he or she works now")
    role: str = open_enum(MemberRole, "Role in this mini-cluster")


class MemberPage(ResponseModel):
    """A page of members."""

    items: list[Member] = Field(description="Members by name")
    next_cursor: str | None = _NEXT_CURSOR
