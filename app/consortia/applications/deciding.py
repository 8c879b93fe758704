"""Admitting and declining. Of two who decide at once the second is told of the outcome."""

import uuid
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia.applications.errors import ApplicationClosed, words_missing
from app.consortia.applications.events import ApplicationDecided, ApplicationMailDue, ApplicationNews
from app.consortia.applications.schemas import ApplicationDecision, Outcome
from app.consortia.applications.service import locked_application
from app.consortia.invitations.employers import register_organisation
from app.consortia.memberships import AlreadyMember, join
from app.consortia.queries import consortium_of
from app.consortia.roster.joining import note_joined
from app.core.clock import now
from app.core.errors import Forbidden, NotFound
from app.identity.accounts.queries import active_account_for_update
from app.identity.actor import Actor
from app.identity.affiliations import change_affiliation
from app.models import Application
from app.models.applications import ApplicationState
from app.models.organisations import OrganisationKind
from app.outbox import events as outbox

_STATES = {Outcome.ADMIT: ApplicationState.ADMITTED, Outcome.DECLINE: ApplicationState.DECLINED}


async def decide(session: AsyncSession, actor: Actor, public_id: uuid.UUID, decision: ApplicationDecision) -> None:
    """Decide, once; the same decision of the same person again changes nothing.

    :raises NotFound: it does not exist, or not for this actor; or the applicant's account is no longer in use.
    :raises Forbidden: it is the actor's own.
    :raises ApplicationClosed: somebody else has decided, or it was withdrawn.
    :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more; it can still be declined.
    :raises Invalid: it is declined without a word.
    """
    application = await locked_application(session, actor, public_id)
    if application.account_id == actor.account_id:
        raise Forbidden
    if decision.outcome is Outcome.DECLINE and decision.words is None:
        raise words_missing()
    state = _STATES[decision.outcome]
    if application.state is not ApplicationState.OPEN:
        made = (application.decided_by_id, application.state, application.words)
        if made == (actor.account_id, state, decision.words):
            return
        raise ApplicationClosed(outcome=application.state)
    if await active_account_for_update(session, application.account_id) is None:
        raise NotFound
    if decision.outcome is Outcome.ADMIT:
        await _admit(session, application)
    application.state = state
    application.closed_at = now()
    application.decided_by_id = actor.account_id
    application.words = decision.words
    await session.flush()
    await _tell_and_record(session, actor, application)


async def _admit(session: AsyncSession, application: Application) -> None:
    """Let the applicant join, and work where he says he does."""
    with suppress(AlreadyMember):  # he came in by another way meanwhile: that is no reason to leave him waiting
        await join(session, application.account_id, application.mini_cluster_id)
        await note_joined(session, application.account_id, application.mini_cluster_id)
    employer_id = application.organisation_id or await _register(session, application)
    await change_affiliation(session, application.account_id, employer_id, application.position)


async def _register(session: AsyncSession, application: Application) -> int:
    """Register the organisation that the application describes, and let it point there."""
    kind, name = application.organisation_kind or OrganisationKind.COMPANY, application.organisation_name or ""
    employer_id = await register_organisation(session, kind, name, application.business_number)
    application.organisation_id = employer_id
    application.organisation_name = application.organisation_kind = None
    await session.flush()
    return employer_id


async def _tell_and_record(session: AsyncSession, actor: Actor, application: Application) -> None:
    mail = ApplicationMailDue(
        application_id=application.id, account_id=application.account_id, news=ApplicationNews.DECIDED
    )
    await outbox.append(session, mail)
    decided = ApplicationDecided(application_id=application.id, account_id=application.account_id)
    await outbox.append(session, decided)
    await record(
        session,
        actor_id=actor.account_id,
        action=f"application.{application.state.value}",
        target_kind="application",
        target_id=application.id,
        consortium_id=await consortium_of(session, application.mini_cluster_id),
        details={"account_id": application.account_id, "mini_cluster_id": application.mini_cluster_id},
    )
    await session.flush()
