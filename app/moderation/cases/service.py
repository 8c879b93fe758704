"""Working on cases: claiming, releasing, deciding. Of two who decide at once the second is told of the outcome."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.identity.actor import Actor
from app.models import Case
from app.models.moderation import CaseState
from app.moderation.cases.errors import CaseClaimed, CaseClosed
from app.moderation.cases.reading import find_case
from app.moderation.cases.schemas import CaseClosing


async def claim_case(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Say that the actor works on a case; doing so twice is doing so once.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    :raises CaseClosed: it has been decided.
    :raises CaseClaimed: somebody else works on it.
    """
    case, consortium_id = await _open_case(session, actor, public_id)
    if case.claimed_by_id == actor.account_id:
        return
    if case.claimed_by_id is not None:
        raise CaseClaimed
    case.claimed_by_id = actor.account_id
    case.claimed_at = now()
    await _record(session, actor, case, "case.claimed", consortium_id)


async def release_case(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Nobody works on a case any more. Everybody who handles it may say so: the claimer may be away.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    :raises CaseClosed: it has been decided.
    """
    case, consortium_id = await _open_case(session, actor, public_id)
    if case.claimed_by_id is None:
        return
    case.claimed_by_id = None
    case.claimed_at = None
    await _record(session, actor, case, "case.released", consortium_id)


async def close_case(session: AsyncSession, actor: Actor, public_id: uuid.UUID, closing: CaseClosing) -> int:
    """Decide a case, once; the same decision of the same person again changes nothing. Its inner id.

    :raises NotFound: it does not exist, or is not the actor's to handle.
    :raises CaseClosed: it has been decided, by somebody else or otherwise.
    :raises CaseClaimed: somebody else works on it.
    """
    case, consortium_id = await _locked_case(session, actor, public_id)
    if case.state is CaseState.CLOSED:
        made = (case.closed_by_id, case.outcome, case.closing_words)
        if made == (actor.account_id, closing.outcome, closing.words):
            return case.id
        raise CaseClosed(outcome=case.outcome)
    if case.claimed_by_id not in (None, actor.account_id):
        raise CaseClaimed
    case.state = CaseState.CLOSED
    case.outcome = closing.outcome
    case.closed_by_id = actor.account_id
    case.closed_at = now()
    case.closing_words = closing.words
    await _record(session, actor, case, "case.closed", consortium_id)
    return case.id


async def _open_case(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> tuple[Case, int]:
    case, consortium_id = await _locked_case(session, actor, public_id)
    if case.state is CaseState.CLOSED:
        raise CaseClosed(outcome=case.outcome)
    return case, consortium_id


async def _locked_case(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> tuple[Case, int]:
    row = await find_case(session, actor, public_id)
    return await session.get_one(Case, row.id, with_for_update=True, populate_existing=True), row.consortium_id


async def _record(session: AsyncSession, actor: Actor, case: Case, action: str, consortium_id: int) -> None:
    await session.flush()
    await record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="case",
        target_id=case.id,
        consortium_id=consortium_id,
        details={"idea_id": case.idea_id, "comment_id": case.comment_id}
        | ({"outcome": case.outcome.value} if case.outcome else {}),
    )
