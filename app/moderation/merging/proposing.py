"""Asking an author for a merge before more people see what stands under the idea, and merging once he agrees."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.core.ids import new_public_id
from app.ideas.consent.audiences import Audience, is_part_of
from app.ideas.consent.errors import ProposalOutdated
from app.ideas.consent.service import AudienceWish, change_audience, was_made_before
from app.identity.actor import Actor
from app.models import AudienceProposal, IdeaMerge, ModerationAct
from app.models.ideas import AudienceAct
from app.models.moderation import ActKind
from app.moderation.acts.schemas import ActCreate
from app.moderation.acts.service import store_merge
from app.moderation.acts.targets import find_target
from app.moderation.merging.rules import audience_of, check_mergeable, lock_both
from app.moderation.merging.schemas import MergeProposalCreate


async def propose_merge(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, request: MergeProposalCreate) -> None:
    """Ask the author of an idea; the same id and content again changes nothing.

    :raises NotFound: one of the ideas does not exist, or not for this actor.
    :raises Forbidden: the actor does not moderate both, or wrote one of them.
    :raises Invalid, MergedInto, CoAuthorOutside: they can't be merged.
    :raises IdTaken: the id is in use with other content.
    """
    wish = ActCreate(
        id=request.id, kind=ActKind.MERGE, idea_id=idea_id, into_idea_id=request.into_idea_id, words=request.note
    )
    found = await find_target(session, actor, wish)
    into = await find_target(session, actor, wish.model_copy(update={"idea_id": request.into_idea_id}))
    if await was_made_before(session, actor, found.idea_id, request.id, request.digest()):
        return
    source, target = await lock_both(session, found.idea_id, into.idea_id)
    await check_mergeable(session, source, target)
    proposal = await change_audience(
        session,
        actor,
        source,
        AudienceWish(
            kind=AudienceAct.MERGE,
            visibility=target.visibility,
            mini_cluster_id=target.mini_cluster_id,
            note=request.note,
            public_id=request.id,
            digest=request.digest(),
        ),
    )
    session.add(IdeaMerge(source_id=source.id, target_id=target.id, proposal_id=proposal.id))
    await session.flush()


async def merge_by_consent(session: AsyncSession, proposal: AudienceProposal) -> None:
    """Merge what the author has agreed to, if it still is what he was asked.

    :raises ProposalOutdated: it can't be merged any more, or more people see the other idea by now.
    """
    if proposal.kind is not AudienceAct.MERGE:
        return
    merging = (await session.scalars(select(IdeaMerge).where(IdeaMerge.proposal_id == proposal.id))).one()
    source, target = await lock_both(session, merging.source_id, merging.target_id)
    asked = Audience(proposal.visibility, proposal.mini_cluster_id, source.consortium_id)
    if not is_part_of(audience_of(target), asked):
        raise ProposalOutdated
    try:
        await check_mergeable(session, source, target)
    except AppError as error:
        raise ProposalOutdated from error
    act = ModerationAct(
        public_id=new_public_id(),
        creation_digest=proposal.creation_digest,
        kind=ActKind.MERGE,
        consortium_id=source.consortium_id,
        idea_id=source.id,
        subject_id=source.author_id,
        actor_id=proposal.proposed_by_id,
    )
    await store_merge(session, merging, source, target, act, proposal.note)
