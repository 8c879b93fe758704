"""The routes of applications."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.consortia.applications import deciding, queries, service
from app.consortia.applications.schemas import Application, ApplicationCreate, ApplicationDecision, ApplicationPage
from app.consortia.dependencies import MiniClusterId, Page
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.models.applications import ApplicationState
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["applications"])

ApplicationId = Annotated[
    uuid.UUID, Path(description="The application", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]


@router.post(
    "/applications",
    status_code=201,
    summary="Apply to a mini-cluster",
    description="One application at a time to each; its manager or a coordinator decides. A new organisation is"
    " registered when the applicant is admitted.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_application(
    request: ApplicationCreate, actor: WriteActor, session: WriteSession, once: Once, response: Response
) -> Application:
    """Apply."""

    async def work() -> Application:
        await service.create_application(session, actor, request)
        return await queries.get_application(session, actor, request.id)

    shown = await once.run(Application, work, lambda earlier: queries.get_application(session, actor, earlier.id))
    response.headers["Location"] = "/v1/me/applications"
    return shown


@router.get(
    "/me/applications",
    summary="My applications",
    description="The newest first, whatever has become of them.",
    responses=problem_responses(401, 422, 503),
)
async def list_my_applications(actor: ReadActor, connection: ReadConnection, page: Page) -> ApplicationPage:
    """List one's own applications."""
    return await queries.list_of_person(connection, actor, page)


@router.delete(
    "/applications/{application_id}",
    status_code=204,
    summary="Withdraw my application",
    description="As long as it is open; one may apply again. Withdrawing twice is withdrawing once.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def withdraw_application(application_id: ApplicationId, actor: WriteActor, session: WriteSession) -> None:
    """Withdraw an application."""
    await service.withdraw_application(session, actor, application_id)


@router.get(
    "/mini-clusters/{mini_cluster_id}/applications",
    summary="The applications to a mini-cluster",
    description="For its manager, coordinators of its consortium, operators; the newest first. The reading is"
    " recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_applications(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    state: Annotated[
        Optional[ApplicationState], Query(description="Only applications in this state.", examples=["open"])
    ] = None,
) -> ApplicationPage:
    """List applications."""
    return await service.list_applications(connection, actor, accesses, mini_cluster_id, state, page)


@router.put(
    "/applications/{application_id}/decision",
    summary="Admit or decline an applicant",
    description="For its manager, coordinators of its consortium, operators. Who is admitted joins at once, and works"
    " where the application says; a new organisation is registered, unverified. The applicant is told by mail. Of two"
    " who decide at once the second gets 409 `application_closed`, whose detail names the outcome.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def decide_application(
    application_id: ApplicationId, request: ApplicationDecision, actor: WriteActor, session: WriteSession
) -> Application:
    """Decide on an application."""
    await deciding.decide(session, actor, application_id, request)
    return await queries.get_application(session, actor, application_id)
