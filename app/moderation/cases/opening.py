"""Opening a case about something, or finding the open one: of many who do so at once the first opens it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import DatabaseBusy
from app.core.ids import new_public_id
from app.ideas.events import CaseOpened
from app.models import Case
from app.models.moderation import CaseOrigin, CaseState
from app.models.upsert import insert_for
from app.outbox import events as outbox

_TRIES = 5


async def open_case(
    session: AsyncSession, idea_id: int, comment_id: int | None, origin: CaseOrigin, weight: int = 0
) -> tuple[int, bool]:
    """The open case about an idea or a comment, locked, and whether it was opened by this call.

    :raises DatabaseBusy: others went on opening and closing it meanwhile.
    """
    insert = insert_for(session, Case).values(
        public_id=new_public_id(),
        idea_id=idea_id,
        comment_id=comment_id,
        state=CaseState.OPEN,
        origin=origin,
        weight=weight,
        opened_at=now(),
    )
    of_target = (
        (Case.idea_id == idea_id) & Case.comment_id.is_(None) if comment_id is None else Case.comment_id == comment_id
    )
    present = select(Case.id).where(of_target, Case.state == CaseState.OPEN).with_for_update()
    for _ in range(_TRIES):
        opened: int | None = await session.scalar(insert.on_conflict_do_nothing().returning(Case.id))
        if opened is not None:
            await outbox.append(session, CaseOpened(case_id=opened))
            return opened, True
        case_id = await session.scalar(present)
        if case_id is not None:
            return case_id, False
        # Somebody closed the case between the two statements: open the next one.
    raise DatabaseBusy
