"""Reading proposals: what waits for me as an author, and what was proposed for an idea."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden, NotFound
from app.ideas.consent.schemas import AudienceProposal as ProposalView
from app.ideas.consent.schemas import AudienceProposalPage, ProposedIdea
from app.ideas.detail import find_idea
from app.ideas.policy import may_propose_audience
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.models import Account, Affiliation, AudienceProposal, Idea, IdeaMerge, MiniCluster, Organisation
from app.models.ideas import IdeaStatus, ProposalState

_Reader = AsyncConnection | AsyncSession


async def list_waiting_for_me(connection: _Reader, actor: Actor, page: PageRequest) -> AudienceProposalPage:
    """What waits for the consent of the actor, the latest first."""
    conditions = [
        Idea.author_id == actor.account_id,
        Idea.status == IdeaStatus.PUBLISHED,
        AudienceProposal.state == ProposalState.WAITING,
    ]
    return await _list(connection, page, f"my_proposals.{actor.account_id}", conditions)


async def list_of_idea(
    connection: _Reader, actor: Actor, idea_id: uuid.UUID, page: PageRequest
) -> AudienceProposalPage:
    """What was proposed for an idea, the latest first: for its author and for those who may propose.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises Forbidden: he is neither.
    """
    idea = await find_idea(connection, actor, idea_id)
    keeps = may_propose_audience(actor, idea.author_id, idea.mini_cluster_id, idea.consortium_id)
    if idea.author_id != actor.account_id and not keeps:
        raise Forbidden
    return await _list(connection, page, f"proposals.{idea.id}", [AudienceProposal.idea_id == idea.id])


async def show_proposal(connection: _Reader, proposal_id: uuid.UUID) -> ProposalView:
    """One proposal, for whoever has just acted on it.

    :raises NotFound: there is none.
    """
    row = (await connection.execute(_select(AudienceProposal.public_id == proposal_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


async def _list(
    connection: _Reader, page: PageRequest, name: str, conditions: list[ColumnElement[bool]]
) -> AudienceProposalPage:
    if (before := page.after(name)) is not None:
        conditions.append(AudienceProposal.id < before)
    statement = _select(*conditions).order_by(AudienceProposal.id.desc()).limit(page.rows)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    return AudienceProposalPage(items=[_view(row) for row in rows], next_cursor=next_cursor)


def _select(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    present, other = MiniCluster.__table__.alias("present"), Idea.__table__.alias("other")
    into = (
        select(other.c.public_id)
        .join(IdeaMerge, IdeaMerge.target_id == other.c.id)
        .where(IdeaMerge.proposal_id == AudienceProposal.id)
        .correlate(AudienceProposal)
        .scalar_subquery()
    )
    columns: list[Any] = [
        AudienceProposal.id.label("id"),
        AudienceProposal.public_id.label("public_id"),
        AudienceProposal.kind,
        AudienceProposal.visibility,
        AudienceProposal.note,
        AudienceProposal.state,
        AudienceProposal.created_at,
        AudienceProposal.decided_at,
        MiniCluster.public_id.label("mini_cluster_public_id"),
        Idea.public_id.label("idea_public_id"),
        Idea.title,
        Idea.visibility.label("idea_visibility"),
        present.c.public_id.label("idea_mini_cluster_public_id"),
        into.label("into_idea_public_id"),
        *card_columns(),
    ]
    return (
        select(*columns)
        .select_from(AudienceProposal)
        .join(Idea, Idea.id == AudienceProposal.idea_id)
        .join(present, present.c.id == Idea.mini_cluster_id)
        .join(MiniCluster, MiniCluster.id == AudienceProposal.mini_cluster_id)
        .join(Account, Account.id == AudienceProposal.proposed_by_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(*conditions)
    )


def _view(row: Row[Any]) -> ProposalView:
    return ProposalView(
        id=row.public_id,
        idea=ProposedIdea(
            id=row.idea_public_id,
            title=row.title,
            visibility=row.idea_visibility,
            mini_cluster_id=row.idea_mini_cluster_public_id,
        ),
        kind=row.kind,
        visibility=row.visibility,
        mini_cluster_id=row.mini_cluster_public_id,
        into_idea_id=row.into_idea_public_id,
        note=row.note,
        proposed_by=author_card(row),
        state=row.state,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )
