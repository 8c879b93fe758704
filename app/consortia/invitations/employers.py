"""The organisation a new member names: a registered one, or one that is registered by this."""

import uuid

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.invitations.errors import (
    organisation_missing,
    size_of_no_company,
    unknown_organisation,
    wrong_business_number,
)
from app.consortia.invitations.schemas import InviteeOrganisation
from app.consortia.organisations.size_history import set_size_band
from app.core import business_number
from app.models import Organisation
from app.models.organisations import OrganisationKind


async def employer_of(session: AsyncSession, public_id: uuid.UUID | None, described: InviteeOrganisation | None) -> int:
    """The inner id of the organisation: one that was merged away stands for the one that took its place.

    A described one whose business number is registered is the registered one. A new one stays unverified until
    somebody who keeps the register looks at it.

    :raises Invalid: none or both are given, the id is unknown, the number is wrong, a size is given for no company.
    """
    if public_id is not None and described is None:
        found = await _registered(session, Organisation.public_id == public_id)
        if found is None:
            raise unknown_organisation()
        return found
    if described is None or public_id is not None:
        raise organisation_missing()
    return await _described(session, described)


async def _described(session: AsyncSession, described: InviteeOrganisation) -> int:
    if described.size_band and described.kind is not OrganisationKind.COMPANY:
        raise size_of_no_company()
    number = _normal_number(described.business_number) if described.business_number else None
    if number and (found := await _registered(session, Organisation.business_number == number)) is not None:
        return found
    organisation = Organisation(kind=described.kind, name=described.name, business_number=number)
    try:
        async with session.begin_nested():
            session.add(organisation)
    except IntegrityError:  # a colleague was first, at this very moment
        if (found := await _registered(session, Organisation.business_number == number)) is None:
            raise
        return found
    if described.size_band:
        await set_size_band(session, organisation, described.size_band)
    return organisation.id


async def _registered(session: AsyncSession, key: ColumnElement[bool]) -> int | None:
    """A registered organisation, locked against a merge, which would not see the new member."""
    statement = select(Organisation.id, Organisation.merged_into_id).where(key).with_for_update(read=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    found: int = row.merged_into_id or row.id
    return found


def _normal_number(text: str) -> str:
    try:
        number = business_number.normalise(text)
    except ValueError:
        raise wrong_business_number() from None
    if not business_number.is_valid(number):
        raise wrong_business_number()
    return number
