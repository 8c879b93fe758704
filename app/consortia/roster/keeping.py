"""What those who keep a roster do with it between two files."""

import uuid

from sqlalchemy.ext.asyncio import AsyncConnection

from app.audit.access import Access, AccessLog
from app.consortia.page_requests import PageRequest
from app.consortia.queries import locate_mini_cluster
from app.consortia.roster import queries
from app.consortia.roster.policy import may_keep_roster
from app.consortia.roster.schemas import RosterPage, RosterStanding
from app.core.errors import Forbidden
from app.identity.actor import Actor


async def list_roster(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    mini_cluster_id: uuid.UUID,
    standing: RosterStanding | None,
    q: str | None,
    page: PageRequest,
    *,
    left: bool,
) -> RosterPage:
    """The roster; it holds addresses and phone numbers, so the reading is noted first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    """
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_keep_roster(actor, place.id, place.consortium_id):
        raise Forbidden
    await accesses.note(Access("roster.listed", "mini_cluster", place.id, consortium_id=place.consortium_id))
    return await queries.list_rows(connection, place.id, standing, q, page, left=left)
