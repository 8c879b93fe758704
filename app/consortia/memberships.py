"""Who belongs where, over time: joining, leaving and changing roles end one row and begin another.

These functions do what they are told; who may tell them, and the record of it, is their callers' matter.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.consortia.lifetime import require_open
from app.core.clock import now
from app.core.errors import Conflict, NotFound
from app.core.localisation import Text
from app.models import Consortium, CoordinatorRole, Membership, MiniCluster, MiniClusterFollow
from app.models.memberships import MemberRole
from app.models.upsert import insert_for

_RowT = TypeVar("_RowT", Membership, CoordinatorRole)


class AlreadyMember(Conflict):
    """The person is a member of the mini-cluster now."""

    code = "already_member"
    detail = Text("이미 이 미니클러스터의 회원입니다.", "This person is already a member of the mini-cluster.")


class NotAMember(Conflict):
    """The person is no member of the mini-cluster now."""

    code = "not_a_member"
    detail = Text("이 미니클러스터의 회원이 아닙니다.", "This person is not a member of the mini-cluster.")


class MiniClusterDissolved(Conflict):
    """The mini-cluster has been dissolved."""

    code = "mini_cluster_dissolved"
    detail = Text("해산된 미니클러스터입니다. 다른 곳을 골라 주세요.", "It has been dissolved; choose another one.")


class AlreadyCoordinator(Conflict):
    """The person coordinates the consortium now."""

    code = "already_coordinator"
    detail = Text("이미 이 클러스터의 코디네이터입니다.", "This person already coordinates the consortium.")


class NotACoordinator(Conflict):
    """The person does not coordinate the consortium now."""

    code = "not_a_coordinator"
    detail = Text("이 클러스터의 코디네이터가 아닙니다.", "This person does not coordinate the consortium.")


async def require_living(session: AsyncSession, mini_cluster_id: int) -> None:
    """Let people join and post only where it goes on: neither ends while this transaction lasts.

    :raises NotFound: there is no such mini-cluster.
    :raises MiniClusterDissolved: it was merged, split or dissolved.
    :raises ConsortiumClosed: its consortium has ended.
    """
    statement = select(MiniCluster).where(MiniCluster.id == mini_cluster_id).with_for_update(read=True)
    mini_cluster = await session.scalar(statement.execution_options(populate_existing=True))
    if mini_cluster is None:
        raise NotFound
    if mini_cluster.dissolved_at:
        raise MiniClusterDissolved
    await require_open(session, mini_cluster.consortium_id)


async def join(
    session: AsyncSession, account_id: int, mini_cluster_id: int, role: MemberRole = MemberRole.MEMBER
) -> Membership:
    """Begin a membership; who joins follows what is new there.

    :raises NotFound: there is no such mini-cluster.
    :raises MiniClusterDissolved: nobody joins it any more.
    :raises ConsortiumClosed: nothing new begins in its consortium.
    :raises AlreadyMember: the person is one, in whatever role.
    """
    await require_living(session, mini_cluster_id)
    membership = Membership(account_id=account_id, mini_cluster_id=mini_cluster_id, role=role)
    begun = await _begin(session, membership, _membership(account_id, mini_cluster_id), AlreadyMember)
    await begin_follow(session, [account_id], mini_cluster_id)
    return begun


async def begin_follow(session: AsyncSession, account_ids: Collection[int], mini_cluster_id: int) -> None:
    """Let people hear of what is new in a mini-cluster; twice is once."""
    moment = now()
    rows = [
        {"account_id": account_id, "mini_cluster_id": mini_cluster_id, "created_at": moment}
        for account_id in account_ids
    ]
    if rows:
        await session.execute(insert_for(session, MiniClusterFollow).values(rows).on_conflict_do_nothing())


async def leave(session: AsyncSession, account_id: int, mini_cluster_id: int) -> list[int]:
    """End a membership, and those in mini-clusters that came before; what the person wrote stays.

    He follows none of them any longer. A membership in a mini-cluster that was merged or split lasts as long as one in
    something that came after it.
    Leaving and merging take turns: nobody is taken along to the successor who is about to be gone.

    :return: the mini-clusters left.
    :raises NotAMember: there is no present membership.
    """
    await session.execute(select(MiniCluster.id).where(MiniCluster.id == mini_cluster_id).with_for_update(read=True))
    await _end(session, await _locked(session, _membership(account_id, mini_cluster_id), NotAMember))
    left = [mini_cluster_id]
    for successor_id in left:  # grows meanwhile
        for predecessor_id in await session.scalars(_predecessors(successor_id)):
            membership = await session.scalar(_membership(account_id, predecessor_id).with_for_update())
            if membership is not None and not await session.scalar(_is_in_successor(account_id, predecessor_id)):
                await _end(session, membership)
                left.append(predecessor_id)
    await session.execute(
        delete(MiniClusterFollow).where(
            MiniClusterFollow.account_id == account_id, MiniClusterFollow.mini_cluster_id.in_(left)
        )
    )
    return left


async def change_role(session: AsyncSession, account_id: int, mini_cluster_id: int, role: MemberRole) -> Membership:
    """End a membership and begin one of another role at the same moment; the same role changes nothing.

    :raises NotAMember: there is no present membership.
    """
    membership = await _locked(session, _membership(account_id, mini_cluster_id), NotAMember)
    if membership.role is role:
        return membership
    ended_at = await _end(session, membership)
    successor = Membership(account_id=account_id, mini_cluster_id=mini_cluster_id, role=role, started_at=ended_at)
    return await _begin(session, successor, _membership(account_id, mini_cluster_id), AlreadyMember)


async def appoint_coordinator(session: AsyncSession, account_id: int, consortium_id: int) -> CoordinatorRole:
    """Let a person coordinate a consortium from now on.

    :raises NotFound: there is no such consortium.
    :raises AlreadyCoordinator: the person does.
    """
    if await session.get(Consortium, consortium_id) is None:
        raise NotFound
    role = CoordinatorRole(account_id=account_id, consortium_id=consortium_id)
    return await _begin(session, role, _role(account_id, consortium_id), AlreadyCoordinator)


async def end_coordinator(session: AsyncSession, account_id: int, consortium_id: int) -> None:
    """Let a person coordinate a consortium no longer.

    :raises NotACoordinator: the person does not.
    """
    await _end(session, await _locked(session, _role(account_id, consortium_id), NotACoordinator))


def _membership(account_id: int, mini_cluster_id: int) -> Select[Membership]:
    return select(Membership).where(
        Membership.account_id == account_id,
        Membership.mini_cluster_id == mini_cluster_id,
        Membership.ended_at.is_(None),
    )


def _predecessors(mini_cluster_id: int) -> Select[int]:
    """What was merged into a mini-cluster, and what it was split from."""
    split_from = select(MiniCluster.split_from_id).where(MiniCluster.id == mini_cluster_id).scalar_subquery()
    return select(MiniCluster.id).where(
        or_(MiniCluster.merged_into_id == mini_cluster_id, MiniCluster.id == split_from)
    )


def _is_in_successor(account_id: int, mini_cluster_id: int) -> Select[bool]:
    """Whether a person is a member of something that came after a mini-cluster."""
    merged_into = select(MiniCluster.merged_into_id).where(MiniCluster.id == mini_cluster_id).scalar_subquery()
    successor = aliased(MiniCluster)
    membership = (
        select(Membership.id)
        .join(successor, successor.id == Membership.mini_cluster_id)
        .where(
            Membership.account_id == account_id,
            Membership.ended_at.is_(None),
            or_(successor.id == merged_into, successor.split_from_id == mini_cluster_id),
        )
    )
    return select(membership.exists())


def _role(account_id: int, consortium_id: int) -> Select[CoordinatorRole]:
    return select(CoordinatorRole).where(
        CoordinatorRole.account_id == account_id,
        CoordinatorRole.consortium_id == consortium_id,
        CoordinatorRole.ended_at.is_(None),
    )


async def _locked(session: AsyncSession, present: Select[_RowT], missing: type[Conflict]) -> _RowT:
    """The present row, locked: of two who end it at once the second finds it ended."""
    row: _RowT | None = await session.scalar(present.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise missing
    return row


async def _end(session: AsyncSession, row: Membership | CoordinatorRole) -> datetime:
    # The clock of another process may have been ahead when the row began.
    row.ended_at = ended_at = max(now(), row.started_at)
    await session.flush()
    return ended_at


async def _begin(session: AsyncSession, row: _RowT, present: Select[_RowT], already: type[Conflict]) -> _RowT:
    """Insert a row. The database holds that only one is present, whoever else inserts one at the same time."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if await session.scalar(present) is None:
            raise
        raise already from error
    return row
