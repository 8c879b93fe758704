"""The routes of changes of employers."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.consortia.dependencies import MiniClusterId, Page
from app.consortia.employment import queries, service
from app.consortia.employment.schemas import (
    AffiliationPage,
    EmployerChange,
    EmployerChangeCreate,
    EmployerChangeDecision,
    EmployerChangePage,
)
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["organisations"])

ChangeId = Annotated[uuid.UUID, Path(description="The change", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.get(
    "/me/affiliations",
    summary="Where I have worked",
    description="The newest first. What I posted shows the one of its day.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_affiliations(actor: ReadActor, connection: ReadConnection, page: Page) -> AffiliationPage:
    """List one's own affiliations."""
    return await queries.list_affiliations(connection, actor, page)


@router.post(
    "/me/employer-changes",
    status_code=201,
    summary="Say that I work elsewhere",
    description="Those who keep one of my mini-clusters confirm it, for authors keep ideas from organisations; until"
    " then nothing changes. A new position alone is set by `PATCH /v1/me`.",
    responses=problem_responses(401, 409, 422, 503),
)
async def create_employer_change(
    request: EmployerChangeCreate, actor: WriteActor, session: WriteSession, once: Once
) -> EmployerChange:
    """Say that one works elsewhere."""

    async def work() -> EmployerChange:
        await service.create_change(session, actor, request)
        return await queries.get_change(session, actor, request.id)

    return await once.run(EmployerChange, work, lambda earlier: queries.get_change(session, actor, earlier.id))


@router.get(
    "/me/employer-changes",
    summary="My changes of employer",
    description="The newest first, whatever has become of them.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_employer_changes(actor: ReadActor, connection: ReadConnection, page: Page) -> EmployerChangePage:
    """List one's own changes."""
    return await queries.list_of_person(connection, actor, page)


@router.delete(
    "/employer-changes/{change_id}",
    status_code=204,
    summary="Withdraw my change of employer",
    description="As long as it is open. Withdrawing twice is withdrawing once.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def withdraw_employer_change(change_id: ChangeId, actor: WriteActor, session: WriteSession) -> None:
    """Withdraw a change."""
    await service.withdraw_change(session, actor, change_id)


@router.get(
    "/mini-clusters/{mini_cluster_id}/employer-changes",
    summary="Changes of employers that wait",
    description="Of its members, for its manager, coordinators of its consortium, operators. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_employer_changes(
    mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection, accesses: Accesses, page: Page
) -> EmployerChangePage:
    """List changes that wait."""
    return await service.list_changes(connection, actor, accesses, mini_cluster_id, page)


@router.put(
    "/employer-changes/{change_id}/decision",
    summary="Confirm or decline a change of employer",
    description="For whoever keeps one of the person's mini-clusters, and operators. Once accepted the person works"
    " there; a new organisation is registered, unverified. The person is told by mail.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def decide_employer_change(
    change_id: ChangeId, request: EmployerChangeDecision, actor: WriteActor, session: WriteSession
) -> EmployerChange:
    """Decide on a change."""
    await service.decide(session, actor, change_id, request)
    return await queries.get_change(session, actor, change_id)
