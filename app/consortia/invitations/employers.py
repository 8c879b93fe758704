"""The organisation a new member names: a registered one, or one that is registered by this."""

import uuid
from typing import NamedTuple, Protocol

from sqlalchemy import select
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
from app.core import business_number as numbers
from app.core.organisation_names import name_key
from app.models import Organisation
from app.models.organisations import OrganisationKind, SizeBand


class DescribedOrganisation(Protocol):
    """What is said of an organisation."""

    @property
    def kind(self) -> OrganisationKind: ...
    @property
    def name(self) -> str: ...
    @property
    def business_number(self) -> str | None: ...


async def employer_of(session: AsyncSession, public_id: uuid.UUID | None, described: InviteeOrganisation | None) -> int:
    """The inner id of the organisation: one that was merged away stands for the one that took its place.

    A described one whose business number is registered is the registered one. A new one stays unverified until
    somebody who keeps the register looks at it.

    :raises Invalid: none or both are given, the id is unknown, the number is wrong, a size is given for no company.
    """
    if public_id is not None and described is None:
        found = await registered_organisation(session, public_id=public_id)
        if found is None:
            raise unknown_organisation()
        return found
    if described is None or public_id is not None:
        raise organisation_missing()
    if described.size_band and described.kind is not OrganisationKind.COMPANY:
        raise size_of_no_company()
    number = normal_number(described.business_number) if described.business_number else None
    return await register_organisation(session, described.kind, described.name, number, described.size_band)


class NamedEmployer(NamedTuple):
    """An organisation somebody names: a registered one by its number, or what is said of a new one."""

    organisation_id: int | None
    name: str | None = None
    kind: OrganisationKind | None = None
    business_number: str | None = None


async def named_employer(
    session: AsyncSession, public_id: uuid.UUID | None, described: DescribedOrganisation | None
) -> NamedEmployer:
    """The same as :func:`employer_of`, but registers nothing: that waits for those who decide.

    :raises Invalid: none or both are given, the id is unknown, or the number is wrong.
    """
    if (public_id is None) == (described is None):
        raise organisation_missing()
    if described is None:
        organisation_id = await registered_organisation(session, public_id=public_id)
        if organisation_id is None:
            raise unknown_organisation()
        return NamedEmployer(organisation_id)
    number = normal_number(described.business_number) if described.business_number else None
    found = await registered_organisation(session, business_number=number) if number else None
    return NamedEmployer(found) if found else NamedEmployer(None, described.name, described.kind, number)


async def register_organisation(
    session: AsyncSession,
    kind: OrganisationKind,
    name: str,
    business_number: str | None,
    size_band: SizeBand | None = None,
) -> int:
    """The inner id of a new organisation, unverified; where the number is registered, of the one that bears it."""
    if business_number and (found := await registered_organisation(session, business_number=business_number)):
        return found
    organisation = Organisation(kind=kind, name=name, business_number=business_number)
    try:
        async with session.begin_nested():
            session.add(organisation)
    except IntegrityError:  # a colleague was first, at this very moment
        if (found := await registered_organisation(session, business_number=business_number)) is None:
            raise
        return found
    if size_band:
        await set_size_band(session, organisation, size_band)
    return organisation.id


async def register_named(session: AsyncSession, kind: OrganisationKind, name: str, business_number: str | None) -> int:
    """The organisation of this kind that alone is called so, however its name is written; else a new one, unverified.

    For names given by those who keep a mini-cluster: what people say of themselves is registered anew.
    """
    statement = select(Organisation.id).where(
        Organisation.name_key == name_key(name), Organisation.kind == kind, Organisation.merged_into_id.is_(None)
    )
    if business_number is not None:
        statement = statement.where(Organisation.business_number.is_(None))
    found = (await session.scalars(statement.limit(2).with_for_update(read=True))).all()
    return found[0] if len(found) == 1 else await register_organisation(session, kind, name, business_number)


async def registered_organisation(
    session: AsyncSession, *, public_id: uuid.UUID | None = None, business_number: str | None = None
) -> int | None:
    """A registered organisation by one of its keys, locked against a merge, which would not see the new member."""
    key = Organisation.public_id == public_id
    if public_id is None:
        key = Organisation.business_number == business_number
    statement = select(Organisation.id, Organisation.merged_into_id).where(key).with_for_update(read=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    found: int = row.merged_into_id or row.id
    return found


def normal_number(text: str) -> str:
    """The ten digits of a business number.

    :raises Invalid: it is none.
    """
    try:
        number = numbers.normalise(text)
    except ValueError:
        raise wrong_business_number() from None
    if not numbers.is_valid(number):
        raise wrong_business_number()
    return number
