"""What is sent to make and change places."""

import uuid
from datetime import date

from pydantic import Field

from app.consortia.schemas import OrganisationCard
from app.models.memberships import MemberRole
from app.models.programme import ConsortiumKind
from app.web.fields import ClientId, Line, Moment, RequestModel, ResponseModel
from app.web.optional import Optional

NAME_LENGTH = 100
MOST_COORDINATORS = 20
MOST_PARTS = 10
MOST_MEMBERS_OF_A_PART = 1_000
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_NEXT_CURSOR = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
_NAME_KO = Field(min_length=1, max_length=NAME_LENGTH, description="Name in Korean", examples=["기계·부품"])
_NAME_EN = Field(min_length=1, max_length=NAME_LENGTH, description="Name in English", examples=["Machinery and parts"])
_INDUSTRY = Field(
    min_length=1, max_length=40, pattern="^[a-z]+(_[a-z]+)*$", description="Key of its industry", examples=["moulds"]
)


class ConsortiumCreate(RequestModel):
    """A new consortium, with its first coordinators."""

    id: ClientId
    kind: ConsortiumKind = Field(description="What holds it together", examples=["theme"])
    name_ko: Line = _NAME_KO
    name_en: Line = _NAME_EN
    region: Optional[Line] = Field(
        None, max_length=40, description="Code of its region; a regional one must have it", examples=["southeast"]
    )
    ends_on: Optional[date] = Field(
        None, description="Its last day; a theme consortium must have one", examples=["2028-12-31"]
    )
    coordinator_ids: list[uuid.UUID] = Field(
        min_length=1,
        max_length=MOST_COORDINATORS,
        description="Accounts that coordinate it from the beginning",
        examples=[[_EXAMPLE_ID]],
    )


class ConsortiumUpdate(RequestModel):
    """A change of a consortium: what is left out stays as it is."""

    name_ko: Optional[Line] = Field(None, min_length=1, max_length=NAME_LENGTH, examples=["동남권 클러스터"])
    name_en: Optional[Line] = Field(None, min_length=1, max_length=NAME_LENGTH, examples=["Southeast cluster"])
    ends_on: Optional[date] = Field(None, description="Its last day", examples=["2028-12-31"])


class ConsortiumArchive(RequestModel):
    """Archiving a consortium."""

    confirm: int = Field(
        ge=0,
        le=10_000,
        description="The number of its living mini-clusters, as a sign that the right one is meant",
        examples=[4],
    )


class MiniClusterCreate(RequestModel):
    """A new mini-cluster."""

    id: ClientId
    name_ko: Line = _NAME_KO
    name_en: Line = _NAME_EN
    industry: Line = _INDUSTRY
    complex: Optional[Line] = Field(
        None, max_length=40, description="Code of its industrial complex, if it is bound to one", examples=["changwon"]
    )


class MiniClusterUpdate(RequestModel):
    """A change of a mini-cluster: what is left out stays as it is. Earlier names are kept with their dates."""

    name_ko: Optional[Line] = Field(None, min_length=1, max_length=NAME_LENGTH, examples=["수송기계"])
    name_en: Optional[Line] = Field(None, min_length=1, max_length=NAME_LENGTH, examples=["Transport machinery"])
    industry: Optional[Line] = Field(None, max_length=40, pattern="^[a-z]+(_[a-z]+)*$", examples=["automotive"])


class MiniClusterMerge(RequestModel):
    """Into what a mini-cluster is merged."""

    into_id: uuid.UUID = Field(
        description="The mini-cluster of the same consortium that takes its members", examples=[_EXAMPLE_ID]
    )


class MiniClusterPart(MiniClusterCreate):
    """A mini-cluster that comes out of a split, with its members."""

    member_ids: list[uuid.UUID] = Field(
        min_length=1,
        max_length=MOST_MEMBERS_OF_A_PART,
        description="Members of the one that is split who go on in this part; each of them in one part or several",
        examples=[[_EXAMPLE_ID]],
    )


class MiniClusterSplit(RequestModel):
    """The parts a mini-cluster is split into."""

    parts: list[MiniClusterPart] = Field(min_length=2, max_length=MOST_PARTS, description="Two parts or more")


class RoleChange(RequestModel):
    """The role a member has from now on."""

    role: MemberRole = Field(description="Role in this mini-cluster", examples=["secretary"])


class Coordinator(ResponseModel):
    """A person who coordinates a consortium."""

    id: uuid.UUID = Field(description="The account", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["이바다"])
    position: str | None = Field(description="직위", examples=["팀장"])
    organisation: OrganisationCard | None = Field(description="Where he or she works now")
    started_at: Moment = Field(description="Since when")


class CoordinatorPage(ResponseModel):
    """A page of coordinators."""

    items: list[Coordinator] = Field(description="Coordinators, the longest in office first")
    next_cursor: str | None = _NEXT_CURSOR


class ThemeRules(ResponseModel):
    """Whether a theme consortium (테마클러스터) fulfils the rules of the programme."""

    company_count: int = Field(description="Companies that its present members work for", examples=[12])
    companies_required: int = Field(description="Companies it must have", examples=[10])
    academic_count: int = Field(
        description="Universities and institutes that its present members work for", examples=[1]
    )
    academics_required: int = Field(description="Universities and institutes it must have", examples=[1])
    is_met: bool = Field(description="Whether both rules are met", examples=[True])


class MiniClusterNamePeriod(ResponseModel):
    """What a mini-cluster was called for a time."""

    name_ko: str = Field(description="Name in Korean", examples=["운송장비"])
    name_en: str = Field(description="Name in English", examples=["Transport equipment"])
    started_at: Moment = Field(description="From when")
    ended_at: Moment | None = Field(description="Until when; null for the present name")


class MiniClusterNamePage(ResponseModel):
    """A page of names, the present one first."""

    items: list[MiniClusterNamePeriod] = Field(description="Names, the latest first")
    next_cursor: str | None = _NEXT_CURSOR
