"""Making, listing and revoking invitations."""

import uuid
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.audit.service import record
from app.consortia.invitations import queries
from app.consortia.invitations.errors import InvitationExpired, InvitationRevoked, InvitationUsed
from app.consortia.invitations.policy import may_invite, may_keep_invitations
from app.consortia.invitations.schemas import InvitationCreate, InvitationPage, InvitationState
from app.consortia.memberships import MiniClusterDissolved
from app.consortia.page_requests import PageRequest
from app.consortia.queries import consortium_of, locate_mini_cluster
from app.core.clock import now
from app.core.errors import AppError, Forbidden, IdTaken, NotFound
from app.core.tokens import new_token, token_digest
from app.identity.actor import Actor
from app.models import Invitation

log = structlog.get_logger(__name__)

INVITATION_LIFE = timedelta(hours=72)
TOKEN_PREFIX = "isi"


async def create_invitation(session: AsyncSession, actor: Actor, request: InvitationCreate) -> tuple[Invitation, str]:
    """An invitation and its token, of which only a digest is stored.

    The same request again, whose first reply may be lost, gives a fresh token in place of the first; how long the
    invitation is good does not change.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor may not invite there, or not in this role.
    :raises MiniClusterDissolved: nobody joins it any more.
    :raises IdTaken: the id is in use with other content, or by somebody else.
    :raises InvitationUsed, InvitationExpired, InvitationRevoked: the invitation of this id is closed.
    """
    place = await locate_mini_cluster(session, request.mini_cluster_id)
    if not may_invite(actor, place.id, place.consortium_id, request.role):
        raise Forbidden
    if place.dissolved_at:
        raise MiniClusterDissolved
    token = new_token(TOKEN_PREFIX)
    moment = now()
    invitation = Invitation(
        public_id=request.id,
        token_digest=token_digest(token),
        mini_cluster_id=place.id,
        role=request.role,
        email=request.email,
        invited_by_id=actor.account_id,
        created_at=moment,
        expires_at=moment + INVITATION_LIFE,
    )
    if (earlier := await queries.invitation_for_update(session, public_id=request.id)) is not None:
        return await _issue_again(session, earlier, invitation), token
    try:
        async with session.begin_nested():
            session.add(invitation)
    except IntegrityError:  # the same request, sent twice at once, was first on another connection
        earlier = await queries.invitation_for_update(session, public_id=request.id)
        if earlier is None:
            raise
        return await _issue_again(session, earlier, invitation), token
    await _record(session, actor, invitation, "invitation.created", place.consortium_id)
    return invitation, token


async def list_invitations(
    connection: AsyncConnection, actor: Actor, accesses: AccessLog, mini_cluster_id: uuid.UUID, page: PageRequest
) -> InvitationPage:
    """The invitations to a mini-cluster; they hold mail addresses, so the reading is noted first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor may not invite there.
    """
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_keep_invitations(actor, place.id, place.consortium_id):
        raise Forbidden
    await accesses.note(Access("invitations.listed", "mini_cluster", place.id, consortium_id=place.consortium_id))
    return await queries.list_invitations(connection, place.id, mini_cluster_id, page)


async def revoke_invitation(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Take an invitation back; one that was revoked or has expired stays so.

    :raises NotFound: it does not exist, or the actor may not invite where it leads.
    :raises InvitationUsed: somebody has accepted it.
    """
    invitation = await queries.invitation_for_update(session, public_id=public_id)
    if invitation is None:
        raise NotFound
    consortium_id = await consortium_of(session, invitation.mini_cluster_id)
    if not may_keep_invitations(actor, invitation.mini_cluster_id, consortium_id):
        raise NotFound
    if invitation.used_at is not None:
        raise InvitationUsed
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        await _record(session, actor, invitation, "invitation.revoked", consortium_id)


def require_open(invitation: Invitation) -> None:
    """Let an invitation pass that can still be accepted.

    :raises InvitationUsed, InvitationExpired, InvitationRevoked: it can not.
    """
    closed: dict[InvitationState, type[AppError]] = {
        InvitationState.USED: InvitationUsed,
        InvitationState.EXPIRED: InvitationExpired,
        InvitationState.REVOKED: InvitationRevoked,
    }
    if (error := closed.get(queries.state_of(invitation, now()))) is not None:
        raise error


async def _issue_again(session: AsyncSession, earlier: Invitation, wished: Invitation) -> Invitation:
    def content(invitation: Invitation) -> tuple[object, ...]:
        return invitation.mini_cluster_id, invitation.role, invitation.email, invitation.invited_by_id

    if content(earlier) != content(wished):
        raise IdTaken
    require_open(earlier)
    earlier.token_digest = wished.token_digest
    await session.flush()
    log.info("invitation.issued_again", invitation_id=earlier.id)
    return earlier


async def _record(session: AsyncSession, actor: Actor, invitation: Invitation, action: str, consortium_id: int) -> None:
    await record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="invitation",
        target_id=invitation.id,
        consortium_id=consortium_id,
        details={"mini_cluster_id": invitation.mini_cluster_id, "role": invitation.role.value},
    )
