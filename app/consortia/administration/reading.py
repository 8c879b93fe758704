"""Who coordinates a consortium, whether a theme consortium fulfils its rules, what a mini-cluster was called."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.administration.schemas import (
    Coordinator,
    CoordinatorPage,
    MiniClusterNamePage,
    MiniClusterNamePeriod,
    ThemeRules,
)
from app.consortia.page_requests import PageRequest
from app.consortia.policy import role_in_consortium
from app.consortia.queries import locate_mini_cluster
from app.consortia.schemas import OrganisationCard
from app.core.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.models import (
    Account,
    Affiliation,
    Consortium,
    CoordinatorRole,
    Membership,
    MiniCluster,
    MiniClusterName,
    Organisation,
)
from app.models.accounts import AccountStatus
from app.models.organisations import OrganisationKind
from app.models.programme import ConsortiumKind

COMPANIES_REQUIRED = 10
ACADEMICS_REQUIRED = 1
"""A theme cluster gathers at least ten companies and a university or institute."""

_Reader = AsyncConnection | AsyncSession


async def list_coordinators(
    connection: _Reader, actor: Actor, public_id: uuid.UUID, page: PageRequest
) -> CoordinatorPage:
    """Who coordinates a consortium, the longest in office first: for its people and for operators.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not belong to it.
    """
    consortium_id = await _consortium_of_insider(connection, actor, public_id)
    list_name = f"coordinators.{consortium_id}"
    statement = _select_coordinators(consortium_id).limit(page.rows)
    if (after := page.after(list_name)) is not None:
        statement = statement.where(CoordinatorRole.id > after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return CoordinatorPage(items=[_coordinator(row) for row in rows], next_cursor=next_cursor)


async def show_theme_rules(connection: _Reader, actor: Actor, public_id: uuid.UUID) -> ThemeRules:
    """Whether a theme consortium fulfils the rules of the programme: for its people and for operators.

    :raises NotFound: there is no such consortium, or it is no theme one.
    :raises Forbidden: the actor does not belong to it.
    """
    consortium_id = await _consortium_of_insider(connection, actor, public_id, Consortium.kind == ConsortiumKind.THEME)
    academic = Organisation.kind.in_((OrganisationKind.UNIVERSITY, OrganisationKind.INSTITUTE))
    statement = (
        select(
            func.count(distinct(Organisation.id))
            .filter(Organisation.kind == OrganisationKind.COMPANY)
            .label("companies"),
            func.count(distinct(Organisation.id)).filter(academic).label("academics"),
        )
        .select_from(Membership)
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .join(Account, Account.id == Membership.account_id)
        .join(Affiliation, and_(Affiliation.account_id == Account.id, Affiliation.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            MiniCluster.consortium_id == consortium_id,
            MiniCluster.dissolved_at.is_(None),
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
    )
    row = (await connection.execute(statement)).one()
    return ThemeRules(
        company_count=row.companies,
        companies_required=COMPANIES_REQUIRED,
        academic_count=row.academics,
        academics_required=ACADEMICS_REQUIRED,
        is_met=row.companies >= COMPANIES_REQUIRED and row.academics >= ACADEMICS_REQUIRED,
    )


async def list_names(connection: _Reader, public_id: uuid.UUID, page: PageRequest) -> MiniClusterNamePage:
    """What a mini-cluster was called, the present name first.

    :raises NotFound: there is no such mini-cluster.
    """
    place = await locate_mini_cluster(connection, public_id)
    list_name = f"names.{place.id}"
    name = MiniClusterName.__table__.c
    columns: list[Any] = [name.id, name.name_ko, name.name_en, name.started_at, name.ended_at]
    statement = select(*columns).where(name.mini_cluster_id == place.id).order_by(name.id.desc()).limit(page.rows)
    if (before := page.after(list_name)) is not None:
        statement = statement.where(name.id < before)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    items = [MiniClusterNamePeriod.model_validate(row) for row in rows]
    return MiniClusterNamePage(items=items, next_cursor=next_cursor)


async def _consortium_of_insider(
    connection: _Reader, actor: Actor, public_id: uuid.UUID, *conditions: ColumnElement[bool]
) -> int:
    statement = select(Consortium.id).where(Consortium.public_id == public_id, *conditions)
    consortium_id: int | None = (await connection.execute(statement)).scalar_one_or_none()
    if consortium_id is None:
        raise NotFound
    if role_in_consortium(actor, consortium_id) is None and not actor.is_operator:
        raise Forbidden
    return consortium_id


def _select_coordinators(consortium_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CoordinatorRole.id.label("id"),
            CoordinatorRole.started_at,
            Account.public_id,
            Account.name,
            Affiliation.position,
            Organisation.public_id.label("organisation_public_id"),
            Organisation.name.label("organisation_name"),
            Organisation.kind.label("organisation_kind"),
        )
        .select_from(CoordinatorRole)
        .join(Account, Account.id == CoordinatorRole.account_id)
        .outerjoin(Affiliation, and_(Affiliation.account_id == Account.id, Affiliation.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            CoordinatorRole.consortium_id == consortium_id,
            CoordinatorRole.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(CoordinatorRole.id)
    )


def _coordinator(row: Any) -> Coordinator:
    organisation = None
    if row.organisation_public_id:
        organisation = OrganisationCard(
            id=row.organisation_public_id, name=row.organisation_name, kind=row.organisation_kind
        )
    return Coordinator(
        id=row.public_id,
        name=row.name,
        position=row.position,
        organisation=organisation,
        started_at=row.started_at,
    )
