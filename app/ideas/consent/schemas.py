"""Proposals as requests and responses show them."""

import uuid

from pydantic import Field

from app.ideas.schemas import AuthorCard
from app.models.ideas import AudienceAct, ProposalState, Visibility
from app.web.fields import ClientId, Moment, MultilineText, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

NOTE_LENGTH = 500
_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class AudienceProposalCreate(RequestModel):
    """Another audience for somebody else's idea: a visibility, another mini-cluster of its consortium, or both."""

    id: ClientId
    visibility: Optional[Visibility] = Field(None, description="Who may see it", examples=["consortium"])
    mini_cluster_id: Optional[uuid.UUID] = Field(
        None, description="The mini-cluster of the same consortium into which it moves", examples=[_EXAMPLE_ID]
    )
    note: MultilineText = Field(
        min_length=1,
        max_length=NOTE_LENGTH,
        description="Why, for the author",
        examples=["다른 미니클러스터에서도 관심이 있어 공개를 제안합니다."],
    )


class ProposalDecision(RequestModel):
    """What the author says to a proposal."""

    granted: bool = Field(description="Whether the idea may have the proposed audience", examples=[True])


class ProposedIdea(ResponseModel):
    """The idea a proposal is about."""

    id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    title: str = Field(description="Its title", examples=["절삭유 미스트 집진 장치 공동 시험"])
    visibility: str = open_enum(Visibility, "Who may see it now")
    mini_cluster_id: uuid.UUID = Field(description="Its mini-cluster now", examples=[_EXAMPLE_ID])


class AudienceProposal(ResponseModel):
    """A change of an idea's audience that staff wants."""

    id: uuid.UUID = Field(description="The proposal", examples=[_EXAMPLE_ID])
    idea: ProposedIdea = Field(description="The idea")
    kind: str = open_enum(AudienceAct, "By what act it would come before others")
    visibility: str = open_enum(Visibility, "Who would see it")
    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster it would be in", examples=[_EXAMPLE_ID])
    into_idea_id: uuid.UUID | None = Field(
        description="The idea it would be merged into; null for other acts", examples=[_EXAMPLE_ID]
    )
    note: str = Field(description="Why", examples=["다른 미니클러스터에서도 관심이 있습니다."])
    proposed_by: AuthorCard = Field(description="Who proposes it")
    state: str = open_enum(
        ProposalState, "`waiting` for the author; `applied` where the new audience was part of the old one"
    )
    created_at: Moment = Field(description="When it was proposed")
    decided_at: Moment | None = Field(description="When it was decided; null while it waits")


class AudienceProposalPage(ResponseModel):
    """A page of proposals, the latest first."""

    items: list[AudienceProposal] = Field(description="Proposals")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
