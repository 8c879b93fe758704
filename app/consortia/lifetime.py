"""When a consortium is over: archived, or past its last day in Seoul. Reading goes on; nothing new begins in it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core.clock import now
from app.core.errors import Conflict
from app.core.localisation import Text
from app.models import Consortium

_SEOUL = ZoneInfo("Asia/Seoul")


class ConsortiumClosed(Conflict):
    """The consortium is archived, or its last day is over: nothing new begins in it."""

    code = "consortium_closed"
    detail = Text(
        "종료된 클러스터입니다. 지난 내용은 계속 볼 수 있습니다.",
        "This consortium has ended. What is there can still be read; nothing new begins in it.",
    )


def today_in_seoul() -> date:
    """The present day where consortia end."""
    return now().astimezone(_SEOUL).date()


def is_open() -> ColumnElement[bool]:
    """The condition on ``consortia`` under which something new may begin in one."""
    return and_(
        Consortium.archived_at.is_(None), or_(Consortium.ends_on.is_(None), Consortium.ends_on >= today_in_seoul())
    )


def has_ended(archived_at: datetime | None, ends_on: date | None) -> bool:
    """The same of a row that was read."""
    return archived_at is not None or (ends_on is not None and ends_on < today_in_seoul())


async def require_open(session: AsyncSession, consortium_id: int) -> None:
    """Let nothing new begin in a consortium that has ended.

    :raises ConsortiumClosed: it has.
    """
    if await session.scalar(select(Consortium.id).where(Consortium.id == consortium_id, is_open())) is None:
        raise ConsortiumClosed


async def archive_ended(session: AsyncSession) -> int:
    """Archive the consortia whose last day is over; how many there were. For the worker's upkeep."""
    statement = (
        select(Consortium)
        .where(Consortium.archived_at.is_(None), Consortium.ends_on < today_in_seoul())
        .with_for_update(skip_locked=True)
    )
    ended = (await session.scalars(statement)).all()
    for consortium in ended:
        consortium.archived_at = now()
        await audit.record(
            session,
            actor_id=None,
            action="consortium.ended",
            target_kind="consortium",
            target_id=consortium.id,
            consortium_id=consortium.id,
        )
    await session.flush()
    return len(ended)
