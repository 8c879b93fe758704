"""Saying that one works elsewhere, taking it back, and confirming it."""

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.audit.service import record
from app.consortia.applications.errors import words_missing
from app.consortia.employment import queries
from app.consortia.employment.errors import EmployerChangeClosed, EmployerChangeOpen
from app.consortia.employment.events import EmployerChangeMailDue, EmployerChangeWaiting
from app.consortia.employment.policy import may_confirm
from app.consortia.employment.schemas import (
    EmployerChangeCreate,
    EmployerChangeDecision,
    EmployerChangeOutcome,
    EmployerChangePage,
)
from app.consortia.invitations.employers import named_employer, register_organisation
from app.consortia.invitations.policy import may_keep_invitations
from app.consortia.page_requests import PageRequest
from app.consortia.queries import locate_mini_cluster
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.accounts.queries import active_account_for_update
from app.identity.actor import Actor
from app.identity.affiliations import change_affiliation
from app.models import Account, EmployerChange
from app.models.applications import ApplicationState
from app.models.organisations import OrganisationKind
from app.outbox import events as outbox

_STATES = {
    EmployerChangeOutcome.ACCEPT: ApplicationState.ADMITTED,
    EmployerChangeOutcome.DECLINE: ApplicationState.DECLINED,
}


async def create_change(session: AsyncSession, actor: Actor, request: EmployerChangeCreate) -> None:
    """Say where one works now; the same id and content again changes nothing, whatever became of it.

    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises EmployerChangeOpen: an earlier one waits.
    :raises Invalid: the organisation is missing, unknown, or its number is wrong.
    """
    await session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update(key_share=True))
    if await _was_made_before(session, actor, request):
        return
    waiting = select(EmployerChange.id).where(
        EmployerChange.account_id == actor.account_id, EmployerChange.state == ApplicationState.OPEN
    )
    if await session.scalar(waiting) is not None:
        raise EmployerChangeOpen
    employer = await named_employer(session, request.organisation_id, request.organisation)
    change = EmployerChange(
        public_id=request.id,
        creation_digest=request.digest(),
        account_id=actor.account_id,
        organisation_id=employer.organisation_id,
        organisation_name=employer.name,
        organisation_kind=employer.kind,
        business_number=employer.business_number,
        position=request.position,
    )
    try:
        async with session.begin_nested():
            session.add(change)
    except IntegrityError:  # somebody else took the id at this very moment
        await _was_made_before(session, actor, request)
        raise
    await outbox.append(session, EmployerChangeWaiting(change_id=change.id))


async def withdraw_change(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Take it back; doing so twice is doing so once.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: it is somebody else's.
    :raises EmployerChangeClosed: it has been decided.
    """
    change = await _locked(session, actor, public_id)
    if change.account_id != actor.account_id:
        raise Forbidden
    if change.state is ApplicationState.WITHDRAWN:
        return
    if change.state is not ApplicationState.OPEN:
        raise EmployerChangeClosed(outcome=change.state)
    change.state, change.closed_at = ApplicationState.WITHDRAWN, now()
    await session.flush()


async def list_changes(
    connection: AsyncConnection, actor: Actor, accesses: AccessLog, mini_cluster_id: uuid.UUID, page: PageRequest
) -> EmployerChangePage:
    """Those that wait in a mini-cluster; the reading is noted first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep it.
    """
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_keep_invitations(actor, place.id, place.consortium_id):
        raise Forbidden
    await accesses.note(Access("employer_changes.listed", "mini_cluster", place.id, consortium_id=place.consortium_id))
    return await queries.list_of_place(connection, actor, place.id, page)


async def decide(session: AsyncSession, actor: Actor, public_id: uuid.UUID, decision: EmployerChangeDecision) -> None:
    """Decide, once; the same decision of the same person again changes nothing.

    What the person posted before keeps the card of its day.

    :raises NotFound: it does not exist, or not for this actor; or the person's account is no longer in use.
    :raises Forbidden: it is the actor's own.
    :raises EmployerChangeClosed: somebody else has decided, or it was withdrawn.
    :raises Invalid: it is declined without a word.
    """
    change = await _locked(session, actor, public_id)
    if change.account_id == actor.account_id:
        raise Forbidden
    if decision.outcome is EmployerChangeOutcome.DECLINE and decision.words is None:
        raise words_missing()
    state = _STATES[decision.outcome]
    if change.state is not ApplicationState.OPEN:
        if (change.decided_by_id, change.state, change.words) == (actor.account_id, state, decision.words):
            return
        raise EmployerChangeClosed(outcome=change.state)
    if await active_account_for_update(session, change.account_id) is None:
        raise NotFound
    if decision.outcome is EmployerChangeOutcome.ACCEPT:
        await _let_work_there(session, change)
    change.state, change.closed_at = state, now()
    change.decided_by_id, change.words = actor.account_id, decision.words
    await session.flush()
    await _tell_and_record(session, actor, change)


async def _let_work_there(session: AsyncSession, change: EmployerChange) -> None:
    if change.organisation_id is None:
        kind, name = change.organisation_kind or OrganisationKind.COMPANY, change.organisation_name or ""
        change.organisation_id = await register_organisation(session, kind, name, change.business_number)
        change.organisation_name = change.organisation_kind = None
        await session.flush()
    await change_affiliation(session, change.account_id, change.organisation_id, change.position)


async def _tell_and_record(session: AsyncSession, actor: Actor, change: EmployerChange) -> None:
    mail = EmployerChangeMailDue(change_id=change.id, account_id=change.account_id, is_decided=True)
    await outbox.append(session, mail)
    await record(
        session,
        actor_id=actor.account_id,
        action=f"employer_change.{change.state.value}",
        target_kind="employer_change",
        target_id=change.id,
        details={"account_id": change.account_id, "organisation_id": change.organisation_id},
    )
    await session.flush()


async def _locked(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> EmployerChange:
    """A change of the actor, or one that he confirms: of several who act on it one comes after the other."""
    statement = select(EmployerChange).where(EmployerChange.public_id == public_id).with_for_update()
    change = await session.scalar(statement.execution_options(populate_existing=True))
    if change is None:
        raise NotFound
    if change.account_id != actor.account_id:
        places = await queries.mini_clusters_of(session, change.account_id)
        if not may_confirm(actor, change.account_id, places):
            raise NotFound
    return change


async def _was_made_before(session: AsyncSession, actor: Actor, request: EmployerChangeCreate) -> bool:
    columns = (EmployerChange.creation_digest, EmployerChange.account_id)
    row = (await session.execute(select(*columns).where(EmployerChange.public_id == request.id))).one_or_none()
    if row is not None and (row.creation_digest, row.account_id) != (request.digest(), actor.account_id):
        raise IdTaken
    return row is not None
