"""Coordinators found and rename mini-clusters. Merging, splitting and dissolving: :mod:`.succession`."""

import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.consortia.administration.consortia import locked_consortium
from app.consortia.administration.errors import unknown_complex
from app.consortia.administration.policy import may_keep_mini_clusters
from app.consortia.administration.schemas import MiniClusterCreate, MiniClusterUpdate
from app.consortia.lifetime import require_open
from app.consortia.memberships import MiniClusterDissolved
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.actor import Actor
from app.models import Complex, Consortium, MiniCluster, MiniClusterName


async def found_mini_cluster(
    session: AsyncSession, actor: Actor, consortium_public_id: uuid.UUID, request: MiniClusterCreate
) -> None:
    """Found a mini-cluster in a consortium; the same id and content again changes nothing.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    :raises ConsortiumClosed: nothing new begins in it.
    :raises IdTaken: the id is in use with other content.
    :raises Invalid: no complex has the code.
    """
    consortium = await locked_consortium(session, consortium_public_id)
    authorise(actor, consortium.id)
    if await _was_made_before(session, request, consortium.id):
        return
    await require_open(session, consortium.id)
    await add_mini_cluster(session, actor, consortium.id, request)


async def add_mini_cluster(
    session: AsyncSession,
    actor: Actor,
    consortium_id: int,
    request: MiniClusterCreate,
    split_from_id: int | None = None,
) -> MiniCluster:
    """The row of a new mini-cluster, with its first name.

    :raises IdTaken: the id is in use.
    :raises Invalid: no complex has the code.
    """
    mini_cluster = MiniCluster(
        public_id=request.id,
        creation_digest=request.digest(),
        consortium_id=consortium_id,
        complex_id=await _complex_id(session, request.complex),
        code=f"m-{request.id.hex}",
        industry=request.industry,
        name_ko=request.name_ko,
        name_en=request.name_en,
        split_from_id=split_from_id,
        founded_at=now(),
    )
    try:
        async with session.begin_nested():
            session.add(mini_cluster)
    except IntegrityError as error:
        if await session.scalar(select(MiniCluster.id).where(MiniCluster.public_id == request.id)) is None:
            raise
        raise IdTaken from error
    await session.flush()
    session.add(_name_of(mini_cluster))
    await record(session, actor, "mini_cluster.founded", mini_cluster)
    await session.flush()
    return mini_cluster


async def update_mini_cluster(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: MiniClusterUpdate
) -> None:
    """Change what the request gives; an earlier name is kept with its dates.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not coordinate its consortium.
    :raises MiniClusterDissolved: it stays as it was.
    """
    mini_cluster = await locked_mini_cluster(session, public_id)
    authorise(actor, mini_cluster.consortium_id)
    if mini_cluster.dissolved_at is not None:
        raise MiniClusterDissolved
    changes = request.model_dump(exclude_unset=True, exclude_none=True)
    changed = {name: value for name, value in changes.items() if getattr(mini_cluster, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(mini_cluster, name, value)
    if {"name_ko", "name_en"} & changed.keys():
        await _begin_name(session, mini_cluster)
    await record(session, actor, "mini_cluster.changed", mini_cluster, fields=sorted(changed))
    await session.flush()


def authorise(actor: Actor, consortium_id: int) -> None:
    """Turn away whoever does not coordinate the consortium.

    :raises Forbidden: the actor does not.
    """
    if not may_keep_mini_clusters(actor, consortium_id):
        raise Forbidden


async def locked_mini_cluster(session: AsyncSession, public_id: uuid.UUID) -> MiniCluster:
    """The row, locked with its consortium until the end of the transaction: changes of one place take turns.

    :raises NotFound: there is none.
    """
    row = (
        await session.execute(
            select(Consortium.public_id)
            .join(MiniCluster, MiniCluster.consortium_id == Consortium.id)
            .where(MiniCluster.public_id == public_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    await locked_consortium(session, row.public_id)
    statement = select(MiniCluster).where(MiniCluster.public_id == public_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def record(session: AsyncSession, actor: Actor, action: str, mini_cluster: MiniCluster, **details: Any) -> None:
    """Enter an act on a mini-cluster into the record."""
    await session.flush()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="mini_cluster",
        target_id=mini_cluster.id,
        consortium_id=mini_cluster.consortium_id,
        details=details,
    )


async def _was_made_before(session: AsyncSession, request: MiniClusterCreate, consortium_id: int) -> bool:
    statement = select(MiniCluster.creation_digest, MiniCluster.consortium_id).where(
        MiniCluster.public_id == request.id
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None and (row.creation_digest != request.digest() or row.consortium_id != consortium_id):
        raise IdTaken
    return row is not None


async def _complex_id(session: AsyncSession, code: str | None) -> int | None:
    if code is None:
        return None
    complex_id: int | None = await session.scalar(select(Complex.id).where(Complex.code == code))
    if complex_id is None:
        raise unknown_complex()
    return complex_id


async def _begin_name(session: AsyncSession, mini_cluster: MiniCluster) -> None:
    moment = now()
    await session.execute(
        update(MiniClusterName)
        .where(MiniClusterName.mini_cluster_id == mini_cluster.id, MiniClusterName.ended_at.is_(None))
        .values(ended_at=moment)
    )
    name = _name_of(mini_cluster)
    name.started_at = moment
    session.add(name)


def _name_of(mini_cluster: MiniCluster) -> MiniClusterName:
    return MiniClusterName(
        mini_cluster_id=mini_cluster.id,
        name_ko=mini_cluster.name_ko,
        name_en=mini_cluster.name_en,
        started_at=mini_cluster.founded_at,
    )
