"""Asking for an erasure, and taking the wish back. What is done when it is due: ``removal.py``."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia.administration.consortia import refuse_losing_the_last
from app.core.clock import now
from app.core.errors import NotFound
from app.identity.accounts.queries import Reader
from app.identity.actor import Actor
from app.identity.notices.events import Notice, tell
from app.identity.sessions.service import end_other_sessions
from app.models import Account, Consortium, CoordinatorRole, Erasure
from app.models.accounts import AccountStatus
from app.models.privacy import ErasureOrigin
from app.models.sessions import SessionEnd
from app.privacy.erasure.schemas import MyErasure

log = structlog.get_logger(__name__)

GRACE = timedelta(days=14)
"""How long a person has to change his mind."""


async def show_erasure(reader: Reader, account_id: int) -> MyErasure:
    """Whether an account is going to be erased, and when."""
    statement = select(Erasure.requested_at, Erasure.due_at).where(Erasure.account_id == account_id)
    row = (await reader.execute(statement)).one_or_none()
    if row is None:
        return MyErasure(is_requested=False, requested_at=None, due_at=None)
    return MyErasure(is_requested=True, requested_at=row.requested_at, due_at=row.due_at)


async def request_by_person(session: AsyncSession, actor: Actor) -> MyErasure:
    """Let the actor be erased in 14 days, and end his other sessions. A wish that waits keeps its date.

    The caller holds the lock of the account.

    :raises LastCoordinator: a consortium would be left without a coordinator.
    """
    await _request(session, actor.account_id, ErasureOrigin.PERSON, GRACE)
    await end_other_sessions(session, actor.account_id, actor.session_id, SessionEnd.REVOKED)
    return await show_erasure(session, actor.account_id)


async def request_by_operator(session: AsyncSession, account_id: int, grace: timedelta = GRACE) -> None:
    """Let an account be erased, as somebody on the server wishes; recorded.

    :raises NotFound: it does not exist, or is erased.
    :raises LastCoordinator: a consortium would be left without a coordinator.
    """
    statement = select(Account.id).where(Account.id == account_id, Account.status != AccountStatus.ERASED)
    if await session.scalar(statement.with_for_update(key_share=True)) is None:
        raise NotFound
    await _request(session, account_id, ErasureOrigin.OPERATOR, grace)
    await record(
        session, actor_id=None, action="account.erasure_requested", target_kind="account", target_id=account_id
    )


async def undo_erasure(session: AsyncSession, account_id: int) -> bool:
    """Take the wish back; False where there is none that could be."""
    statement = (
        delete(Erasure)
        .where(Erasure.account_id == account_id, Erasure.erased_at.is_(None))
        .returning(Erasure.account_id)
        .execution_options(synchronize_session=False)
    )
    if await session.scalar(statement) is None:
        return False
    await tell(session, account_id, Notice.ERASURE_UNDONE)
    log.info("erasure.undone", account_id=account_id)
    return True


async def _request(session: AsyncSession, account_id: int, origin: ErasureOrigin, grace: timedelta) -> None:
    moment = now()
    present = await session.get(Erasure, account_id)
    if present is not None:
        present.due_at = min(present.due_at, moment + grace)
        await session.flush()
        return
    await _refuse_leaving_a_consortium_alone(session, account_id)
    session.add(Erasure(account_id=account_id, origin=origin, requested_at=moment, due_at=moment + grace))
    await session.flush()
    await tell(session, account_id, Notice.ERASURE_REQUESTED)
    log.info("erasure.requested", account_id=account_id, origin=origin.value)


async def _refuse_leaving_a_consortium_alone(session: AsyncSession, account_id: int) -> None:
    """In the order of their numbers, so that two coordinators who go at once never wait for each other."""
    coordinated = (
        select(Consortium.id)
        .join(CoordinatorRole, CoordinatorRole.consortium_id == Consortium.id)
        .where(
            CoordinatorRole.account_id == account_id,
            CoordinatorRole.ended_at.is_(None),
            Consortium.archived_at.is_(None),
        )
        .order_by(Consortium.id)
        .with_for_update(of=Consortium)
    )
    for consortium_id in (await session.scalars(coordinated)).all():
        await refuse_losing_the_last(session, account_id, consortium_id)
