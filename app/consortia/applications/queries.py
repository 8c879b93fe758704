"""Finding and listing applications: one statement each."""

import uuid
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.applications.policy import actions_on
from app.consortia.applications.schemas import Applicant, Application, ApplicationPage, NamedOrganisation
from app.consortia.page_requests import PageRequest
from app.consortia.queries import MiniClusterKey
from app.core.errors import NotFound
from app.identity.accounts.schemas import MiniClusterName
from app.identity.actor import Actor
from app.models import Account, MiniCluster, Organisation
from app.models import Application as StoredApplication
from app.models.accounts import AccountStatus
from app.models.applications import ApplicationState

Reader = AsyncConnection | AsyncSession


async def get_application(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Application:
    """One application; whether the actor may see it, the caller knows.

    :raises NotFound: there is none.
    """
    row = (await connection.execute(_select().where(StoredApplication.public_id == public_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row, actor)


async def list_of_person(connection: AsyncConnection, actor: Actor, page: PageRequest) -> ApplicationPage:
    """The actor's own applications, the newest first."""
    return await _list(connection, actor, "my_applications", _of_account(actor.account_id), page)


async def list_of_place(
    connection: AsyncConnection, actor: Actor, place: MiniClusterKey, state: ApplicationState | None, page: PageRequest
) -> ApplicationPage:
    """The applications to a mini-cluster, the newest first, of people whose accounts are in use."""
    statement = _select().where(StoredApplication.mini_cluster_id == place.id, Account.status == AccountStatus.ACTIVE)
    if state is not None:
        statement = statement.where(StoredApplication.state == state)
    return await _list(connection, actor, f"applications.{place.id}.{state or ''}", statement, page)


def _of_account(account_id: int) -> Select[*tuple[Any, ...]]:
    return _select().where(StoredApplication.account_id == account_id)


async def _list(
    connection: AsyncConnection,
    actor: Actor,
    list_name: str,
    statement: Select[*tuple[Any, ...]],
    page: PageRequest,
) -> ApplicationPage:
    statement = statement.order_by(StoredApplication.id.desc()).limit(page.rows)
    if (after := page.after(list_name)) is not None:
        statement = statement.where(StoredApplication.id < after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return ApplicationPage(items=[_view(row, actor) for row in rows], next_cursor=next_cursor)


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            StoredApplication.id.label("id"),
            StoredApplication.public_id.label("public_id"),
            StoredApplication.account_id.label("account_id"),
            StoredApplication.mini_cluster_id.label("mini_cluster_id"),
            StoredApplication.position.label("position"),
            StoredApplication.reason.label("reason"),
            StoredApplication.state.label("state"),
            StoredApplication.words.label("words"),
            StoredApplication.created_at.label("created_at"),
            StoredApplication.closed_at.label("closed_at"),
            MiniCluster.public_id.label("place_public_id"),
            MiniCluster.consortium_id.label("consortium_id"),
            MiniCluster.name_ko.label("place_name_ko"),
            MiniCluster.name_en.label("place_name_en"),
            Account.public_id.label("applicant_public_id"),
            Account.name.label("applicant_name"),
            Account.email.label("applicant_email"),
            Organisation.public_id.label("organisation_public_id"),
            func.coalesce(Organisation.name, StoredApplication.organisation_name).label("organisation_name"),
            func.coalesce(Organisation.kind, StoredApplication.organisation_kind).label("organisation_kind"),
        )
        .join(MiniCluster, MiniCluster.id == StoredApplication.mini_cluster_id)
        .join(Account, Account.id == StoredApplication.account_id)
        .outerjoin(Organisation, Organisation.id == StoredApplication.organisation_id)
    )


def _view(row: Row[Any], actor: Actor) -> Application:
    state = ApplicationState(row.state)
    actions = actions_on(actor, row.account_id, row.mini_cluster_id, row.consortium_id, state)
    return Application(
        id=row.public_id,
        mini_cluster=MiniClusterName(id=row.place_public_id, name_ko=row.place_name_ko, name_en=row.place_name_en),
        applicant=Applicant(id=row.applicant_public_id, name=row.applicant_name, email=row.applicant_email),
        organisation=NamedOrganisation(
            id=row.organisation_public_id, name=row.organisation_name, kind=row.organisation_kind
        ),
        position=row.position,
        reason=row.reason,
        state=state,
        words=row.words,
        created_at=row.created_at,
        closed_at=row.closed_at,
        allowed_actions=[str(action) for action in actions],
    )
