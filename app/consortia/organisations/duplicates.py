"""Organisations that are likely the same: registered by several people, each of whom writes the name in his own way."""

import uuid
from collections import defaultdict
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.organisations.policy import may_keep_register
from app.consortia.organisations.queries import organisation_view, select_organisations
from app.consortia.organisations.schemas import DuplicateGroup, DuplicateGroupPage, LikelyDuplicate
from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.models import Affiliation, Organisation

_LIST = "organisation-duplicates"
_SHOWN_OF_A_GROUP = 20


async def list_duplicates(connection: AsyncConnection, actor: Actor, page: PageRequest) -> DuplicateGroupPage:
    """Groups of likely duplicates in the whole register.

    :raises Forbidden: the actor does not keep the register.
    """
    if not may_keep_register(actor):
        raise Forbidden
    oldest = func.min(Organisation.id)
    statement: Select[*tuple[Any, ...]] = (
        select(Organisation.name_key, oldest.label("id"))
        .where(Organisation.merged_into_id.is_(None), Organisation.name_key.is_not(None))
        .group_by(Organisation.name_key)
        .having(func.count() > 1)
        .order_by(oldest)
        .limit(page.rows)
    )
    if (after := page.after(_LIST)) is not None:
        statement = statement.having(oldest > after)
    keys, next_cursor = page.cut(_LIST, (await connection.execute(statement)).all())
    groups = await _groups(connection, actor, [row.name_key for row in keys])
    return DuplicateGroupPage(items=[groups[row.name_key] for row in keys], next_cursor=next_cursor)


async def duplicates_of(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> DuplicateGroup:
    """Those that are likely the same as one, without itself.

    :raises NotFound: there is no such organisation.
    :raises Forbidden: the actor does not keep the register.
    """
    statement = select(Organisation.name_key).where(Organisation.public_id == public_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    if not may_keep_register(actor):
        raise Forbidden
    group = (await _groups(connection, actor, [row.name_key] if row.name_key else [])).get(row.name_key)
    found = group.organisations if group else []
    return DuplicateGroup(organisations=[each for each in found if each.organisation.id != public_id])


async def _groups(connection: AsyncConnection, actor: Actor, keys: list[str]) -> dict[str, DuplicateGroup]:
    """What is called by each key, the oldest of each first: one statement, however many there are."""
    members = (
        select(func.count())
        .where(Affiliation.organisation_id == Organisation.id, Affiliation.ended_at.is_(None))
        .correlate(Organisation)
        .scalar_subquery()
    )
    place = func.row_number().over(partition_by=Organisation.name_key, order_by=Organisation.id)
    ranked = (
        select(Organisation.id.label("id"), place.label("place"))
        .where(Organisation.name_key.in_(keys), Organisation.merged_into_id.is_(None))
        .subquery()
    )
    shown = select(ranked.c.id).where(ranked.c.place <= literal_column(str(_SHOWN_OF_A_GROUP)))
    statement = (
        select_organisations()
        .add_columns(members.label("member_count"), Organisation.name_key.label("name_key"))
        .where(Organisation.id.in_(shown))
        .order_by(Organisation.id)
    )
    groups: defaultdict[str, list[LikelyDuplicate]] = defaultdict(list)
    for row in await connection.execute(statement):
        groups[row.name_key].append(_view(row, actor))
    return {key: DuplicateGroup(organisations=found) for key, found in groups.items()}


def _view(row: Row[Any], actor: Actor) -> LikelyDuplicate:
    return LikelyDuplicate(organisation=organisation_view(row, actor), member_count=row.member_count)
