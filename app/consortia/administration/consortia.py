"""Operators make, change and archive consortia, and appoint their coordinators."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia.administration.errors import (
    HasMiniClusters,
    LastCoordinator,
    last_day_is_over,
    last_day_missing,
    region_missing,
    unknown_region,
)
from app.consortia.administration.schemas import ConsortiumCreate, ConsortiumUpdate
from app.consortia.lifetime import today_in_seoul
from app.consortia.memberships import appoint_coordinator, end_coordinator
from app.core.clock import now
from app.core.errors import FieldError, Forbidden, IdTaken, Invalid, NotFound
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models import Account, Consortium, CoordinatorRole, Erasure, MiniCluster, Region
from app.models.accounts import AccountStatus
from app.models.programme import ConsortiumKind

_UNKNOWN_ACCOUNT = Text("없는 계정입니다. id를 확인해 주세요.", "There is no such account; check the id.")


async def authorise(actor: Actor) -> None:
    """Turn away whoever is no operator.

    :raises Forbidden: the actor is none.
    """
    if not actor.is_operator:
        raise Forbidden


async def create_consortium(session: AsyncSession, actor: Actor, request: ConsortiumCreate) -> None:
    """Make a consortium with its first coordinators; the same id and content again changes nothing.

    :raises Forbidden: the actor is no operator.
    :raises IdTaken: the id is in use with other content.
    :raises Invalid: what its kind asks for is missing, or region or coordinators do not exist.
    """
    await authorise(actor)
    if await _was_made_before(session, request):
        return
    _check_last_day(request.kind, request.ends_on)
    consortium = Consortium(
        public_id=request.id,
        creation_digest=request.digest(),
        code=f"c-{request.id.hex}",
        kind=request.kind,
        name_ko=request.name_ko,
        name_en=request.name_en,
        ends_on=request.ends_on,
        region_id=await _region_id(session, request.kind, request.region),
    )
    coordinator_ids = await _account_ids(session, request.coordinator_ids)
    try:
        async with session.begin_nested():
            session.add(consortium)
    except IntegrityError:  # the same request, sent twice at once, was first on another connection
        if await _was_made_before(session, request):
            return
        raise
    for account_id in coordinator_ids:
        await appoint_coordinator(session, account_id, consortium.id)
    await _record(session, actor, "consortium.created", consortium.id, coordinator_ids=coordinator_ids)


async def update_consortium(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: ConsortiumUpdate
) -> None:
    """Change what the request gives.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor is no operator.
    :raises Invalid: the last day is over.
    """
    consortium = await locked_consortium(session, public_id)
    await authorise(actor)
    changes = request.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        return
    _check_last_day(consortium.kind, changes.get("ends_on", consortium.ends_on), is_new="ends_on" in changes)
    for name, value in changes.items():
        setattr(consortium, name, value)
    await _record(session, actor, "consortium.changed", consortium.id, fields=sorted(changes))
    await session.flush()


async def archive_consortium(session: AsyncSession, actor: Actor, public_id: uuid.UUID, confirm: int) -> None:
    """End a consortium for good: what is there can be read, nothing new begins. Twice is once.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor is no operator.
    :raises HasMiniClusters: ``confirm`` is not the number of its living mini-clusters.
    """
    consortium = await locked_consortium(session, public_id)
    await authorise(actor)
    if consortium.archived_at is not None:
        return
    living = select(func.count()).where(MiniCluster.consortium_id == consortium.id, MiniCluster.dissolved_at.is_(None))
    if await session.scalar(living) != confirm:
        raise HasMiniClusters
    consortium.archived_at = now()
    await _record(session, actor, "consortium.archived", consortium.id)
    await session.flush()


async def put_coordinator(session: AsyncSession, actor: Actor, public_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Let a person coordinate a consortium; who does already goes on.

    :raises NotFound: there is no such consortium or account.
    :raises Forbidden: the actor is no operator.
    """
    consortium = await locked_consortium(session, public_id)
    await authorise(actor)
    person = await session.scalar(
        select(Account.id).where(Account.public_id == account_id, Account.status == AccountStatus.ACTIVE)
    )
    if person is None:
        raise NotFound
    if person in await _coordinator_ids(session, consortium.id):
        return
    await appoint_coordinator(session, person, consortium.id)
    await _record(session, actor, "coordinator.appointed", consortium.id, account_id=person)


async def remove_coordinator(session: AsyncSession, actor: Actor, public_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Let a person coordinate a consortium no longer: told by an operator, or by himself.

    :raises NotFound: there is no such consortium, or the person does not coordinate it.
    :raises Forbidden: the actor is no operator, and it is not his own office.
    :raises LastCoordinator: nobody else would be left.
    """
    consortium = await locked_consortium(session, public_id)
    person = await session.scalar(select(Account.id).where(Account.public_id == account_id))
    if person != actor.account_id:
        await authorise(actor)
    if person is None or person not in await _coordinator_ids(session, consortium.id):
        raise NotFound
    await refuse_losing_the_last(session, person, consortium.id)
    await end_coordinator(session, person, consortium.id)
    await _record(session, actor, "coordinator.ended", consortium.id, account_id=person)


async def refuse_losing_the_last(session: AsyncSession, account_id: int, consortium_id: int) -> None:
    """Keep a consortium from losing its last coordinator who can act. The consortium must be locked.

    Whoever is about to be erased does not count: he will be gone.

    :raises LastCoordinator: nobody else would be left.
    """
    others = select(CoordinatorRole.id).join(Account, Account.id == CoordinatorRole.account_id)
    others = others.where(
        CoordinatorRole.consortium_id == consortium_id,
        CoordinatorRole.ended_at.is_(None),
        CoordinatorRole.account_id != account_id,
        Account.status == AccountStatus.ACTIVE,
        ~exists().where(Erasure.account_id == Account.id),
    )
    if not await session.scalar(select(others.exists())):
        raise LastCoordinator


async def locked_consortium(session: AsyncSession, public_id: uuid.UUID) -> Consortium:
    """The row, locked until the end of the transaction: whoever changes a consortium or its roles takes turns.

    :raises NotFound: there is none.
    """
    statement = select(Consortium).where(Consortium.public_id == public_id).with_for_update()
    consortium = await session.scalar(statement.execution_options(populate_existing=True))
    if consortium is None:
        raise NotFound
    return consortium


async def _was_made_before(session: AsyncSession, request: ConsortiumCreate) -> bool:
    statement = select(Consortium.creation_digest).where(Consortium.public_id == request.id)
    row = (await session.execute(statement)).one_or_none()
    if row is not None and row.creation_digest != request.digest():
        raise IdTaken
    return row is not None


def _check_last_day(kind: ConsortiumKind, ends_on: date | None, *, is_new: bool = True) -> None:
    if kind is ConsortiumKind.THEME and ends_on is None:
        raise last_day_missing()
    if is_new and ends_on is not None and ends_on < today_in_seoul():
        raise last_day_is_over()


async def _region_id(session: AsyncSession, kind: ConsortiumKind, code: str | None) -> int | None:
    if code is None:
        if kind is ConsortiumKind.REGIONAL:
            raise region_missing()
        return None
    region_id: int | None = await session.scalar(select(Region.id).where(Region.code == code))
    if region_id is None:
        raise unknown_region()
    return region_id


async def _account_ids(session: AsyncSession, public_ids: list[uuid.UUID]) -> list[int]:
    statement = select(Account.public_id, Account.id).where(
        Account.public_id.in_(public_ids), Account.status == AccountStatus.ACTIVE
    )
    found = {row.public_id: row.id for row in await session.execute(statement)}
    unknown = [place for place, public_id in enumerate(public_ids) if public_id not in found]
    if unknown:
        raise Invalid(
            fields=[FieldError(f"/body/coordinator_ids/{n}", "unknown_account", _UNKNOWN_ACCOUNT) for n in unknown]
        )
    return sorted({found[public_id] for public_id in public_ids})


async def _coordinator_ids(session: AsyncSession, consortium_id: int) -> set[int]:
    statement = select(CoordinatorRole.account_id).where(
        CoordinatorRole.consortium_id == consortium_id, CoordinatorRole.ended_at.is_(None)
    )
    return set((await session.scalars(statement)).all())


async def _record(session: AsyncSession, actor: Actor, action: str, consortium_id: int, **details: Any) -> None:
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="consortium",
        target_id=consortium_id,
        consortium_id=consortium_id,
        details=details,
    )
