"""The pages of cases: the queue of a place, a case with its context, and what is done about it."""

import uuid

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.comments.reading import list_comments
from app.comments.schemas import CommentThread
from app.console.acting import act_of, act_on_member
from app.console.dependencies import ROOT, Visit, Visiting, Work
from app.console.forms import Failure, Form
from app.console.navigation import mini_cluster_place
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.models.moderation import CaseOutcome
from app.moderation.acts.releasing import release_held
from app.moderation.acts.service import create_act
from app.moderation.cases import reading, service
from app.moderation.cases.schemas import Case, CaseClosing
from app.moderation.rules.service import get_rules

router = APIRouter()

_THREADS_SHOWN = 20


@router.get("/cases/{case_id}")
async def show_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """A case with its context."""
    return await _case_page(visit, case_id)


@router.get("/cases/{case_id}/idea")
async def show_case_idea(case_id: uuid.UUID, visit: Visiting) -> Response:
    """The idea of a case; that it is opened is recorded first."""
    async with visit.read() as (connection, actor, accesses):
        row = await reading.find_case_to_open(connection, actor, case_id)
        async with accesses.database.write() as session:
            await reading.log_opening(session, actor, row)
        idea = reading.show_idea_of_case(row)
        place = await mini_cluster_place(connection, actor, row.mini_cluster_public_id)
    return visit.page("case_idea.html", place=place, tab="cases", idea=idea, case_id=case_id)


@router.post("/cases/{case_id}/claim")
async def claim_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """Say that one works on it."""

    async def work(session: AsyncSession, actor: Actor, _form: Form) -> None:
        await service.claim_case(session, actor, case_id)

    return await _submit(visit, case_id, "claim", work, "claimed")


@router.post("/cases/{case_id}/release")
async def release_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """Let others work on it."""

    async def work(session: AsyncSession, actor: Actor, _form: Form) -> None:
        await service.release_case(session, actor, case_id)

    return await _submit(visit, case_id, "claim", work, "released")


@router.post("/cases/{case_id}/close")
async def close_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """Decide it without an act, or after one."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        closing = form.model(CaseClosing, "outcome", "words")
        closed_id = await service.close_case(session, actor, case_id, closing)
        if closing.outcome is not CaseOutcome.ACTED:
            await release_held(session, actor, closed_id, closing.words)

    return await _submit(visit, case_id, "close", work, "closed")


@router.post("/cases/{case_id}/act")
async def act_on_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """Act on what it is about; that decides it."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        target = await reading.find_case(session, actor, case_id)
        await create_act(session, actor, act_of(form, target, case_id))

    return await _submit(visit, case_id, "act", work, "acted")


@router.post("/cases/{case_id}/author-act")
async def act_on_author_of_case(case_id: uuid.UUID, visit: Visiting) -> Response:
    """Note, warn or suspend who wrote it; the case stays open."""

    async def work(session: AsyncSession, actor: Actor, form: Form) -> None:
        target = await reading.find_case(session, actor, case_id)
        await create_act(session, actor, act_on_member(form, target.author_public_id, target.consortium_public_id))

    return await _submit(visit, case_id, "author-act", work, "acted")


async def _submit(visit: Visit, case_id: uuid.UUID, name: str, work: Work, done: str) -> Response:
    async def again(failure: Failure) -> Response:
        return await _case_page(visit, case_id, failure)

    return await visit.submit(name, work, f"{ROOT}/cases/{case_id}?done={done}", again)


async def _case_page(visit: Visit, case_id: uuid.UUID, failure: Failure | None = None) -> Response:
    async with visit.read() as (connection, actor, accesses):
        case = await reading.get_case(connection, actor, accesses, case_id)
        place = await mini_cluster_place(connection, actor, case.target.mini_cluster_id)
        rules = await get_rules(connection, case.target.consortium_id)
        threads = await _threads(visit, connection, actor, case)
    return visit.page(
        "case.html",
        failure=failure,
        place=place,
        tab="cases",
        case=case,
        rules=rules.rules,
        threads=threads,
        is_mine=case.claimed_by is not None and case.claimed_by.id == actor.public_id,
    )


async def _threads(visit: Visit, connection: AsyncConnection, actor: Actor, case: Case) -> list[CommentThread]:
    """The thread about a comment, or the first ones of an idea; none where the person is no reader of it."""
    target = case.target
    try:
        shown = await list_comments(
            connection,
            actor,
            visit.resources.cursors,
            target.idea_id,
            cursor=None,
            limit=_THREADS_SHOWN,
            around=target.comment_id,
        )
    except NotFound:
        return []
    return shown.items
