"""Voting and taking a vote back. Both are idempotent; the counter changes only when the row did."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.events import ResponseChanged, VoteCast
from app.ideas.policy import check_not_suspended
from app.identity.actor import Actor
from app.outbox import events as outbox
from app.votes import queries
from app.votes.policy import check_may_vote
from app.votes.schemas import VoteReceipt


async def cast_vote(session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID) -> VoteReceipt:
    """Recommend an idea; doing so twice is doing so once.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises OwnIdea: the actor wrote it.
    """
    idea_id = await queries.insert_vote(session, actor, idea_public_id)
    if idea_id is None:
        return await _unchanged(session, actor, idea_public_id)
    await outbox.append(session, VoteCast(idea_id=idea_id, voter_id=actor.account_id))
    return await _changed(session, idea_public_id, idea_id, my_vote=True)


async def withdraw_vote(session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID) -> VoteReceipt:
    """Take a recommendation back; there need not be one.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises OwnIdea: the actor wrote it.
    """
    idea_id = await queries.delete_vote(session, actor, idea_public_id)
    if idea_id is None:
        return await _unchanged(session, actor, idea_public_id)
    return await _changed(session, idea_public_id, idea_id, my_vote=False)


async def _changed(session: AsyncSession, public_id: uuid.UUID, idea_id: int, *, my_vote: bool) -> VoteReceipt:
    await outbox.append(session, ResponseChanged(idea_id=idea_id))
    await session.flush()
    # Last before the commit: every voter of the idea waits for this row.
    count = await queries.add_to_counter(session, idea_id, 1 if my_vote else -1)
    return VoteReceipt(idea_id=public_id, my_vote=my_vote, vote_count=count)


async def _unchanged(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> VoteReceipt:
    standing = await queries.find_standing(session, actor, public_id)
    check_may_vote(actor.account_id, standing.author_id)
    check_not_suspended(actor, standing.consortium_id)
    return VoteReceipt(idea_id=public_id, my_vote=standing.my_vote, vote_count=standing.vote_count)
