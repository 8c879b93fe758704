"""Reporting: what a member sees he may report, and all that is reported of one thing is one case while it is open."""

import uuid
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.comments.queries import find_comment
from app.core.errors import IdTaken, NotFound, invalid_field
from app.ideas.access import visible_idea
from app.identity.actor import Actor
from app.models import Case, Comment, Idea
from app.models import Report as StoredReport
from app.models.moderation import CaseOrigin, ReportReason
from app.models.upsert import insert_for
from app.moderation.cases.opening import open_case
from app.moderation.reports.errors import AlreadyReported, OwnContent
from app.moderation.reports.policy import weight_of
from app.moderation.reports.schemas import Report, ReportCreate


class Target(NamedTuple):
    """What is reported."""

    idea_id: int
    comment_id: int | None
    author_id: int


async def create_report(session: AsyncSession, actor: Actor, request: ReportCreate) -> Report:
    """Report something; the same request again gives the report that it made.

    :raises Invalid: not exactly one thing is reported, or ``other`` comes without words.
    :raises NotFound: it does not exist, or not for this actor, or there is nothing to read in it any more.
    :raises OwnContent: the actor wrote it.
    :raises AlreadyReported: an open report of the actor says so already.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    """
    if await _made_before(session, actor, request):
        return await show_report(session, actor, request.id)
    _check(request)
    target = await _target(session, actor, request)
    if target.author_id == actor.account_id:
        raise OwnContent
    case_id, _ = await open_case(session, target.idea_id, target.comment_id, CaseOrigin.REPORT)
    statement = insert_for(session, StoredReport).values(
        public_id=request.id,
        creation_digest=request.digest(),
        case_id=case_id,
        reporter_id=actor.account_id,
        reason=request.reason,
        words=request.words,
    )
    added = await session.scalar(statement.on_conflict_do_nothing().returning(StoredReport.id))
    if added is None:
        if await _made_before(session, actor, request):  # the same request, sent twice at once
            return await show_report(session, actor, request.id)
        raise AlreadyReported
    await session.execute(
        update(Case)
        .where(Case.id == case_id)
        .values(weight=Case.weight + weight_of(request.reason), report_count=Case.report_count + 1)
        .execution_options(synchronize_session=False)
    )
    return await show_report(session, actor, request.id)


async def show_report(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> Report:
    """A report of the actor's own.

    :raises NotFound: he made none with this id.
    """
    statement = (
        select(
            StoredReport.public_id.label("id"),
            Idea.public_id.label("idea_id"),
            Comment.public_id.label("comment_id"),
            StoredReport.reason,
            StoredReport.words,
            StoredReport.created_at,
        )
        .join(Case, Case.id == StoredReport.case_id)
        .join(Idea, Idea.id == Case.idea_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .where(StoredReport.public_id == public_id, StoredReport.reporter_id == actor.account_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return Report.model_validate(row)


async def _made_before(session: AsyncSession, actor: Actor, request: ReportCreate) -> bool:
    statement = select(StoredReport.reporter_id, StoredReport.creation_digest).where(
        StoredReport.public_id == request.id
    )
    row = (await session.execute(statement)).one_or_none()
    if row is not None and (row.reporter_id != actor.account_id or row.creation_digest != request.digest()):
        raise IdTaken
    return row is not None


def _check(request: ReportCreate) -> None:
    if (request.idea_id is None) == (request.comment_id is None):
        raise invalid_field(
            "/body/idea_id",
            "one_target",
            "idea_id와 comment_id 중 하나만 보내 주세요.",
            "Send exactly one of idea_id and comment_id.",
        )
    if request.reason is ReportReason.OTHER and not request.words:
        raise invalid_field(
            "/body/words", "words_missing", "무엇이 문제인지 적어 주세요.", "Say in your own words what is wrong."
        )


async def _target(session: AsyncSession, actor: Actor, request: ReportCreate) -> Target:
    if request.idea_id is not None:
        idea = await visible_idea(session, actor, request.idea_id)
        return Target(idea.id, None, idea.author_id)
    if request.comment_id is None:
        raise NotFound
    row = await find_comment(session, actor, request.comment_id)
    if row.deleted_at is not None or row.is_hidden:
        raise NotFound
    return Target(row.idea_id, row.id, row.author_id)
