"""Acts on members: who may be noted, warned or suspended, and by whom."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import Forbidden, NotFound, invalid_field
from app.identity.actor import Actor
from app.identity.queries import suspends
from app.models import Account, CoordinatorRole, Membership, MiniCluster, ModerationAct
from app.models.moderation import ActKind
from app.moderation.acts.errors import AlreadySo
from app.moderation.acts.schemas import ActCreate
from app.moderation.rules.service import locate_consortium


class MemberTarget(NamedTuple):
    """A member of a consortium to whom something is done."""

    account_id: int
    consortium_id: int
    until: datetime | None


async def find_member(session: AsyncSession, actor: Actor, request: ActCreate) -> MemberTarget:
    """The member an act is to be done to; locked, so that of two who suspend him at once one comes after the other.

    :raises NotFound: there is no such consortium, or nobody of this id was ever a member of it.
    :raises Forbidden: the actor does not coordinate it, or it is himself, a coordinator of it, or an operator.
    :raises Invalid: the end of a suspension has passed.
    :raises AlreadySo: he is suspended.
    """
    if request.consortium_id is None:
        raise NotFound
    consortium_id = await locate_consortium(session, request.consortium_id)
    if not (actor.is_operator or consortium_id in actor.coordinated_consortium_ids):
        raise Forbidden
    belongs = (
        select(Membership.id)
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .where(Membership.account_id == Account.id, MiniCluster.consortium_id == consortium_id)
        .exists()
    )
    statement = select(Account).where(Account.public_id == request.member_id, belongs)
    account = await session.scalar(statement.with_for_update(key_share=True))
    if account is None:
        raise NotFound
    if account.id == actor.account_id or account.is_operator or await _coordinates(session, account.id, consortium_id):
        raise Forbidden
    if request.kind is ActKind.SUSPEND:
        await _check_suspension(session, account.id, consortium_id, request.until)
    return MemberTarget(account.id, consortium_id, request.until)


async def _coordinates(session: AsyncSession, account_id: int, consortium_id: int) -> bool:
    statement = select(CoordinatorRole.id).where(
        CoordinatorRole.account_id == account_id,
        CoordinatorRole.consortium_id == consortium_id,
        CoordinatorRole.ended_at.is_(None),
    )
    return await session.scalar(statement) is not None


async def _check_suspension(session: AsyncSession, account_id: int, consortium_id: int, until: datetime | None) -> None:
    if until is not None and until <= now():
        raise invalid_field(
            "/body/until", "in_the_past", "앞으로 올 시각을 보내 주세요.", "Send a time that is still to come."
        )
    statement = select(ModerationAct.id).where(
        ModerationAct.subject_id == account_id, ModerationAct.consortium_id == consortium_id, suspends()
    )
    if (await session.execute(statement, {"at": now()})).first() is not None:
        raise AlreadySo
