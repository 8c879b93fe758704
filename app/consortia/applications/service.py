"""Applying, and taking an application back. Deciding has a module of its own."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.consortia.applications import queries
from app.consortia.applications.errors import ApplicationClosed, ApplicationOpen, TooManyApplications
from app.consortia.applications.events import ApplicationWaiting
from app.consortia.applications.policy import OPEN_APPLICATIONS, may_decide
from app.consortia.applications.schemas import ApplicationCreate, ApplicationPage
from app.consortia.invitations.employers import named_employer
from app.consortia.memberships import AlreadyMember, require_living
from app.consortia.page_requests import PageRequest
from app.consortia.queries import consortium_of, locate_mini_cluster
from app.core.clock import now
from app.core.errors import Forbidden, IdTaken, NotFound
from app.identity.actor import Actor
from app.identity.errors import SuspendedHere
from app.models import Account, Application, Membership
from app.models.applications import ApplicationState
from app.outbox import events as outbox

REMINDER_AFTER = timedelta(days=3)


async def create_application(session: AsyncSession, actor: Actor, request: ApplicationCreate) -> None:
    """Apply; the same id and content again changes nothing, whatever became of the application.

    :raises NotFound: there is no such mini-cluster.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises AlreadyMember: the person is one.
    :raises SuspendedHere: its consortium keeps the person out.
    :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more.
    :raises ApplicationOpen: an earlier one waits.
    :raises TooManyApplications: too many of this person wait.
    :raises Invalid: the organisation is missing, unknown, or its number is wrong.
    """
    # Two of one person come one after the other: the second of the same id finds the first, others are counted.
    await session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update(key_share=True))
    if await _was_made_before(session, actor, request):
        return
    place = await locate_mini_cluster(session, request.mini_cluster_id)
    if place.consortium_id in actor.suspended_consortium_ids:
        raise SuspendedHere
    await require_living(session, place.id)
    await _require_room(session, actor, place.id)
    application = await _application(session, actor, place.id, request)
    try:
        async with session.begin_nested():
            session.add(application)
    except IntegrityError:  # somebody else took the id at this very moment
        await _was_made_before(session, actor, request)
        raise
    await outbox.append(session, ApplicationWaiting(application_id=application.id, is_reminder=False))
    reminder = ApplicationWaiting(application_id=application.id, is_reminder=True)
    await outbox.append(session, reminder, not_before=application.created_at + REMINDER_AFTER)


async def withdraw_application(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Take one's own application back; doing so twice is doing so once.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: it is somebody else's.
    :raises ApplicationClosed: it has been decided.
    """
    application = await locked_application(session, actor, public_id)
    if application.account_id != actor.account_id:
        raise Forbidden
    if application.state is ApplicationState.WITHDRAWN:
        return
    if application.state is not ApplicationState.OPEN:
        raise ApplicationClosed(outcome=application.state)
    application.state = ApplicationState.WITHDRAWN
    application.closed_at = now()
    await session.flush()


async def list_applications(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    mini_cluster_id: uuid.UUID,
    state: ApplicationState | None,
    page: PageRequest,
) -> ApplicationPage:
    """The applications to a mini-cluster; they hold mail addresses, so the reading is noted first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not decide there.
    """
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_decide(actor, place.id, place.consortium_id):
        raise Forbidden
    await accesses.note(Access("applications.listed", "mini_cluster", place.id, consortium_id=place.consortium_id))
    return await queries.list_of_place(connection, actor, place, state, page)


async def locked_application(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Application:
    """An application of the actor, or on which he decides: of several who act on it one comes after the other.

    :raises NotFound: it does not exist, or not for this actor.
    """
    statement = select(Application).where(Application.public_id == public_id).with_for_update()
    application = await session.scalar(statement.execution_options(populate_existing=True))
    if application is None:
        raise NotFound
    consortium_id = await consortium_of(session, application.mini_cluster_id)
    decides = may_decide(actor, application.mini_cluster_id, consortium_id)
    if application.account_id != actor.account_id and not decides:
        raise NotFound
    return application


async def close_as_joined(session: AsyncSession, account_id: int, mini_cluster_id: int) -> None:
    """Let nobody decide on an application of a person who has become a member by another way."""
    await session.execute(
        update(Application)
        .where(
            Application.account_id == account_id,
            Application.mini_cluster_id == mini_cluster_id,
            Application.state == ApplicationState.OPEN,
        )
        .values(state=ApplicationState.WITHDRAWN, closed_at=now())
        .execution_options(synchronize_session=False)
    )


async def _was_made_before(session: AsyncSession, actor: Actor, request: ApplicationCreate) -> bool:
    columns = (Application.creation_digest, Application.account_id)
    row = (await session.execute(select(*columns).where(Application.public_id == request.id))).one_or_none()
    if row is not None and (row.creation_digest, row.account_id) != (request.digest(), actor.account_id):
        raise IdTaken
    return row is not None


async def _require_room(session: AsyncSession, actor: Actor, mini_cluster_id: int) -> None:
    present = select(Membership.id).where(
        Membership.account_id == actor.account_id,
        Membership.mini_cluster_id == mini_cluster_id,
        Membership.ended_at.is_(None),
    )
    if await session.scalar(present) is not None:
        raise AlreadyMember
    own = (Application.account_id == actor.account_id, Application.state == ApplicationState.OPEN)
    waiting = select(Application.id).where(*own, Application.mini_cluster_id == mini_cluster_id)
    if await session.scalar(waiting) is not None:
        raise ApplicationOpen
    if (await session.scalar(select(func.count()).select_from(Application).where(*own)) or 0) >= OPEN_APPLICATIONS:
        raise TooManyApplications


async def _application(
    session: AsyncSession, actor: Actor, mini_cluster_id: int, request: ApplicationCreate
) -> Application:
    """The row, with the organisation that is registered already, or with what is said of a new one."""
    application = Application(
        public_id=request.id,
        creation_digest=request.digest(),
        account_id=actor.account_id,
        mini_cluster_id=mini_cluster_id,
        position=request.position,
        reason=request.reason,
        created_at=now(),
    )
    employer = await named_employer(session, request.organisation_id, request.organisation)
    application.organisation_id = employer.organisation_id
    application.organisation_name, application.organisation_kind = employer.name, employer.kind
    application.business_number = employer.business_number
    return application
