"""Inviting experts into an idea, and taking the invitation back: the author's own matter."""

import uuid
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Forbidden, NotFound
from app.ideas.access import own_or_visible_idea
from app.ideas.entries import put_into_feeds, take_from_expert
from app.ideas.experts.errors import MAX_EXPERTS, TooManyExperts, of_excluded_organisation, oneself
from app.ideas.policy import IdeaAction, allowed_actions, check_not_suspended
from app.ideas.service import IdeaNotOpen
from app.identity.actor import Actor
from app.models import Account, Affiliation, Expert, Idea, IdeaExclusion, IdeaExpert
from app.models.accounts import AccountStatus


class _Person(NamedTuple):
    id: int
    organisation_id: int | None


async def invite_expert(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Let an expert see an idea of one's own, whatever its visibility; inviting twice is inviting once.

    A block between the two keeps the idea from him all the same, and nobody learns of it.

    :raises NotFound: the idea does not exist, or not for this actor; or there is no such expert.
    :raises Forbidden: it is somebody else's.
    :raises SuspendedHere: its consortium keeps the actor out.
    :raises IdeaNotOpen: it is not published.
    :raises Invalid: the actor means himself, or somebody of an organisation he excluded.
    :raises TooManyExperts: 20 are invited.
    """
    idea = await _own_idea(session, actor, idea_id)
    check_not_suspended(actor, idea.consortium_id)
    if IdeaAction.INVITE_EXPERT not in allowed_actions(actor, idea):
        raise IdeaNotOpen
    if person_id == actor.public_id:
        raise oneself()
    expert = await _locked_expert(session, person_id)
    if await session.get(IdeaExpert, (idea.id, expert.id)) is not None:
        return
    if await _is_excluded(session, idea.id, expert.organisation_id):
        raise of_excluded_organisation()
    invited = await session.scalar(select(func.count()).where(IdeaExpert.idea_id == idea.id)) or 0
    if invited >= MAX_EXPERTS:
        raise TooManyExperts
    session.add(IdeaExpert(idea_id=idea.id, account_id=expert.id))
    await session.flush()
    await put_into_feeds(session, idea)


async def uninvite_expert(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Take an invitation back: the idea is hidden from the expert at once. What he wrote stays.

    :raises NotFound: the idea does not exist, or not for this actor; or there is no such account.
    :raises Forbidden: it is somebody else's.
    """
    idea = await _own_idea(session, actor, idea_id)
    account_id = await session.scalar(select(Account.id).where(Account.public_id == person_id))
    if account_id is None:
        raise NotFound
    await session.execute(delete(IdeaExpert).where(IdeaExpert.idea_id == idea.id, IdeaExpert.account_id == account_id))
    await take_from_expert(session, account_id, idea.id)


async def _own_idea(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> Idea:
    idea = await own_or_visible_idea(session, actor, idea_id, lock=True)
    if idea.author_id != actor.account_id:
        raise Forbidden
    return idea


async def _locked_expert(session: AsyncSession, person_id: uuid.UUID) -> _Person:
    """A present expert, whose designation does not end before the transaction does."""
    locked = select(Account.id).where(Account.public_id == person_id, Account.status == AccountStatus.ACTIVE)
    account_id = await session.scalar(locked.with_for_update(read=True))
    present = select(Expert.id).where(Expert.account_id == account_id, Expert.ended_at.is_(None))
    if account_id is None or await session.scalar(present) is None:
        raise NotFound
    employer = select(Affiliation.organisation_id).where(
        Affiliation.account_id == account_id, Affiliation.ended_at.is_(None)
    )
    return _Person(account_id, await session.scalar(employer))


async def _is_excluded(session: AsyncSession, idea_id: int, organisation_id: int | None) -> bool:
    if organisation_id is None:
        return False
    return await session.get(IdeaExclusion, (idea_id, organisation_id)) is not None
