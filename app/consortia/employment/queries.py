"""Reading changes of employers and affiliations."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.applications.schemas import NamedOrganisation
from app.consortia.employment.policy import actions_on
from app.consortia.employment.schemas import (
    AffiliationPage,
    AffiliationPeriod,
    ChangingPerson,
    EmployerChange,
    EmployerChangePage,
)
from app.consortia.page_requests import PageRequest
from app.core.errors import NotFound
from app.identity.accounts.schemas import OrganisationName
from app.identity.actor import Actor
from app.models import Account, Affiliation, Membership, Organisation
from app.models import EmployerChange as StoredChange
from app.models.applications import ApplicationState


async def mini_clusters_of(reader: AsyncConnection | AsyncSession, account_id: int) -> Collection[int]:
    """The mini-clusters a person is a member of now."""
    statement = select(Membership.mini_cluster_id).where(
        Membership.account_id == account_id, Membership.ended_at.is_(None)
    )
    return (await reader.execute(statement)).scalars().all()


async def get_change(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> EmployerChange:
    """One that the actor may see, as the caller has made sure.

    :raises NotFound: there is none.
    """
    row = (await session.execute(_select().where(StoredChange.public_id == public_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row, actor, await mini_clusters_of(session, row.account_id))


async def list_of_person(connection: AsyncConnection, actor: Actor, page: PageRequest) -> EmployerChangePage:
    """One's own, whatever has become of them."""
    statement = _select().where(StoredChange.account_id == actor.account_id)
    return await _list(connection, actor, (), "me.employer-changes", statement, page)


async def list_of_place(
    connection: AsyncConnection, actor: Actor, mini_cluster_id: int, page: PageRequest
) -> EmployerChangePage:
    """Those of members of a mini-cluster that wait."""
    is_member = exists().where(
        Membership.account_id == StoredChange.account_id,
        Membership.mini_cluster_id == mini_cluster_id,
        Membership.ended_at.is_(None),
    )
    statement = _select().where(StoredChange.state == ApplicationState.OPEN, is_member)
    return await _list(connection, actor, (mini_cluster_id,), f"employer-changes.{mini_cluster_id}", statement, page)


async def list_affiliations(connection: AsyncConnection, actor: Actor, page: PageRequest) -> AffiliationPage:
    """Where the actor has worked, the newest first."""
    list_name = "me.affiliations"
    statement: Select[*tuple[Any, ...]] = (
        select(
            Affiliation.id,
            Affiliation.position,
            Affiliation.started_at,
            Affiliation.ended_at,
            Organisation.public_id,
            Organisation.name,
            Organisation.kind,
        )
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Affiliation.account_id == actor.account_id)
        .order_by(Affiliation.id.desc())
        .limit(page.rows)
    )
    if (after := page.after(list_name)) is not None:
        statement = statement.where(Affiliation.id < after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    items = [
        AffiliationPeriod(
            organisation=OrganisationName(id=row.public_id, name=row.name, kind=row.kind),
            position=row.position,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]
    return AffiliationPage(items=items, next_cursor=next_cursor)


async def _list(
    connection: AsyncConnection,
    actor: Actor,
    mini_cluster_ids: Collection[int],
    list_name: str,
    statement: Select[*tuple[Any, ...]],
    page: PageRequest,
) -> EmployerChangePage:
    statement = statement.order_by(StoredChange.id.desc()).limit(page.rows)
    if (after := page.after(list_name)) is not None:
        statement = statement.where(StoredChange.id < after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    items = [_view(row, actor, mini_cluster_ids) for row in rows]
    return EmployerChangePage(items=items, next_cursor=next_cursor)


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            StoredChange.id.label("id"),
            StoredChange.public_id.label("public_id"),
            StoredChange.account_id.label("account_id"),
            StoredChange.position.label("position"),
            StoredChange.state.label("state"),
            StoredChange.words.label("words"),
            StoredChange.created_at.label("created_at"),
            StoredChange.closed_at.label("closed_at"),
            Account.public_id.label("person_public_id"),
            Account.name.label("person_name"),
            Organisation.public_id.label("organisation_public_id"),
            func.coalesce(Organisation.name, StoredChange.organisation_name).label("organisation_name"),
            func.coalesce(Organisation.kind, StoredChange.organisation_kind).label("organisation_kind"),
        )
        .join(Account, Account.id == StoredChange.account_id)
        .outerjoin(Organisation, Organisation.id == StoredChange.organisation_id)
    )


def _view(row: Row[Any], actor: Actor, mini_cluster_ids: Collection[int]) -> EmployerChange:
    state = ApplicationState(row.state)
    return EmployerChange(
        id=row.public_id,
        person=ChangingPerson(id=row.person_public_id, name=row.person_name),
        organisation=NamedOrganisation(
            id=row.organisation_public_id, name=row.organisation_name, kind=row.organisation_kind
        ),
        position=row.position,
        state=state,
        words=row.words,
        created_at=row.created_at,
        closed_at=row.closed_at,
        allowed_actions=[str(action) for action in actions_on(actor, row.account_id, mini_cluster_ids, state)],
    )
