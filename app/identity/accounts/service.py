"""Making accounts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.core.errors import IdTaken
from app.core.ids import new_public_id
from app.core.localisation import DEFAULT_LOCALE, Locale
from app.identity.addresses import normal_address
from app.identity.errors import EmailTaken
from app.identity.passwords.hashing import hash_password
from app.identity.passwords.policy import check_password
from app.models import Account, Affiliation, CoordinatorRole, Membership, MiniClusterFollow
from app.models.memberships import MemberRole


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """What an account begins with; ids are inner ones that have been checked.

    ``email`` is in its normal form; None for somebody whom a roster invited and who has no address of his own.
    """

    email: str | None
    name: str
    locale: Locale
    public_id: uuid.UUID = field(default_factory=new_public_id)
    creation_digest: bytes | None = None
    password_hash: str | None = field(default=None, repr=False)
    is_operator: bool = False
    organisation_id: int | None = None
    position: str = ""
    memberships: Sequence[tuple[int, MemberRole]] = ()
    coordinated_consortium_ids: Sequence[int] = ()
    terms_version: str | None = None


async def create_account(session: AsyncSession, new: NewAccount, at: datetime | None = None) -> Account:
    """Make an account with its affiliation, memberships and roles, all dated alike.

    :raises EmailTaken: the address has an account.
    :raises IdTaken: the id has.
    """
    moment = at or now()
    account = Account(
        public_id=new.public_id,
        creation_digest=new.creation_digest,
        email=new.email,
        name=new.name,
        locale=new.locale,
        password_hash=new.password_hash,
        is_operator=new.is_operator,
        terms_version=new.terms_version,
        terms_accepted_at=moment if new.terms_version else None,
        created_at=moment,
    )
    try:
        async with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise await _conflict(session, new, error) from error
    _add_places(session, account.id, new, moment)
    await session.flush()
    return account


async def create_operator(session: AsyncSession, email: str, name: str, password: str | None) -> Account:
    """Make an operator from the command line; without a password he signs in by mailed codes.

    :raises ValueError: ``email`` is not an address.
    :raises Invalid: the password is not good enough.
    :raises EmailTaken: the address has an account.
    """
    address = normal_address(email)
    if password is not None:
        check_password(password, address, name, pointer="/password")
    password_hash = await hash_password(password) if password is not None else None
    new = NewAccount(email=address, name=name, locale=DEFAULT_LOCALE, password_hash=password_hash, is_operator=True)
    account = await create_account(session, new)
    await record(session, actor_id=None, action="operator.created", target_kind="account", target_id=account.id)
    return account


def _add_places(session: AsyncSession, account_id: int, new: NewAccount, moment: datetime) -> None:
    if new.organisation_id is not None:
        session.add(
            Affiliation(
                account_id=account_id,
                organisation_id=new.organisation_id,
                position=new.position,
                started_at=moment,
            )
        )
    session.add_all(
        Membership(account_id=account_id, mini_cluster_id=mini_cluster_id, role=role, started_at=moment)
        for mini_cluster_id, role in new.memberships
    )
    session.add_all(
        MiniClusterFollow(account_id=account_id, mini_cluster_id=mini_cluster_id, created_at=moment)
        for mini_cluster_id, _ in new.memberships
    )
    session.add_all(
        CoordinatorRole(account_id=account_id, consortium_id=consortium_id, started_at=moment)
        for consortium_id in new.coordinated_consortium_ids
    )


async def _conflict(session: AsyncSession, new: NewAccount, error: IntegrityError) -> Exception:
    """Which of its unique values another account has; the error itself where it is something else."""
    if await session.scalar(select(Account.id).where(Account.public_id == new.public_id)):
        return IdTaken()
    if new.email and await session.scalar(select(Account.id).where(Account.email == new.email)):
        return EmailTaken()
    return error
