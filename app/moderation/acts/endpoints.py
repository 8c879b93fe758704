"""The routes of acts and pins."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.consortia.dependencies import SEARCH_LENGTH, ConsortiumId, MiniClusterId, Page
from app.ideas.schemas import IdeaPage
from app.identity.dependencies import Accesses, Once, ReadActor, WriteActor, WriteSession
from app.models.moderation import ActKind
from app.moderation.acts import pins, reading, service
from app.moderation.acts.schemas import Act, ActBatch, ActBatchReceipt, ActCreate, ActPage, ActReceipt, ActUndo
from app.web.connections import ReadConnection
from app.web.fields import Line
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["moderation"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
ActId = Annotated[uuid.UUID, Path(description="The act", examples=[_EXAMPLE_ID])]


@router.post(
    "/moderation-acts",
    status_code=201,
    summary="Hide, lock, pin, retag; note, warn, suspend",
    description="For managers, coordinators and operators; officers pin; acts on members are for coordinators and"
    " operators. Each act needs a reason, which the person"
    " concerned reads, and may decide a case. What is hidden is gone at once everywhere. The same `id` and content"
    " again gives the act that the first request made.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_act(request: ActCreate, actor: WriteActor, session: WriteSession, once: Once) -> Act:
    """Act on an idea or a comment."""

    async def work() -> ActReceipt:
        return ActReceipt(id=await service.create_act(session, actor, request))

    receipt = await once.run(ActReceipt, work, lambda earlier: reading.find_act(session, actor, earlier.id))
    return await reading.show_act(session, actor, receipt.id)


@router.post(
    "/moderation-batches",
    status_code=201,
    summary="Act on a selection",
    description="Up to 1,000 acts: all of them, or none; what can't be done is named by its place in the list.",
    responses=problem_responses(401, 422, 503),
)
async def create_acts(request: ActBatch, actor: WriteActor, session: WriteSession, once: Once) -> ActBatchReceipt:
    """Act on a selection."""

    async def work() -> ActBatchReceipt:
        return ActBatchReceipt(ids=await service.create_acts(session, actor, request.acts))

    async def reauthorise(earlier: ActBatchReceipt) -> None:
        await reading.find_act(session, actor, earlier.ids[0])

    return await once.run(ActBatchReceipt, work, reauthorise)


@router.get(
    "/consortia/{consortium_id}/moderation-acts",
    summary="The acts in a consortium",
    description="For its coordinators and operators; managers are shown those in their mini-clusters. The latest first,"
    " of one idea and the thread under it where asked for. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_acts(
    consortium_id: ConsortiumId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    idea_id: Annotated[Optional[uuid.UUID], Query(description="Only of this idea.", examples=[_EXAMPLE_ID])] = None,
    member_id: Annotated[
        Optional[uuid.UUID], Query(description="Only what concerns this member.", examples=[_EXAMPLE_ID])
    ] = None,
    kind: Annotated[Optional[ActKind], Query(description="Only of this kind.", examples=["hide"])] = None,
    q: Annotated[
        Optional[Annotated[Line, Field(max_length=SEARCH_LENGTH)]],
        Query(
            description="Part of the words of an act, or of a name; the case of Latin letters does not matter.",
            examples=["단가"],
        ),
    ] = None,
) -> ActPage:
    """List acts."""
    return await reading.list_acts(connection, actor, accesses, consortium_id, idea_id, member_id, kind, page, q)


@router.post(
    "/moderation-acts/{act_id}/undo",
    summary="Undo an act",
    description="It is as it was before; what its author withdrew or deleted meanwhile stays so. Undoing twice is"
    " undoing once.",
    responses=problem_responses(401, 404, 422, 503),
)
async def undo_act(act_id: ActId, request: ActUndo, actor: WriteActor, session: WriteSession, once: Once) -> Act:
    """Undo an act."""

    async def work() -> ActReceipt:
        await service.undo_act(session, actor, act_id, request.words)
        return ActReceipt(id=act_id)

    receipt = await once.run(ActReceipt, work, lambda earlier: reading.find_act(session, actor, earlier.id))
    return await reading.show_act(session, actor, receipt.id)


@router.get(
    "/mini-clusters/{mini_cluster_id}/pins",
    summary="The pinned ideas of a mini-cluster",
    description="At most 10 that I see, the one pinned last first; to be shown on top of its feed, in which they stand"
    " too. `next_cursor` is always null.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_pins(mini_cluster_id: MiniClusterId, actor: ReadActor, connection: ReadConnection) -> IdeaPage:
    """List pinned ideas."""
    return await pins.list_pins(connection, actor, mini_cluster_id)
