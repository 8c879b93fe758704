"""Merging two organisations that turned out to be one."""

import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia.organisations.errors import (
    OrganisationMerged,
    cannot_merge_into_itself,
    survivor_is_merged,
    unknown_survivor,
)
from app.consortia.organisations.service import authorise
from app.consortia.organisations.size_history import close_size_history, set_size_band
from app.core.clock import now
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.models import Affiliation, IdeaExclusion, Organisation
from app.models.organisations import OrganisationKind


async def merge_organisation(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, into_public_id: uuid.UUID
) -> None:
    """Let one organisation be taken up by another. There is no way back.

    Both rows always stood for the same firm, so everything that points at the one goes over to the other: present
    and ended affiliations, exclusions from ideas, and those merged into it earlier. Cards of old posts therefore show
    the survivor's name from now on, with the position of their day. The survivor takes over a business number and a
    size it does not know itself. The one merged away keeps its row, its name and its closed size history, so that
    figures of earlier years can still be explained.

    :raises NotFound: there is no such organisation.
    :raises Forbidden: the actor does not keep the register.
    :raises OrganisationMerged: it was merged before.
    :raises Invalid: the other one is itself, unknown, or was merged away.
    """
    both = await _locked(session, public_id, into_public_id)
    merged, survivor = both.get(public_id), both.get(into_public_id)
    if merged is None:
        raise NotFound
    await authorise(actor)
    if merged.merged_into_id:
        raise OrganisationMerged
    if survivor is None:
        raise unknown_survivor()
    if survivor is merged:
        raise cannot_merge_into_itself()
    if survivor.merged_into_id:
        raise survivor_is_merged()
    await _hand_over(session, merged, survivor)
    await _complete(session, merged, survivor)
    merged.merged_into_id = survivor.id
    await audit.record(
        session,
        actor_id=actor.account_id,
        action="organisation.merged",
        target_kind="organisation",
        target_id=merged.id,
        details={"into_id": survivor.id},
    )
    await session.flush()


async def _locked(session: AsyncSession, *public_ids: uuid.UUID) -> dict[uuid.UUID, Organisation]:
    """The rows, locked in the order of their numbers, so that two merges of the same pair never wait for each other."""
    statement = select(Organisation).where(Organisation.public_id.in_(public_ids)).order_by(Organisation.id)
    rows = await session.scalars(statement.with_for_update().execution_options(populate_existing=True))
    return {row.public_id: row for row in rows}


async def _hand_over(session: AsyncSession, merged: Organisation, survivor: Organisation) -> None:
    """Point everything at the survivor. Ideas that exclude both keep one exclusion."""
    excluding_both = select(IdeaExclusion.idea_id).where(IdeaExclusion.organisation_id == survivor.id)
    of_merged = IdeaExclusion.organisation_id == merged.id
    await session.execute(delete(IdeaExclusion).where(of_merged, IdeaExclusion.idea_id.in_(excluding_both)))
    await session.execute(update(IdeaExclusion).where(of_merged).values(organisation_id=survivor.id, excluded_at=now()))
    await session.execute(
        update(Affiliation).where(Affiliation.organisation_id == merged.id).values(organisation_id=survivor.id)
    )
    await session.execute(
        update(Organisation).where(Organisation.merged_into_id == merged.id).values(merged_into_id=survivor.id)
    )


async def _complete(session: AsyncSession, merged: Organisation, survivor: Organisation) -> None:
    """Give the survivor what only the other one knew, and close the other's history."""
    if survivor.business_number is None and merged.business_number is not None:
        number, merged.business_number = merged.business_number, None
        await session.flush()  # the number is unique: it is given up before it is taken over
        survivor.business_number = number
    if survivor.size_band is None and merged.size_band and survivor.kind is OrganisationKind.COMPANY:
        await set_size_band(session, survivor, merged.size_band)
    await close_size_history(session, merged.id)
