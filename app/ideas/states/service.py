"""Setting the state of an idea, and its dated history."""

import uuid
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit import service as audit
from app.core.cursor import CursorCodec
from app.core.errors import Forbidden
from app.ideas.detail import find_idea
from app.ideas.events import IdeaStateChanged
from app.ideas.policy import may_set_state
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.ideas.service import IdeaNotOpen
from app.ideas.states.schemas import StateChange, StateHistory, StatePeriod
from app.identity.actor import Actor
from app.models import Account, Affiliation, Idea, IdeaStateChange, Organisation
from app.models.ideas import IdeaStatus
from app.outbox import events as outbox
from app.web.paging import MAX_LIMIT


async def set_state(session: AsyncSession, actor: Actor, idea: Idea, request: StateChange) -> None:
    """Bring an idea into a state; the state it has already changes nothing.

    Any state may follow any other: a project falls through, a closed idea is taken up again.

    :raises Forbidden: the actor does not coordinate the consortium of the idea.
    :raises IdeaNotOpen: it is not published.
    """
    if not may_set_state(actor, idea.consortium_id):
        raise Forbidden
    if idea.status is not IdeaStatus.PUBLISHED:
        raise IdeaNotOpen
    if idea.state is request.state:
        return
    before, idea.state = idea.state, request.state
    idea.version += 1
    change = IdeaStateChange(idea_id=idea.id, state=request.state, changed_by_id=actor.account_id, note=request.note)
    session.add(change)
    await session.flush()
    await outbox.append(session, IdeaStateChanged(idea_id=idea.id, change_id=change.id, changed_by_id=actor.account_id))
    await audit.record(
        session,
        actor_id=actor.account_id,
        action="idea.state_changed",
        target_kind="idea",
        target_id=idea.id,
        consortium_id=idea.consortium_id,
        details={"before": before, "after": request.state},
    )
    await session.flush()


async def list_states(
    connection: AsyncConnection,
    actor: Actor,
    cursors: CursorCodec,
    public_id: uuid.UUID,
    cursor: str | None,
    limit: int,
) -> StateHistory:
    """The states of an idea the actor may see, the latest first.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises Invalid: the cursor is not of this list.
    """
    idea = await find_idea(connection, actor, public_id)
    name = f"states.{idea.id}"
    conditions: list[Any] = [IdeaStateChange.idea_id == idea.id]
    if cursor:
        (last_id,) = cursors.decode(name, cursor, [int])
        conditions.append(IdeaStateChange.id < last_id)
    columns: list[Any] = [
        IdeaStateChange.id, IdeaStateChange.state, IdeaStateChange.note, IdeaStateChange.changed_at, *card_columns(),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .select_from(IdeaStateChange)
        .join(Account, Account.id == IdeaStateChange.changed_by_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(*conditions)
        .order_by(IdeaStateChange.id.desc())
        .limit(literal_column(str(MAX_LIMIT + 1)))
    )
    rows = (await connection.execute(statement)).all()
    items = [
        StatePeriod(state=row.state, note=row.note, changed_by=author_card(row), changed_at=row.changed_at)
        for row in rows[:limit]
    ]
    next_cursor = cursors.encode(name, [rows[limit - 1].id]) if len(rows) > limit else None
    return StateHistory(items=items, next_cursor=next_cursor)
