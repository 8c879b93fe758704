"""Finding accounts, and the profile of one person."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.identity.accounts.schemas import (
    ConsortiumName,
    CurrentAffiliation,
    CurrentMembership,
    MiniClusterName,
    OrganisationName,
)
from app.models import Account, Affiliation, Consortium, CoordinatorRole, Membership, MiniCluster, Organisation
from app.models.accounts import AccountStatus

Reader = AsyncConnection | AsyncSession


@dataclass(frozen=True)
class Profile:
    """A person with his present places."""

    account: Row[*tuple[Any, ...]]
    affiliation: CurrentAffiliation | None
    memberships: list[CurrentMembership]
    coordinated_consortia: list[ConsortiumName]


async def find_active_by_email(reader: Reader, email: str) -> Row[int, str | None] | None:
    """``id`` and ``password_hash`` of the account that can sign in with an address in its normal form."""
    statement = select(Account.id, Account.password_hash).where(
        Account.email == email, Account.status == AccountStatus.ACTIVE
    )
    return (await reader.execute(statement)).one_or_none()


async def active_account_for_update(session: AsyncSession, account_id: int) -> Account | None:
    """An account that may be used, locked until the transaction ends."""
    statement = (
        select(Account)
        .where(Account.id == account_id, Account.status == AccountStatus.ACTIVE)
        .with_for_update(key_share=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def load_profile(reader: Reader, account_id: int) -> Profile:
    """The profile of an account that exists."""
    account = (await reader.execute(_account_statement(account_id))).one()
    living = memberships_statement().where(Membership.account_id == account_id, MiniCluster.dissolved_at.is_(None))
    memberships = (await reader.execute(living)).all()
    coordinated = (await reader.execute(_coordinated_statement(account_id))).all()
    return Profile(
        account=account,
        affiliation=_affiliation(account),
        memberships=[current_membership(row) for row in memberships],
        coordinated_consortia=[
            ConsortiumName(id=row.public_id, name_ko=row.name_ko, name_en=row.name_en) for row in coordinated
        ],
    )


def _account_statement(account_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.public_id,
            Account.name,
            Account.email,
            Account.locale,
            Account.time_zone,
            Account.status,
            Account.is_operator,
            Account.password_hash.is_not(None).label("has_password"),
            Account.terms_version,
            Account.created_at,
            Affiliation.position,
            Organisation.public_id.label("organisation_id"),
            Organisation.name.label("organisation_name"),
            Organisation.kind.label("organisation_kind"),
        )
        .select_from(Account)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Account.id == account_id)
    )


def _affiliation(row: Row[*tuple[Any, ...]]) -> CurrentAffiliation | None:
    if row.organisation_id is None:
        return None
    organisation = OrganisationName(id=row.organisation_id, name=row.organisation_name, kind=row.organisation_kind)
    return CurrentAffiliation(organisation=organisation, position=row.position)


def memberships_statement() -> Select[*tuple[Any, ...]]:
    """Present memberships with the names of their places, the oldest first; to be narrowed by the caller."""
    return (
        select(
            Membership.role,
            Membership.started_at,
            MiniCluster.public_id.label("mini_cluster_id"),
            MiniCluster.name_ko.label("mini_cluster_ko"),
            MiniCluster.name_en.label("mini_cluster_en"),
            Consortium.public_id.label("consortium_id"),
            Consortium.name_ko.label("consortium_ko"),
            Consortium.name_en.label("consortium_en"),
        )
        .select_from(Membership)
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .join(Consortium, Consortium.id == MiniCluster.consortium_id)
        .where(Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )


def current_membership(row: Row[*tuple[Any, ...]]) -> CurrentMembership:
    """A row of :func:`memberships_statement` as responses show it."""
    return CurrentMembership(
        mini_cluster=MiniClusterName(id=row.mini_cluster_id, name_ko=row.mini_cluster_ko, name_en=row.mini_cluster_en),
        consortium=ConsortiumName(id=row.consortium_id, name_ko=row.consortium_ko, name_en=row.consortium_en),
        role=row.role,
        started_at=row.started_at,
    )


def _coordinated_statement(account_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Consortium.public_id, Consortium.name_ko, Consortium.name_en)
        .join(CoordinatorRole, CoordinatorRole.consortium_id == Consortium.id)
        .where(CoordinatorRole.account_id == account_id, CoordinatorRole.ended_at.is_(None))
        .order_by(CoordinatorRole.id)
    )
