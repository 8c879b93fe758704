"""The sessions of one person."""

import uuid

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.cursor import CursorCodec
from app.identity.actor import Actor
from app.identity.sessions.schemas import MySession, MySessionPage
from app.identity.sessions.service import REFRESH_LIFE
from app.models import Session

_LIST = "me.sessions"


async def list_sessions(
    connection: AsyncConnection, actor: Actor, cursors: CursorCodec, cursor: str | None, limit: int
) -> MySessionPage:
    """The live sessions of a person, the newest first."""
    moment = now()
    statement = (
        select(
            Session.id,
            Session.public_id,
            Session.device_name,
            Session.created_at,
            Session.last_seen_at,
            Session.expires_at,
        )
        .where(
            Session.account_id == actor.account_id,
            Session.ended_at.is_(None),
            Session.expires_at > moment,
            Session.last_seen_at > moment - REFRESH_LIFE,
        )
        .order_by(Session.id.desc())
        .limit(literal_column(str(limit + 1)))
    )
    if cursor is not None:
        (before,) = cursors.decode(_LIST, cursor, [int])
        statement = statement.where(Session.id < int(before))
    rows = (await connection.execute(statement)).all()
    items = [
        MySession(
            id=row.public_id,
            device_name=row.device_name,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
            is_current=row.id == actor.session_id,
        )
        for row in rows[:limit]
    ]
    has_more = len(rows) > limit
    return MySessionPage(items=items, next_cursor=cursors.encode(_LIST, [rows[limit - 1].id]) if has_more else None)


async def live_session_id(session: AsyncSession, account_id: int, public_id: uuid.UUID) -> int | None:
    """The inner id of a person's session that has not ended."""
    statement = select(Session.id).where(
        Session.public_id == public_id, Session.account_id == account_id, Session.ended_at.is_(None)
    )
    return await session.scalar(statement)


async def is_alive(session: AsyncSession, session_id: int | None) -> bool:
    """Whether a session has not ended, for what was authenticated before its transaction began."""
    statement = select(Session.id).where(
        Session.id == session_id, Session.ended_at.is_(None), Session.expires_at > now()
    )
    return await session.scalar(statement) is not None
