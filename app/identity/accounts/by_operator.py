"""Accounts made by an operator: the request checked against what exists, and retries told from new ones."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.errors import FieldError, IdTaken, Invalid
from app.core.localisation import Locale, Text
from app.identity.accounts import schemas
from app.identity.accounts.policy import require_operator
from app.identity.accounts.queries import Reader, load_profile
from app.identity.accounts.service import NewAccount, create_account
from app.identity.actor import Actor
from app.models import Account, Consortium, MiniCluster, Organisation

_UNKNOWN = Text("없는 항목입니다. id를 확인해 주세요.", "There is no such thing; check the id.")
_TWICE = Text("같은 항목이 두 번 있습니다.", "The same one is listed twice.")


async def create_account_by_operator(
    session: AsyncSession, actor: Actor, request: schemas.AccountCreate, default_locale: Locale
) -> schemas.Account:
    """Make an account, or give the one that the same request made.

    :raises Forbidden: the actor is no operator.
    :raises Invalid: the organisation, a mini-cluster or a consortium does not exist (any more).
    :raises IdTaken: the id is in use with other content.
    :raises EmailTaken: the address has another account.
    """
    require_operator(actor)
    if (earlier := await _made_before(session, request)) is not None:
        return await show_account(session, earlier)
    places = await _Places(session, request).resolve()
    new = NewAccount(
        public_id=request.id,
        creation_digest=request.digest(),
        email=request.email,
        name=request.name,
        locale=request.locale or default_locale,
        organisation_id=places.organisation_id,
        position=request.position,
        memberships=[(places.mini_clusters[wish.mini_cluster_id], wish.role) for wish in request.memberships],
        coordinated_consortium_ids=[places.consortia[public_id] for public_id in request.coordinates],
    )
    try:
        account = await create_account(session, new)
    except IdTaken:  # the same request, sent twice at once, was first on another connection
        if (earlier := await _made_before(session, request)) is None:
            raise
        return await show_account(session, earlier)
    await record(
        session,
        actor_id=actor.account_id,
        action="account.created",
        target_kind="account",
        target_id=account.id,
        details={
            "organisation_id": new.organisation_id,
            "memberships": [[mini_cluster_id, role.value] for mini_cluster_id, role in new.memberships],
            "coordinated_consortium_ids": list(new.coordinated_consortium_ids),
        },
    )
    return await show_account(session, account.id)


async def show_account(reader: Reader, account_id: int) -> schemas.Account:
    """An account as operators see it."""
    profile = await load_profile(reader, account_id)
    return schemas.Account(
        id=profile.account.public_id,
        email=profile.account.email,
        name=profile.account.name,
        locale=profile.account.locale,
        status=profile.account.status,
        affiliation=profile.affiliation,
        memberships=profile.memberships,
        coordinated_consortia=profile.coordinated_consortia,
        created_at=profile.account.created_at,
    )


async def _made_before(session: AsyncSession, request: schemas.AccountCreate) -> int | None:
    """The account this very request made, whatever became of it.

    :raises IdTaken: the account of this id was made from other content.
    """
    account = await session.scalar(select(Account).where(Account.public_id == request.id))
    if account is None:
        return None
    if account.creation_digest != request.digest():
        raise IdTaken
    return account.id


class _Places:
    """The inner ids of what a request names, and what is wrong with them."""

    def __init__(self, session: AsyncSession, request: schemas.AccountCreate) -> None:
        self._session = session
        self._request = request
        self._faults: list[FieldError] = []
        self.organisation_id: int | None = None
        self.mini_clusters: dict[uuid.UUID, int] = {}
        self.consortia: dict[uuid.UUID, int] = {}

    async def resolve(self) -> "_Places":
        """Look everything up.

        :raises Invalid: something does not exist (any more), or is listed twice.
        """
        request = self._request
        organisations = await self._found(
            select(Organisation.public_id, Organisation.id)
            .where(Organisation.public_id == request.organisation_id, Organisation.merged_into_id.is_(None))
            .with_for_update(read=True)  # a merge at this moment would not see the new person
        )
        self.organisation_id = organisations.get(request.organisation_id)
        if self.organisation_id is None:
            self._faults.append(FieldError("/body/organisation_id", "unknown_organisation", _UNKNOWN))
        wished = [membership.mini_cluster_id for membership in request.memberships]
        self.mini_clusters = await self._found(
            select(MiniCluster.public_id, MiniCluster.id).where(
                MiniCluster.public_id.in_(wished), MiniCluster.dissolved_at.is_(None)
            )
        )
        self._compare(wished, self.mini_clusters, "/body/memberships/{}/mini_cluster_id", "mini_cluster")
        self.consortia = await self._found(
            select(Consortium.public_id, Consortium.id).where(
                Consortium.public_id.in_(request.coordinates), Consortium.archived_at.is_(None)
            )
        )
        self._compare(request.coordinates, self.consortia, "/body/coordinates/{}", "consortium")
        if self._faults:
            raise Invalid(fields=self._faults)
        return self

    async def _found(self, statement: Select[uuid.UUID, int]) -> dict[uuid.UUID, int]:
        return {row[0]: row[1] for row in await self._session.execute(statement)}

    def _compare(self, wished: Sequence[uuid.UUID], found: dict[uuid.UUID, int], pointer: str, kind: str) -> None:
        for number, public_id in enumerate(wished):
            if public_id not in found:
                self._faults.append(FieldError(pointer.format(number), f"unknown_{kind}", _UNKNOWN))
            elif public_id in wished[:number]:
                self._faults.append(FieldError(pointer.format(number), f"repeated_{kind}", _TWICE))
