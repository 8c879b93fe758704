"""Sessions of browsers: no refresh token is kept there, the access token is prolonged while it is used.

A browser with several tabs would refresh several times at once, which is what a stolen token looks like. So a session
lasts while it is used, and half a day at most.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.core.database import Database
from app.identity.sessions.schemas import DeviceInfo, SessionTokens
from app.identity.sessions.service import ACCESS_LIFE
from app.models import AccessToken, Session

BROWSER_LIFE = timedelta(hours=12)
_PREFIX = "browser:"
_PROLONG_AFTER = timedelta(minutes=5)


def new_browser(name: str) -> DeviceInfo:
    """A browser that signs in: a new one each time, since nothing is kept in it."""
    return DeviceInfo(installation_id=_PREFIX + secrets.token_urlsafe(16), name=name)


async def limit_to_browser_life(database: Database, tokens: SessionTokens, moment: datetime) -> None:
    """Let a session that was just begun end after half a day."""
    async with database.write() as session:
        await session.execute(
            update(Session).where(Session.public_id == tokens.session_id).values(expires_at=moment + BROWSER_LIFE)
        )


async def prolong(database: Database, digest: bytes, moment: datetime) -> None:
    """Let the access token of a browser be good for another 15 minutes; that of an app is refreshed, never prolonged.

    A request in five minutes writes, the others read one row.
    """
    statement = (
        select(AccessToken.expires_at, Session.expires_at.label("last"))
        .join(Session, Session.id == AccessToken.session_id)
        .where(
            AccessToken.digest == digest,
            AccessToken.expires_at > moment,
            Session.ended_at.is_(None),
            Session.expires_at > moment,
            Session.installation_id.startswith(_PREFIX, autoescape=True),
        )
    )
    async with database.read() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return
    wished = min(moment + ACCESS_LIFE, row.last)
    if wished - row.expires_at < _PROLONG_AFTER:
        return
    async with database.write() as session:
        await session.execute(
            update(AccessToken)
            .where(AccessToken.digest == digest, AccessToken.expires_at > moment)
            .values(expires_at=wished)
        )
