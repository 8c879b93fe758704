"""Mini-clusters end without loss: merged into another, split into parts, or dissolved.

Ideas stay where they were posted, and so do the memberships there: they are what keeps the old audience of the old
ideas, and nobody joins or posts any more. The members become members of what comes after, too. Whoever leaves all that
came after a mini-cluster leaves it as well (:func:`app.consortia.memberships.leave`).
"""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.administration.errors import cannot_merge_into_itself, not_a_successor
from app.consortia.administration.mini_clusters import add_mini_cluster, authorise, locked_mini_cluster, record
from app.consortia.administration.schemas import MiniClusterSplit
from app.consortia.lifetime import require_open
from app.consortia.memberships import MiniClusterDissolved, begin_follow
from app.core.clock import now
from app.core.errors import FieldError, Invalid
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models import Account, Membership, MiniCluster
from app.models.memberships import MemberRole

_NOT_A_MEMBER = Text("이 미니클러스터의 회원이 아닙니다.", "Not a member of this mini-cluster.")
_REPEATED = Text("같은 id가 두 번 있습니다.", "The same id is there twice.")
_LEFT_OUT = Text(
    "어느 쪽에도 들어 있지 않은 회원이 {count}명 있습니다. 모든 회원을 한 곳 이상에 넣어 주세요.",
    "Members in none of the parts: {count}. Put every member into one part or more.",
)


async def merge_mini_cluster(session: AsyncSession, actor: Actor, public_id: uuid.UUID, into_id: uuid.UUID) -> None:
    """Merge a mini-cluster into another of its consortium; the same merge again changes nothing.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not coordinate the consortium.
    :raises MiniClusterDissolved: it has ended in another way.
    :raises Invalid: the other one is the same, or does not live in this consortium.
    """
    ending = await locked_mini_cluster(session, public_id)
    authorise(actor, ending.consortium_id)
    if into_id == public_id:
        raise cannot_merge_into_itself()
    successor = await session.scalar(
        select(MiniCluster)
        .where(MiniCluster.public_id == into_id, MiniCluster.consortium_id == ending.consortium_id)
        .with_for_update()
    )
    if successor is None or successor.dissolved_at is not None:
        raise not_a_successor()
    if ending.merged_into_id == successor.id:
        return
    if ending.dissolved_at is not None:
        raise MiniClusterDissolved
    ending.merged_into_id = successor.id
    ending.dissolved_at = now()
    members = await _member_ids(session, ending.id)
    await _join_all(session, members.values(), successor.id)
    await record(session, actor, "mini_cluster.merged", ending, into_id=successor.id)


async def split_mini_cluster(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: MiniClusterSplit
) -> None:
    """Split a mini-cluster into new ones, each with the members it is given; the same split again changes nothing.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not coordinate the consortium.
    :raises MiniClusterDissolved: it has ended in another way.
    :raises ConsortiumClosed: nothing new begins in the consortium.
    :raises IdTaken: an id is in use.
    :raises Invalid: somebody is no member, or a member is in no part.
    """
    ending = await locked_mini_cluster(session, public_id)
    authorise(actor, ending.consortium_id)
    if ending.dissolved_at is not None:
        if await _was_split_so(session, ending.id, request):
            return
        raise MiniClusterDissolved
    await require_open(session, ending.consortium_id)
    members = await _member_ids(session, ending.id)
    _check_parts(request, members)
    for part in request.parts:
        founded = await add_mini_cluster(session, actor, ending.consortium_id, part, split_from_id=ending.id)
        await _join_all(session, {members[member] for member in part.member_ids}, founded.id)
    ending.dissolved_at = now()
    await record(session, actor, "mini_cluster.split", ending)


async def dissolve_mini_cluster(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Dissolve a mini-cluster; its members go on reading what was posted there. Twice is once.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not coordinate the consortium.
    """
    ending = await locked_mini_cluster(session, public_id)
    authorise(actor, ending.consortium_id)
    if ending.dissolved_at is not None:
        return
    ending.dissolved_at = now()
    await record(session, actor, "mini_cluster.dissolved", ending)


async def _member_ids(session: AsyncSession, mini_cluster_id: int) -> dict[uuid.UUID, int]:
    statement = (
        select(Account.public_id, Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.mini_cluster_id == mini_cluster_id, Membership.ended_at.is_(None))
    )
    return {row.public_id: row.id for row in await session.execute(statement)}


async def _join_all(session: AsyncSession, account_ids: Collection[int], mini_cluster_id: int) -> None:
    """Begin memberships of those who have none there yet. Offices are not carried over: they are given anew."""
    present = select(Membership.account_id).where(
        Membership.mini_cluster_id == mini_cluster_id, Membership.ended_at.is_(None)
    )
    newcomers = sorted(set(account_ids) - set((await session.scalars(present)).all()))
    session.add_all(
        Membership(account_id=account_id, mini_cluster_id=mini_cluster_id, role=MemberRole.MEMBER)
        for account_id in newcomers
    )
    await session.flush()
    await begin_follow(session, newcomers, mini_cluster_id)


async def _was_split_so(session: AsyncSession, ending_id: int, request: MiniClusterSplit) -> bool:
    statement = select(MiniCluster.public_id, MiniCluster.creation_digest).where(MiniCluster.split_from_id == ending_id)
    made = {row.public_id: row.creation_digest for row in await session.execute(statement)}
    return bool(made) and made == {part.id: part.digest() for part in request.parts}


def _check_parts(request: MiniClusterSplit, members: dict[uuid.UUID, int]) -> None:
    faults = [
        FieldError(f"/body/parts/{place}/member_ids/{number}", "not_a_member", _NOT_A_MEMBER)
        for place, part in enumerate(request.parts)
        for number, member in enumerate(part.member_ids)
        if member not in members
    ]
    ids = [part.id for part in request.parts]
    faults += [
        FieldError(f"/body/parts/{place}/id", "repeated_id", _REPEATED)
        for place, part_id in enumerate(ids)
        if part_id in ids[:place]
    ]
    left_out = members.keys() - {member for part in request.parts for member in part.member_ids}
    if left_out:
        text = Text(_LEFT_OUT.ko.format(count=len(left_out)), _LEFT_OUT.en.format(count=len(left_out)))
        faults.append(FieldError("/body/parts", "members_left_out", text))
    if faults:
        raise Invalid(fields=faults[:100])
