"""Blocking and unblocking people, and the list of those one has blocked.

What a block does is said by one condition, :func:`app.identity.blocks.not_blocked`, which every read of what people
wrote or were told of asks. Nothing is deleted: after unblocking all is as before.
"""

import uuid

from sqlalchemy import delete, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.blocks.queries import select_known
from app.blocks.schemas import BlockedMember, BlockedMemberPage
from app.core.clock import now
from app.core.cursor import CursorCodec
from app.core.errors import AppError, NotFound, invalid_field
from app.identity.actor import Actor
from app.models import Account, Affiliation, Block, Organisation
from app.models.accounts import AccountStatus
from app.models.upsert import insert_for

_LIST = "me.blocks"


async def block(session: AsyncSession, actor: Actor, account_id: uuid.UUID) -> None:
    """Block a person; blocking twice is blocking once.

    :raises NotFound: there is no such person, or the actor can't know of him.
    :raises Invalid: it is the actor himself.
    """
    if account_id == actor.public_id:
        raise _oneself()
    blocked_id = await session.scalar(select_known(actor, account_id))
    if blocked_id is None:
        raise NotFound
    statement = insert_for(session, Block).values(blocker_id=actor.account_id, blocked_id=blocked_id, created_at=now())
    await session.execute(statement.on_conflict_do_nothing())


async def unblock(session: AsyncSession, actor: Actor, account_id: uuid.UUID) -> None:
    """Block a person no longer; there need not be a block."""
    blocked = select(Account.id).where(Account.public_id == account_id).scalar_subquery()
    await session.execute(delete(Block).where(Block.blocker_id == actor.account_id, Block.blocked_id == blocked))


async def list_blocked(
    connection: AsyncConnection, actor: Actor, cursors: CursorCodec, cursor: str | None, limit: int
) -> BlockedMemberPage:
    """The people the actor has blocked, in the order in which they came to the service."""
    statement = (
        select(
            Account.id,
            Account.public_id,
            Account.name,
            Account.status,
            Organisation.name.label("organisation"),
            Block.created_at,
        )
        .select_from(Block)
        .join(Account, Account.id == Block.blocked_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Block.blocker_id == actor.account_id)
        .order_by(Account.id)
        .limit(literal_column(str(limit + 1)))
    )
    if cursor is not None:
        (after,) = cursors.decode(_LIST, cursor, [int])
        statement = statement.where(Account.id > int(after))
    rows = (await connection.execute(statement)).all()
    items = [
        BlockedMember(
            id=row.public_id,
            name="" if row.status is AccountStatus.ERASED else row.name,
            organisation=row.organisation,
            blocked_at=row.created_at,
        )
        for row in rows[:limit]
    ]
    next_cursor = cursors.encode(_LIST, [rows[limit - 1].id]) if len(rows) > limit else None
    return BlockedMemberPage(items=items, next_cursor=next_cursor)


def _oneself() -> AppError:
    return invalid_field(
        "/path/account_id",
        "cannot_block_oneself",
        "자신은 차단할 수 없습니다. 다른 회원의 id를 보내 주세요.",
        "You cannot block yourself; send the id of another member.",
    )
