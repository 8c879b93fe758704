"""Keeping the register of organisations: new ones and changes. Merging has a module of its own."""

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia.organisations.errors import (
    BusinessNumberTaken,
    OrganisationMerged,
    size_of_no_company,
    wrong_business_number,
)
from app.consortia.organisations.policy import may_keep_register
from app.consortia.organisations.schemas import OrganisationCreate, OrganisationUpdate
from app.consortia.organisations.size_history import set_size_band
from app.core import business_number
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.actor import Actor
from app.models import Organisation
from app.models.organisations import OrganisationKind


async def create_organisation(session: AsyncSession, actor: Actor, request: OrganisationCreate) -> None:
    """Add an organisation; the same id and content again changes nothing, whatever became of the organisation.

    :raises Forbidden: the actor does not keep the register.
    :raises IdTaken: the id is in use with other content.
    :raises BusinessNumberTaken: another organisation bears the number.
    :raises Invalid: the number is wrong, or a size is given for no company.
    """
    await authorise(actor)
    if request.size_band and request.kind is not OrganisationKind.COMPANY:
        raise size_of_no_company()
    number = _normal_number(request.business_number) if request.business_number else None
    if await _was_made_before(session, request):
        return
    organisation = Organisation(
        public_id=request.id,
        creation_digest=request.digest(),
        kind=request.kind,
        name=request.name,
        name_en=request.name_en or None,
        business_number=number,
        verified_at=now(),
    )
    try:
        async with session.begin_nested():
            session.add(organisation)
    except IntegrityError:
        if await _was_made_before(session, request):  # sent twice at once, it was first on another connection
            return
        await _refuse_taken_number(session, number)
        raise
    if request.size_band:
        await set_size_band(session, organisation, request.size_band)
    await audit.record(
        session,
        actor_id=actor.account_id,
        action="organisation.created",
        target_kind="organisation",
        target_id=organisation.id,
    )


async def update_organisation(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: OrganisationUpdate
) -> None:
    """Change what the request gives.

    :raises NotFound: there is no such organisation.
    :raises Forbidden: the actor does not keep the register.
    :raises OrganisationMerged: it was merged away.
    :raises BusinessNumberTaken: another organisation bears the number.
    :raises Invalid: the number is wrong, or a size is given for no company.
    """
    organisation = await _locked(session, public_id)
    await authorise(actor)
    if organisation.merged_into_id:
        raise OrganisationMerged
    changes = request.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        return
    await _change(session, organisation, request)
    await audit.record(
        session,
        actor_id=actor.account_id,
        action="organisation.changed",
        target_kind="organisation",
        target_id=organisation.id,
        details={"fields": sorted(changes)},
    )
    await session.flush()


async def verify_organisation(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Note that somebody who keeps the register has looked at an organisation; the first time is the one that is dated.

    :raises NotFound: there is no such organisation.
    :raises Forbidden: the actor does not keep the register.
    :raises OrganisationMerged: it was merged away.
    """
    organisation = await _locked(session, public_id)
    await authorise(actor)
    if organisation.merged_into_id:
        raise OrganisationMerged
    if organisation.verified_at is not None:
        return
    organisation.verified_at = now()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action="organisation.verified",
        target_kind="organisation",
        target_id=organisation.id,
    )
    await session.flush()


async def authorise(actor: Actor) -> None:
    """Turn away whoever does not keep the register.

    :raises Forbidden: neither an operator nor a coordinator.
    """
    if not may_keep_register(actor):
        raise Forbidden


async def _change(session: AsyncSession, organisation: Organisation, request: OrganisationUpdate) -> None:
    if request.size_band and organisation.kind is not OrganisationKind.COMPANY:
        raise size_of_no_company()
    if request.name is not None:
        organisation.name = request.name
    if request.name_en is not None:
        organisation.name_en = request.name_en or None
    if request.business_number is not None:
        await _set_number(session, organisation, request.business_number)
    if request.size_band:
        await set_size_band(session, organisation, request.size_band)


async def _locked(session: AsyncSession, public_id: uuid.UUID) -> Organisation:
    """The row, locked until the end of the transaction: changes and merges of one organisation take turns."""
    statement = select(Organisation).where(Organisation.public_id == public_id).with_for_update()
    organisation = await session.scalar(statement.execution_options(populate_existing=True))
    if organisation is None:
        raise NotFound
    return organisation


async def _was_made_before(session: AsyncSession, request: OrganisationCreate) -> bool:
    statement = select(Organisation.creation_digest).where(Organisation.public_id == request.id)
    row = (await session.execute(statement)).one_or_none()
    if row is not None and row.creation_digest != request.digest():
        raise IdTaken
    return row is not None


async def _set_number(session: AsyncSession, organisation: Organisation, text: str) -> None:
    number = _normal_number(text) if text else None
    try:
        async with session.begin_nested():
            organisation.business_number = number
    except IntegrityError:
        await _refuse_taken_number(session, number)
        raise


async def _refuse_taken_number(session: AsyncSession, number: str | None) -> None:
    taken = select(Organisation.id).where(Organisation.business_number == number)
    if number is not None and await session.scalar(taken) is not None:
        raise BusinessNumberTaken


def _normal_number(text: str) -> str:
    try:
        number = business_number.normalise(text)
    except ValueError:
        raise wrong_business_number() from None
    if not business_number.is_valid(number):
        raise wrong_business_number()
    return number
