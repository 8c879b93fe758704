"""The routes of organisations."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.consortia.dependencies import Page, Search
from app.consortia.organisations import merging, queries, service
from app.consortia.organisations.schemas import (
    Organisation,
    OrganisationCreate,
    OrganisationMerge,
    OrganisationPage,
    OrganisationUpdate,
)
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["organisations"])

OrganisationId = Annotated[
    uuid.UUID, Path(description="The organisation", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]


@router.get(
    "/organisations",
    summary="The organisations",
    description="By name, without those merged away; `q` seeks in Korean and English names. From here authors pick"
    " whom to exclude.",
    responses=problem_responses(401, 422, 503),
)
async def list_organisations(
    actor: ReadActor,
    connection: ReadConnection,
    page: Page,
    q: Search = None,
    verified: Annotated[
        Optional[bool], Query(description="Only those that somebody has looked at, or only others.", examples=[False])
    ] = None,
) -> OrganisationPage:
    """List organisations."""
    return await queries.list_organisations(connection, actor, q, page, verified=verified)


@router.get(
    "/organisations/{organisation_id}",
    summary="An organisation",
    description="One that was merged away names the one that took its place.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_organisation(
    organisation_id: OrganisationId, actor: ReadActor, connection: ReadConnection
) -> Organisation:
    """Read an organisation."""
    return await queries.get_organisation(connection, actor, organisation_id)


@router.post(
    "/organisations",
    status_code=201,
    summary="Add an organisation",
    description="For operators and coordinators. The same `id` and content again gives the organisation that the"
    " first request made, as long as nobody has changed it.",
    responses=problem_responses(401, 403, 409, 422, 503),
)
async def create_organisation(
    request: OrganisationCreate, actor: WriteActor, session: WriteSession, once: Once, response: Response
) -> Organisation:
    """Add an organisation."""

    async def work() -> Organisation:
        await service.create_organisation(session, actor, request)
        return await queries.get_organisation(session, actor, request.id)

    shown = await once.run(Organisation, work, lambda _earlier: service.authorise(actor))
    response.headers["Location"] = f"/v1/organisations/{shown.id}"
    return shown


@router.patch(
    "/organisations/{organisation_id}",
    summary="Change an organisation",
    description="For operators and coordinators. What is left out stays as it is; earlier sizes are kept with their"
    " dates.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def update_organisation(
    organisation_id: OrganisationId, request: OrganisationUpdate, actor: WriteActor, session: WriteSession
) -> Organisation:
    """Change an organisation."""
    await service.update_organisation(session, actor, organisation_id, request)
    return await queries.get_organisation(session, actor, organisation_id)


@router.post(
    "/organisations/{organisation_id}/merge",
    summary="Merge an organisation into another",
    description="For operators and coordinators, for good: its people, past and present, and the exclusions from ideas"
    " go over to the other one, which is returned.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def merge_organisation(
    organisation_id: OrganisationId,
    request: OrganisationMerge,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
) -> Organisation:
    """Merge two organisations."""

    async def work() -> Organisation:
        await merging.merge_organisation(session, actor, organisation_id, request.into_id)
        return await queries.get_organisation(session, actor, request.into_id)

    return await once.run(Organisation, work, lambda _earlier: service.authorise(actor))
