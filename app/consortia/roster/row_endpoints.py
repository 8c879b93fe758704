"""The routes of people on rosters: inviting many by mail, one on paper; taking one off."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.consortia.dependencies import MiniClusterId
from app.consortia.roster import inviting, printing
from app.consortia.roster.schemas import PrintedCode, QueuedInvitations, RosterInvitationsCreate
from app.identity.dependencies import Once, WriteActor, WriteSession
from app.identity.sessions.endpoints import NO_STORE
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["roster"])

RosterRowId = Annotated[
    uuid.UUID, Path(description="The row of the roster", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
]


@router.post(
    "/mini-clusters/{mini_cluster_id}/roster-invitations",
    status_code=202,
    summary="Invite people of a roster by mail",
    description="For its manager and coordinators of its consortium. The worker sends about 200 a minute; each is good"
    " for one person and 72 hours. Nobody is invited twice within an hour. Rows tell what has become of it.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_roster_invitations(
    mini_cluster_id: MiniClusterId,
    request: RosterInvitationsCreate,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
) -> QueuedInvitations:
    """Invite people of a roster."""

    async def work() -> QueuedInvitations:
        return await inviting.want_invitations(session, actor, mini_cluster_id, request)

    return await once.run(
        QueuedInvitations, work, lambda _earlier: inviting.require_keeper(session, actor, mini_cluster_id)
    )


@router.post(
    "/roster-rows/{row_id}/printed-codes",
    status_code=201,
    summary="Print a code for somebody without e-mail",
    description="For those who keep the roster. The code is shown this once, and good for one person and 30 days;"
    " what was sent or printed for the person before opens nothing any more. An `Idempotency-Key` is not taken, for"
    " its record would hold the code.",
    responses=problem_responses(401, 404, 409, 422, 503),
    dependencies=[NO_STORE],
)
async def create_printed_code(
    row_id: RosterRowId, actor: WriteActor, session: WriteSession, resources: InjectedResources
) -> PrintedCode:
    """Print a code."""
    return await printing.print_code(session, actor, resources.settings.signing_key, row_id)


@router.delete(
    "/roster-rows/{row_id}",
    status_code=204,
    summary="Take somebody off a roster",
    description="For those who keep it. What was sent to the person opens nothing any more; a membership stays.",
    responses=problem_responses(401, 404, 422, 503),
)
async def delete_roster_row(row_id: RosterRowId, actor: WriteActor, session: WriteSession) -> None:
    """Take a person off."""
    await printing.delete_row(session, actor, row_id)
