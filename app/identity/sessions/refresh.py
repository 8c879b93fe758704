"""Refreshing: each refresh token is good once, and what that means for phones on bad networks and for thieves.

A token used a second time was stolen, or its owner never got the reply. The second case is told from the first by the
installation and by the successor: as long as nobody has used that one, the predecessor may be given again from the
same installation, and gets a fresh successor in its place. Everything else ends the session, for both. The successor
that was replaced counts as used: whoever gives it after all ends the session too.
"""

from typing import NamedTuple

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.tokens import token_digest
from app.identity.errors import RefreshRefused
from app.identity.sessions.schemas import RefreshRequest, SessionTokens
from app.identity.sessions.service import end_session, issue_tokens
from app.models import AccessToken, Account, RefreshToken, Session
from app.models.accounts import AccountStatus
from app.models.sessions import SessionEnd

log = structlog.get_logger(__name__)


class _Verdict(NamedTuple):
    """What a given token means: a reason to end the session, or which token the next one follows."""

    end: SessionEnd | None = None
    successor_of: RefreshToken | None = None
    replaced: RefreshToken | None = None


async def refresh_session(database: Database, request: RefreshRequest) -> SessionTokens:
    """New tokens for a refresh token. An ended session stays ended, although the request is refused.

    :raises RefreshRefused: the token is unknown, expired or used, or its session is over.
    """
    digest = token_digest(request.refresh_token)
    session_id = await _session_of(database, digest)
    async with database.write() as session:
        tokens = await _refresh(session, session_id, digest, request.installation_id)
    if tokens is None:
        log.info("session.refresh_refused", session_id=session_id)
        raise RefreshRefused
    return tokens


async def _session_of(database: Database, digest: bytes) -> int:
    """Turn strangers away before they could take the write lock."""
    async with database.read() as connection:
        statement = select(RefreshToken.session_id).where(RefreshToken.digest == digest)
        session_id = (await connection.execute(statement)).scalar_one_or_none()
    if session_id is None:
        log.info("session.refresh_refused", session_id=None)
        raise RefreshRefused
    return session_id


async def _refresh(session: AsyncSession, session_id: int, digest: bytes, installation_id: str) -> SessionTokens | None:
    owner = await _lock_live(session, session_id)
    given = await session.scalar(select(RefreshToken).where(RefreshToken.digest == digest))
    if owner is None or given is None:
        return None
    verdict = await _judge(session, owner, given, installation_id)
    if verdict.end is not None:
        await end_session(session, owner.id, verdict.end)
    if verdict.successor_of is None:
        return None
    moment = now()
    for spent in (verdict.successor_of, verdict.replaced):
        if spent is not None and spent.used_at is None:
            spent.used_at = moment
    if verdict.replaced is not None:  # nobody can have its access token but whoever caught the lost reply
        await session.execute(delete(AccessToken).where(AccessToken.session_id == owner.id))
    await session.flush()
    return await issue_tokens(session, owner, predecessor_id=verdict.successor_of.id, moment=moment)


async def _lock_live(session: AsyncSession, session_id: int) -> Session | None:
    """The session, if it and its account are alive; locked, so that of two refreshes one comes after the other."""
    statement = (
        select(Session)
        .join(Account, Account.id == Session.account_id)
        .where(Session.id == session_id, Session.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
        .with_for_update(of=Session, key_share=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def _judge(session: AsyncSession, owner: Session, given: RefreshToken, installation_id: str) -> _Verdict:
    moment = now()
    live = await session.scalar(
        select(RefreshToken).where(RefreshToken.session_id == owner.id, RefreshToken.used_at.is_(None))
    )
    is_owner = owner.installation_id == installation_id
    if given.used_at is None:
        if not is_owner:
            return _Verdict(end=SessionEnd.REVOKED)
        if given.expires_at <= moment or owner.expires_at <= moment:
            return _Verdict(end=SessionEnd.EXPIRED)
        return _Verdict(successor_of=given)
    is_retry = is_owner and live is not None and live.predecessor_id == given.id
    if not is_retry:
        return _Verdict(end=SessionEnd.TOKEN_REUSED)
    if owner.expires_at <= moment:
        return _Verdict(end=SessionEnd.EXPIRED)
    return _Verdict(successor_of=given, replaced=live)
