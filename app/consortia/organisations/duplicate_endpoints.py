"""The routes of verifying organisations, and of those that are likely the same."""

from fastapi import APIRouter

from app.consortia.dependencies import Page
from app.consortia.organisations import duplicates, queries, service
from app.consortia.organisations.endpoints import OrganisationId
from app.consortia.organisations.schemas import DuplicateGroup, DuplicateGroupPage, Organisation
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["organisations"])


@router.put(
    "/organisations/{organisation_id}/verification",
    summary="Verify an organisation",
    description="For operators and coordinators: it exists, and is called so. Verifying twice is verifying once.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def verify_organisation(
    organisation_id: OrganisationId, actor: WriteActor, session: WriteSession
) -> Organisation:
    """Verify an organisation."""
    await service.verify_organisation(session, actor, organisation_id)
    return await queries.get_organisation(session, actor, organisation_id)


@router.get(
    "/organisations/{organisation_id}/likely-duplicates",
    summary="What is likely the same organisation",
    description="For operators and coordinators: those of the same name but for legal form, spaces and signs, so"
    " ㈜한성금형 and 한성금형(주); merge what is the same.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_likely_duplicates(
    organisation_id: OrganisationId, actor: ReadActor, connection: ReadConnection
) -> DuplicateGroup:
    """List what is likely the same."""
    return await duplicates.duplicates_of(connection, actor, organisation_id)


@router.get(
    "/organisation-duplicates",
    summary="Likely duplicates in the register",
    description="For operators and coordinators: groups of organisations of one name but for legal form, spaces and"
    " signs.",
    responses=problem_responses(401, 403, 422, 503),
)
async def list_organisation_duplicates(actor: ReadActor, connection: ReadConnection, page: Page) -> DuplicateGroupPage:
    """List groups of likely duplicates."""
    return await duplicates.list_duplicates(connection, actor, page)
