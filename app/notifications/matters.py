"""What concerns a person by his place: an application decided, and what waits for those who keep a mini-cluster."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.applications.events import ApplicationDecided, ApplicationWaiting
from app.consortia.keepers import coordinators_over, keepers_of, managers_of
from app.ideas.events import CaseOpened
from app.identity.queries import load_actor
from app.models import Application, Case, Idea, Report
from app.models.applications import ApplicationState
from app.models.moderation import CaseState
from app.models.notifications import Reason
from app.notifications.channels import choices_of
from app.notifications.news import TOPIC_OF
from app.notifications.shown import handles_case
from app.notifications.telling import have_person_pushed, put_into_inboxes
from app.outbox.subscriptions import Occurrence


async def tell_applicant(session: AsyncSession, occurrence: Occurrence[ApplicationDecided], at: datetime) -> None:
    """Tell a person that his application was decided."""
    event = occurrence.event
    if await load_actor(session, event.account_id) is not None:
        await _tell(session, [event.account_id], occurrence.id, Reason.APPLICATION_DECIDED, at, event.application_id)


async def tell_of_application(session: AsyncSession, occurrence: Occurrence[ApplicationWaiting], at: datetime) -> None:
    """Tell those who keep the mini-cluster that somebody applies; they are reminded by mail only."""
    event = occurrence.event
    statement = select(Application.mini_cluster_id).where(
        Application.id == event.application_id, Application.state == ApplicationState.OPEN
    )
    mini_cluster_id = await session.scalar(statement)
    if mini_cluster_id is not None and not event.is_reminder:
        people = await keepers_of(session, mini_cluster_id)
        await _tell(session, people, occurrence.id, Reason.WAITING, at, event.application_id)


async def tell_of_case(session: AsyncSession, occurrence: Occurrence[CaseOpened], at: datetime) -> None:
    """Tell the managers of the mini-cluster of a case, where none of them handles it the coordinators.

    Never those who reported it themselves.
    """
    case_id = occurrence.event.case_id
    statement = (
        select(Idea.mini_cluster_id)
        .join(Case, Case.idea_id == Idea.id)
        .where(Case.id == case_id, Case.state == CaseState.OPEN)
    )
    mini_cluster_id = await session.scalar(statement)
    if mini_cluster_id is None:
        return
    reporters = set(await session.scalars(select(Report.reporter_id).where(Report.case_id == case_id)))
    for candidates in (managers_of(mini_cluster_id), coordinators_over(mini_cluster_id)):
        people = (await session.scalars(candidates)).all()
        handlers = [person for person in people if await _handles(session, person, case_id)]
        if handlers:
            told = [person for person in handlers if person not in reporters]
            await _tell(session, told, occurrence.id, Reason.WAITING, at, None, case_id)
            return


async def _handles(session: AsyncSession, account_id: int, case_id: int) -> bool:
    actor = await load_actor(session, account_id)
    return actor is not None and await handles_case(session, actor, case_id)


async def _tell(
    session: AsyncSession,
    people: Collection[int],
    event_id: int,
    reason: Reason,
    at: datetime,
    application_id: int | None,
    case_id: int | None = None,
) -> None:
    choices = await choices_of(session, people)
    subject = {"application_id": application_id, "case_id": case_id}
    for person in await put_into_inboxes(session, choices, event_id, reason, at, **subject):
        if choices[person].push(reason):
            await have_person_pushed(session, person, TOPIC_OF[reason], at)
