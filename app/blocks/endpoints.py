"""The routes of blocks."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.blocks import service
from app.blocks.schemas import BlockedMemberPage
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(tags=["me"])

AccountId = Annotated[uuid.UUID, Path(description="The person", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.get(
    "/me/blocks",
    summary="People I have blocked",
    description="They are never told.",
    responses=problem_responses(401, 403, 422, 503),
)
async def list_my_blocks(
    actor: ReadActor,
    connection: ReadConnection,
    resources: InjectedResources,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> BlockedMemberPage:
    """List the people one has blocked."""
    return await service.list_blocked(connection, actor, resources.cursors, cursor, limit)


@router.put(
    "/me/blocks/{account_id}",
    status_code=204,
    summary="Block a member",
    description="From now on neither sees the other's ideas and comments, names the other, or is told of the other's"
    " acts; what was posted before vanishes, too. Blocking twice is blocking once.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def put_block(account_id: AccountId, actor: WriteActor, session: WriteSession) -> None:
    """Block a member."""
    await service.block(session, actor, account_id)


@router.delete(
    "/me/blocks/{account_id}",
    status_code=204,
    summary="Unblock a member",
    description="Everything is as before. There need not be a block.",
    responses=problem_responses(401, 403, 422, 503),
)
async def delete_block(account_id: AccountId, actor: WriteActor, session: WriteSession) -> None:
    """Unblock a member."""
    await service.unblock(session, actor, account_id)
