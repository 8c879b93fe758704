"""Changing the audience of somebody else's idea: at once where it gets smaller, else when the author agrees.

Every act of staff by which an idea would come before other people goes through :func:`change_audience`: an edit, a
move, a merge, a showcase.
"""

import uuid
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.ideas.consent.audiences import Audience, is_part_of
from app.ideas.consent.errors import (
    ProposalClosed,
    ProposalOutdated,
    named_by_others,
    nothing_proposed,
    unknown_place,
)
from app.ideas.consent.schemas import AudienceProposalCreate
from app.ideas.entries import move_idea, put_into_feeds
from app.ideas.events import AudienceProposed
from app.ideas.policy import may_propose_audience
from app.identity.actor import Actor
from app.models import AudienceProposal, Idea, MiniCluster
from app.models.ideas import AudienceAct, IdeaStatus, ProposalState, Visibility
from app.outbox import events as outbox

_ALWAYS_ASKED = (AudienceAct.SHOWCASE, AudienceAct.MERGE)


class ProposalListener(Protocol):
    """Told in the same transaction that an author granted a proposal. Higher features register theirs."""

    async def __call__(self, session: AsyncSession, proposal: AudienceProposal) -> None:
        """React to the consent."""
        ...


@dataclass(frozen=True, kw_only=True)
class AudienceWish:
    """Another audience for an idea, by what act and why; ``public_id`` and ``digest`` tell a retry."""

    kind: AudienceAct
    visibility: Visibility
    mini_cluster_id: int
    note: str
    public_id: uuid.UUID
    digest: bytes


async def propose_audience(session: AsyncSession, actor: Actor, idea: Idea, request: AudienceProposalCreate) -> None:
    """Change or propose to change the audience of an idea; the same id and content again changes nothing.

    :raises Forbidden: the actor keeps neither the mini-cluster of the idea nor its consortium, or it is his own.
    :raises IdTaken: the id is in use with other content.
    :raises NotFound: the idea is not published.
    :raises Invalid: nothing would change, or the mini-cluster is not one of the same consortium.
    """
    if not may_propose_audience(actor, idea.author_id, idea.mini_cluster_id, idea.consortium_id):
        raise Forbidden
    if await was_made_before(session, actor, idea.id, request.id, request.digest()):
        return
    if request.visibility is Visibility.NAMED:
        raise named_by_others()
    place = idea.mini_cluster_id
    if request.mini_cluster_id is not None:
        place = await _living_sibling(session, idea.consortium_id, request.mini_cluster_id)
    visibility = request.visibility or idea.visibility
    if (visibility, place) == (idea.visibility, idea.mini_cluster_id):
        raise nothing_proposed()
    wish = AudienceWish(
        kind=AudienceAct.EDIT if place == idea.mini_cluster_id else AudienceAct.MOVE,
        visibility=visibility,
        mini_cluster_id=place,
        note=request.note,
        public_id=request.id,
        digest=request.digest(),
    )
    await change_audience(session, actor, idea, wish)


async def change_audience(session: AsyncSession, actor: Actor, idea: Idea, wish: AudienceWish) -> AudienceProposal:
    """Give an idea, whose row is locked, another audience now if it is part of the old one; else ask its author.

    A showcase always asks: being chosen is for the author to say, whoever sees the idea already. So does a merge
    that comes here; the act itself is the listener's who merges.

    :raises NotFound: the idea is not published.
    :raises IdTaken: the id of the proposal is in use.
    """
    if idea.status is not IdeaStatus.PUBLISHED:
        raise NotFound
    wanted = Audience(wish.visibility, wish.mini_cluster_id, idea.consortium_id)
    holds_at_once = wish.kind not in _ALWAYS_ASKED and is_part_of(wanted, _audience_of(idea))
    # What was proposed for the audience before would bring that one back.
    await supersede(session, idea.id, *([] if holds_at_once else [AudienceProposal.kind == wish.kind]))
    proposal = AudienceProposal(
        public_id=wish.public_id,
        creation_digest=wish.digest,
        idea_id=idea.id,
        kind=wish.kind,
        visibility=wish.visibility,
        mini_cluster_id=wish.mini_cluster_id,
        proposed_by_id=actor.account_id,
        note=wish.note,
        state=ProposalState.APPLIED if holds_at_once else ProposalState.WAITING,
        decided_at=now() if holds_at_once else None,
    )
    try:
        async with session.begin_nested():
            session.add(proposal)
    except IntegrityError as error:
        raise IdTaken from error
    if holds_at_once:
        await _apply(session, idea, proposal)
    else:
        await outbox.append(
            session,
            AudienceProposed(idea_id=idea.id, proposal_id=proposal.id, proposed_by_id=actor.account_id),
        )
    await _record(session, actor, f"idea.audience_{'changed' if holds_at_once else 'proposed'}", idea, proposal)
    return proposal


async def decide(
    session: AsyncSession,
    actor: Actor,
    proposal_id: uuid.UUID,
    listeners: tuple[ProposalListener, ...],
    *,
    granted: bool,
) -> None:
    """Let the author say yes or no; the same answer again changes nothing.

    :raises NotFound: there is no such proposal about an idea of the actor's.
    :raises ProposalClosed: it was decided otherwise, withdrawn or overtaken.
    :raises ProposalOutdated: it can't be granted any more.
    """
    proposal, idea = await _locked(session, proposal_id)
    if idea.author_id != actor.account_id:
        raise NotFound
    answer = ProposalState.GRANTED if granted else ProposalState.DECLINED
    if proposal.state is answer:
        return
    if proposal.state is not ProposalState.WAITING:
        raise ProposalClosed
    if granted:
        await _require_possible(session, idea, proposal)
        if proposal.kind is not AudienceAct.MERGE:
            await _apply(session, idea, proposal)
    proposal.state = answer
    proposal.decided_at = now()
    await session.flush()
    if granted:
        for listener in listeners:
            await listener(session, proposal)
    await _record(session, actor, f"idea.audience_{answer}", idea, proposal)


async def withdraw(session: AsyncSession, actor: Actor, proposal_id: uuid.UUID) -> None:
    """Take a proposal back: its proposer, or who could have made it. What is decided stays so.

    :raises NotFound: there is no such proposal that the actor may take back.
    :raises ProposalClosed: the author has decided.
    """
    proposal, idea = await _locked(session, proposal_id)
    keeps = may_propose_audience(actor, idea.author_id, idea.mini_cluster_id, idea.consortium_id)
    if proposal.proposed_by_id != actor.account_id and not keeps:
        raise NotFound
    if proposal.state is ProposalState.WITHDRAWN:
        return
    if proposal.state is not ProposalState.WAITING:
        raise ProposalClosed
    proposal.state = ProposalState.WITHDRAWN
    proposal.decided_at = now()
    await _record(session, actor, "idea.audience_withdrawn", idea, proposal)


async def supersede(session: AsyncSession, idea_id: int, *conditions: ColumnElement[bool]) -> None:
    """Close what waits for the author of an idea: another change has overtaken it."""
    await session.execute(
        update(AudienceProposal)
        .where(AudienceProposal.idea_id == idea_id, AudienceProposal.state == ProposalState.WAITING, *conditions)
        .values(state=ProposalState.SUPERSEDED, decided_at=now())
    )


def _audience_of(idea: Idea) -> Audience:
    return Audience(idea.visibility, idea.mini_cluster_id, idea.consortium_id)


async def _apply(session: AsyncSession, idea: Idea, proposal: AudienceProposal) -> None:
    idea.visibility = proposal.visibility
    move_idea(idea, proposal.mini_cluster_id, idea.consortium_id)
    idea.version += 1
    await session.flush()
    await put_into_feeds(session, idea)


async def _require_possible(session: AsyncSession, idea: Idea, proposal: AudienceProposal) -> None:
    place = await session.get_one(MiniCluster, proposal.mini_cluster_id)
    moves_to_the_dead = place.dissolved_at is not None and place.id != idea.mini_cluster_id
    # What was to be seen by more people where it stood does not move there again.
    has_moved = proposal.kind in (AudienceAct.EDIT, AudienceAct.SHOWCASE) and place.id != idea.mini_cluster_id
    is_elsewhere = place.consortium_id != idea.consortium_id or moves_to_the_dead or has_moved
    if idea.status is not IdeaStatus.PUBLISHED or is_elsewhere:
        raise ProposalOutdated


async def _living_sibling(session: AsyncSession, consortium_id: int, public_id: uuid.UUID) -> int:
    mini_cluster_id: int | None = await session.scalar(
        select(MiniCluster.id).where(
            MiniCluster.public_id == public_id,
            MiniCluster.consortium_id == consortium_id,
            MiniCluster.dissolved_at.is_(None),
        )
    )
    if mini_cluster_id is None:
        raise unknown_place()
    return mini_cluster_id


async def _locked(session: AsyncSession, public_id: uuid.UUID) -> tuple[AudienceProposal, Idea]:
    """Idea before proposal, as every change of an audience locks them."""
    idea_id = await session.scalar(select(AudienceProposal.idea_id).where(AudienceProposal.public_id == public_id))
    if idea_id is None:
        raise NotFound
    idea = await session.get_one(Idea, idea_id, with_for_update={"key_share": True}, populate_existing=True)
    statement = select(AudienceProposal).where(AudienceProposal.public_id == public_id).with_for_update()
    proposal = (await session.scalars(statement.execution_options(populate_existing=True))).one()
    return proposal, idea


async def was_made_before(
    session: AsyncSession, actor: Actor, idea_id: int, public_id: uuid.UUID, digest: bytes
) -> bool:
    """Whether this very proposal exists.

    :raises IdTaken: the id is in use with other content.
    """
    made = await session.scalar(select(AudienceProposal).where(AudienceProposal.public_id == public_id))
    if made is None:
        return False
    if (made.idea_id, made.proposed_by_id, made.creation_digest) != (idea_id, actor.account_id, digest):
        raise IdTaken
    return True


async def _record(session: AsyncSession, actor: Actor, action: str, idea: Idea, proposal: AudienceProposal) -> None:
    await session.flush()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="idea",
        target_id=idea.id,
        consortium_id=idea.consortium_id,
        details={
            "proposal_id": proposal.id,
            "kind": proposal.kind,
            "visibility": proposal.visibility,
            "mini_cluster_id": proposal.mini_cluster_id,
        },
    )
