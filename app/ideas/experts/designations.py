"""Saying who is an expert of what, and who is none any more."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core.clock import now
from app.core.errors import Forbidden, NotFound
from app.ideas.entries import take_from_expert
from app.ideas.experts.policy import may_designate
from app.identity.actor import Actor
from app.models import Account, Expert, IdeaExpert
from app.models.accounts import AccountStatus


async def designate(session: AsyncSession, actor: Actor, person_id: uuid.UUID, field: str) -> None:
    """Make somebody an expert of a field, or of another one than before: that period is kept with its dates.

    :raises Forbidden: the actor is neither a coordinator nor an operator.
    :raises NotFound: there is no such account, or it is not in use.
    """
    person = await _locked_person(session, actor, person_id)
    if person.status is not AccountStatus.ACTIVE:
        raise NotFound
    present = await _present(session, person.id)
    if present is not None and present.field == field:
        return
    if present is not None:
        present.ended_at = now()
        await session.flush()
    session.add(Expert(account_id=person.id, field=field, designated_by_id=actor.account_id))
    await _record(session, actor, "expert.designated", person.id)


async def end_designation(session: AsyncSession, actor: Actor, person_id: uuid.UUID) -> None:
    """Let somebody be no expert any more: the ideas he was invited into are hidden from him at once.

    Whoever is none stays none. Being designated again brings no invitation back.

    :raises Forbidden: the actor is neither a coordinator nor an operator.
    :raises NotFound: there is no such account.
    """
    person = await _locked_person(session, actor, person_id)
    present = await _present(session, person.id)
    if present is None:
        return
    present.ended_at = now()
    await session.execute(delete(IdeaExpert).where(IdeaExpert.account_id == person.id))
    await take_from_expert(session, person.id)
    await _record(session, actor, "expert.ended", person.id)


async def _locked_person(session: AsyncSession, actor: Actor, person_id: uuid.UUID) -> Account:
    """The account, locked so that designations and invitations of one person come one after the other."""
    if not may_designate(actor):
        raise Forbidden
    statement = select(Account).where(Account.public_id == person_id).with_for_update(key_share=True)
    person = await session.scalar(statement)
    if person is None:
        raise NotFound
    return person


async def _present(session: AsyncSession, account_id: int) -> Expert | None:
    statement = select(Expert).where(Expert.account_id == account_id, Expert.ended_at.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def _record(session: AsyncSession, actor: Actor, action: str, account_id: int) -> None:
    await session.flush()
    await audit.record(session, actor_id=actor.account_id, action=action, target_kind="account", target_id=account_id)
    await session.flush()
