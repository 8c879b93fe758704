"""The routes of links between consortia."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.consortia.dependencies import ConsortiumId, Page
from app.consortia.links import service
from app.consortia.links.schemas import Link, LinkCreate, LinkPage
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["links"])

LinkId = Annotated[uuid.UUID, Path(description="The link", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.get(
    "/consortia/{consortium_id}/links",
    summary="The links of a consortium",
    description="For its people. Those that are only proposed are shown to its coordinators.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_links(consortium_id: ConsortiumId, actor: ReadActor, connection: ReadConnection, page: Page) -> LinkPage:
    """List links."""
    return await service.list_links(connection, actor, consortium_id, page)


@router.post(
    "/consortia/{consortium_id}/links",
    status_code=201,
    summary="Propose a link to another consortium",
    description="For its coordinators. It holds once a coordinator of the other side agrees: then ideas for linked"
    " consortia of either side are seen by the people of the other.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_link(
    consortium_id: ConsortiumId, request: LinkCreate, actor: WriteActor, session: WriteSession, once: Once
) -> Link:
    """Propose a link."""

    async def work() -> Link:
        await service.propose_link(session, actor, consortium_id, request)
        return await service.show_link(session, actor, request.id)

    return await once.run(Link, work, lambda earlier: service.show_link(session, actor, earlier.id))


@router.put(
    "/consortium-links/{link_id}/agreement",
    summary="Agree to a link",
    description="For coordinators of the side to which it was proposed. Agreeing twice is agreeing once.",
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def agree_to_link(link_id: LinkId, actor: WriteActor, session: WriteSession) -> Link:
    """Agree to a link."""
    await service.agree_to_link(session, actor, link_id)
    return await service.show_link(session, actor, link_id)


@router.delete(
    "/consortium-links/{link_id}",
    status_code=204,
    summary="End, decline or take back a link",
    description="For coordinators of either side. What is for linked consortia is no longer seen by the other side at"
    " once.",
    responses=problem_responses(401, 404, 503),
)
async def delete_link(link_id: LinkId, actor: WriteActor, session: WriteSession) -> None:
    """End a link."""
    await service.end_link(session, actor, link_id)
