"""Beginning and ending sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.tokens import new_token, token_digest
from app.identity.sessions.schemas import DeviceInfo, SessionTokens
from app.models import AccessToken, Delivery, Device, RefreshToken, Session, SignInChallenge
from app.models.notifications import DeliveryState, DeviceEnd
from app.models.sessions import SessionEnd

log = structlog.get_logger(__name__)

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
SESSION_LIFE = timedelta(days=180)

ACCESS_PREFIX = "isa"
REFRESH_PREFIX = "isr"


async def open_session(session: AsyncSession, account_id: int, device: DeviceInfo) -> SessionTokens:
    """Begin a session of an account on a device. An earlier one of the account on the same installation ends."""
    await _end_earlier(session, account_id, device.installation_id)
    moment = now()
    opened = Session(
        account_id=account_id,
        installation_id=device.installation_id,
        device_name=device.name,
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + SESSION_LIFE,
    )
    session.add(opened)
    await session.flush()
    log.info(
        "session.opened",
        account_id=account_id,
        session_id=opened.id,
        platform=device.platform,
        app_version=device.app_version,
    )
    return await issue_tokens(session, opened, predecessor_id=None, moment=moment)


async def issue_tokens(
    session: AsyncSession, owner: Session, *, predecessor_id: int | None, moment: datetime
) -> SessionTokens:
    """New tokens of a session that has no unused refresh token. Only their digests are stored."""
    access, refresh = new_token(ACCESS_PREFIX), new_token(REFRESH_PREFIX)
    access_expires_at = min(moment + ACCESS_LIFE, owner.expires_at)
    refresh_expires_at = min(moment + REFRESH_LIFE, owner.expires_at)
    session.add(AccessToken(digest=token_digest(access), session_id=owner.id, expires_at=access_expires_at))
    session.add(
        RefreshToken(
            digest=token_digest(refresh),
            session_id=owner.id,
            predecessor_id=predecessor_id,
            created_at=moment,
            expires_at=refresh_expires_at,
        )
    )
    owner.last_seen_at = moment
    await session.flush()
    return SessionTokens(
        access_token=access,
        access_expires_at=access_expires_at,
        refresh_token=refresh,
        refresh_expires_at=refresh_expires_at,
        session_id=owner.public_id,
    )


async def end_session(session: AsyncSession, session_id: int, reason: SessionEnd) -> None:
    """End a session: its tokens hold no longer, its devices get no pushes, not even those on their way."""
    await end_sessions(session, [session_id], reason)


async def end_sessions(session: AsyncSession, session_ids: Sequence[int], reason: SessionEnd) -> None:
    """End sessions as :func:`end_session` does; those that have ended already keep their reason."""
    if not session_ids:
        return
    moment = now()
    # First the sessions: a refresh or a registration at this moment holds their rows, or finds them ended.
    statement = (
        update(Session)
        .where(Session.id.in_(session_ids), Session.ended_at.is_(None))
        .values(ended_at=moment, end_reason=reason)
        .returning(Session.id)
    )
    ended = (await session.scalars(statement.execution_options(synchronize_session=False))).all()
    await session.execute(delete(AccessToken).where(AccessToken.session_id.in_(session_ids)))
    await _silence_devices(session, session_ids, moment)
    for session_id in ended:
        log.info("session.ended", session_id=session_id, reason=reason.value)


async def end_other_sessions(session: AsyncSession, account_id: int, kept_id: int | None, reason: SessionEnd) -> None:
    """End all sessions of an account but one (None: all), and what was half way to one."""
    await session.execute(delete(SignInChallenge).where(SignInChallenge.account_id == account_id))
    statement = select(Session.id).where(Session.account_id == account_id, Session.ended_at.is_(None))
    if kept_id is not None:
        statement = statement.where(Session.id != kept_id)
    await end_sessions(session, (await session.scalars(statement)).all(), reason)


async def end_expired_sessions(session: AsyncSession, at_most: int = 500) -> int:
    """End sessions past their time or unused for 30 days, so that their devices fall silent; return how many.

    For the worker's regular housekeeping.
    """
    moment = now()
    can_be_refreshed = exists().where(
        RefreshToken.session_id == Session.id, RefreshToken.used_at.is_(None), RefreshToken.expires_at > moment
    )
    statement = (
        select(Session.id)
        .where(Session.ended_at.is_(None), or_(Session.expires_at <= moment, ~can_be_refreshed))
        .order_by(Session.id)
        .limit(at_most)
    )
    expired = (await session.scalars(statement)).all()
    await end_sessions(session, expired, SessionEnd.EXPIRED)
    return len(expired)


async def _end_earlier(session: AsyncSession, account_id: int, installation_id: str) -> None:
    """A person who signs in again on an installation has lost the tokens of the session before."""
    statement = select(Session.id).where(
        Session.account_id == account_id, Session.installation_id == installation_id, Session.ended_at.is_(None)
    )
    await end_sessions(session, (await session.scalars(statement)).all(), SessionEnd.SIGNED_OUT)


async def _silence_devices(session: AsyncSession, session_ids: Sequence[int], moment: datetime) -> None:
    devices = select(Device.id).where(Device.session_id.in_(session_ids))
    await session.execute(
        update(Device)
        .where(Device.session_id.in_(session_ids), Device.disabled_at.is_(None))
        .values(disabled_at=moment, disabled_reason=DeviceEnd.SESSION_ENDED)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Delivery)
        .where(Delivery.device_id.in_(devices), Delivery.state == DeliveryState.PENDING)
        .values(state=DeliveryState.DROPPED, last_code="session_ended", settled_at=moment, lease_until=None)
        .execution_options(synchronize_session=False)
    )
