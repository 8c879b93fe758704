"""Reading organisations: one, or the list from which members pick."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.organisations.policy import allowed_actions, may_keep_register
from app.consortia.organisations.schemas import Organisation as OrganisationView
from app.consortia.organisations.schemas import OrganisationPage
from app.consortia.page_requests import PageRequest
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.models import Organisation

_LIST = "organisations"


async def list_organisations(
    connection: AsyncConnection, actor: Actor, q: str | None, page: PageRequest, *, verified: bool | None = None
) -> OrganisationPage:
    """Organisations by name, without those merged away, of one standing if asked for; ``q`` seeks in both names."""
    statement = (
        select_organisations()
        .where(Organisation.merged_into_id.is_(None))
        .order_by(Organisation.name, Organisation.id)
        .limit(page.rows)
    )
    if verified is not None:
        is_unverified = Organisation.verified_at.is_(None)
        statement = statement.where(~is_unverified if verified else is_unverified)
    if q and (sought := q.strip()):
        statement = statement.where(_is_called(sought))
    if (after := page.after(_LIST)) is not None:
        statement = statement.where(_stands_after(after))
    rows, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    return OrganisationPage(items=[organisation_view(row, actor) for row in rows], next_cursor=next_cursor)


async def get_organisation(
    connection: AsyncConnection | AsyncSession, actor: Actor, public_id: uuid.UUID
) -> OrganisationView:
    """One organisation, those merged away too.

    :raises NotFound: there is none.
    """
    row = (await connection.execute(select_organisations().where(Organisation.public_id == public_id))).one_or_none()
    if row is None:
        raise NotFound
    return organisation_view(row, actor)


def select_organisations() -> Select[*tuple[Any, ...]]:
    """The columns of :func:`organisation_view`, to be narrowed by the caller."""
    survivor = Organisation.__table__.alias("survivor")
    return select(
        Organisation.id.label("id"),
        Organisation.public_id.label("public_id"),
        Organisation.kind.label("kind"),
        Organisation.name.label("name"),
        Organisation.name_en.label("name_en"),
        Organisation.size_band.label("size_band"),
        Organisation.business_number.label("business_number"),
        Organisation.verified_at.label("verified_at"),
        survivor.c.public_id.label("merged_into_id"),
    ).outerjoin(survivor, survivor.c.id == Organisation.merged_into_id)


def _is_called(sought: str) -> ColumnElement[bool]:
    """One of the names holds ``sought``; the signs of LIKE stand for themselves."""
    return or_(
        Organisation.name.icontains(sought, autoescape=True), Organisation.name_en.icontains(sought, autoescape=True)
    )


def _stands_after(organisation_id: int) -> ColumnElement[bool]:
    """Behind an organisation in the order of names. The cursor holds its number only: a name can be too long for it."""
    last = Organisation.__table__.alias("last")
    last_name = select(last.c.name).where(last.c.id == organisation_id).scalar_subquery()
    return tuple_(Organisation.name, Organisation.id) > tuple_(last_name, organisation_id)


def organisation_view(row: Row[Any], actor: Actor) -> OrganisationView:
    """A row of :func:`select_organisations` as one person is shown it."""
    is_verified = row.verified_at is not None
    actions = allowed_actions(actor, is_merged=row.merged_into_id is not None, is_verified=is_verified)
    return OrganisationView(
        id=row.public_id,
        kind=row.kind,
        name=row.name,
        name_en=row.name_en,
        size_band=row.size_band,
        business_number=row.business_number if may_keep_register(actor) else None,
        merged_into_id=row.merged_into_id,
        is_verified=is_verified,
        allowed_actions=[str(action) for action in actions],
    )
