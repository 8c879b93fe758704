"""The routes of cases."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.consortia.dependencies import ConsortiumId, MiniClusterId, Page
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.models.moderation import CaseOutcome, CaseState
from app.moderation.acts.releasing import release_held
from app.moderation.cases import reading, service
from app.moderation.cases.schemas import Case, CaseClosing, CaseIdea, CaseOrder, CasePage, CaseReceipt
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
CaseId = Annotated[uuid.UUID, Path(description="The case", examples=[_EXAMPLE_ID])]
State = Annotated[CaseState, Query(description="Only cases of this state.", examples=["open"])]
Order = Annotated[CaseOrder, Query(description="The oldest first, or the most urgent first.", examples=["weight"])]


@router.get(
    "/consortia/{consortium_id}/cases",
    summary="The cases of a consortium",
    description="For its coordinators and operators. A case about oneself is not shown, nor one about an idea whose"
    " author excluded one's organisation. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_cases_of_consortium(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    state: State = CaseState.OPEN,
    sort: Order = CaseOrder.AGE,
) -> CasePage:
    """List the cases of a consortium."""
    return await reading.list_cases_of_consortium(connection, actor, accesses, consortium_id, state, sort, page)


@router.get(
    "/mini-clusters/{mini_cluster_id}/cases",
    summary="The cases of a mini-cluster",
    description="For its manager, coordinators of its consortium, operators; a manager is not shown cases about ideas"
    " for named people. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_cases_of_mini_cluster(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    state: State = CaseState.OPEN,
    sort: Order = CaseOrder.AGE,
) -> CasePage:
    """List the cases of a mini-cluster."""
    return await reading.list_cases_of_mini_cluster(connection, actor, accesses, mini_cluster_id, state, sort, page)


@router.get(
    "/cases/{case_id}",
    summary="A case with its context",
    description="Its reports, earlier cases about the same, and what its author did in this consortium so far. Of an"
    " idea for named people neither title nor text stands here. The reading is recorded.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_case(case_id: CaseId, actor: ReadActor, connection: ReadConnection, accesses: Accesses) -> Case:
    """Read a case."""
    return await reading.get_case(connection, actor, accesses, case_id)


@router.get(
    "/cases/{case_id}/idea",
    summary="Open the idea of a case",
    description="The only way in which those who moderate come to an idea for named people, and only while the case is"
    " open. The opening is recorded first; the author sees it among the readers of his idea.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def get_case_idea(
    case_id: CaseId, actor: ReadActor, connection: ReadConnection, resources: InjectedResources
) -> CaseIdea:
    """Open the idea of a case."""
    row = await reading.find_case_to_open(connection, actor, case_id)
    async with resources.database.write() as session:
        await reading.log_opening(session, actor, row)
    return reading.show_idea_of_case(row)


@router.put(
    "/cases/{case_id}/claim",
    summary="Claim a case",
    description="Tells others that one works on it. Claiming twice is claiming once.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def claim_case(case_id: CaseId, actor: WriteActor, session: WriteSession) -> Case:
    """Claim a case."""
    await service.claim_case(session, actor, case_id)
    return await reading.show_case_after(session, actor, case_id)


@router.delete(
    "/cases/{case_id}/claim",
    summary="Release a case",
    description="For all who handle it, since the one who claimed it may be away.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def release_case(case_id: CaseId, actor: WriteActor, session: WriteSession) -> Case:
    """Release a case."""
    await service.release_case(session, actor, case_id)
    return await reading.show_case_after(session, actor, case_id)


@router.post(
    "/cases/{case_id}/close",
    summary="Decide a case",
    description="Once: of two who decide at the same time the second gets 409 `case_closed`, whose detail names the"
    " outcome. What was held for it by an automatic check is shown again, unless the outcome is `acted`. A later report"
    " opens a new case.",
    responses=problem_responses(401, 404, 409, 422, 503),
)
async def close_case(
    case_id: CaseId, request: CaseClosing, actor: WriteActor, session: WriteSession, once: Once
) -> Case:
    """Decide a case."""

    async def work() -> CaseReceipt:
        closed_id = await service.close_case(session, actor, case_id, request)
        if request.outcome is not CaseOutcome.ACTED:
            await release_held(session, actor, closed_id, request.words)
        return CaseReceipt(id=case_id)

    await once.run(CaseReceipt, work, lambda earlier: reading.find_case(session, actor, earlier.id))
    return await reading.show_case_after(session, actor, case_id)
