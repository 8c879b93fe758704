"""Inviting people of a roster by mail, however many: marked by those who keep it, invited in portions by the worker."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia.invitations.service import INVITATION_LIFE
from app.consortia.lifetime import ConsortiumClosed
from app.consortia.memberships import MiniClusterDissolved, require_living
from app.consortia.queries import MiniClusterKey, locate_mini_cluster
from app.consortia.roster.events import RosterInvitationsDue, RosterMailDue
from app.consortia.roster.policy import may_keep_roster
from app.consortia.roster.schemas import QueuedInvitations, RosterInvitationsCreate
from app.consortia.roster.secrets import mailed_token
from app.core.clock import now
from app.core.errors import Forbidden
from app.core.ids import new_public_id
from app.core.tokens import token_digest
from app.identity.actor import Actor
from app.models import Invitation, RosterRow
from app.models.memberships import MemberRole
from app.models.rosters import RosterState
from app.outbox import events as outbox
from app.outbox.subscriptions import Occurrence

log = structlog.get_logger(__name__)

AT_ONCE = 50
PAUSE = timedelta(seconds=15)
"""Between portions: mails wait for each other in the lanes of the worker, and a code to sign in must not wait long."""
NOT_AGAIN_WITHIN = timedelta(hours=1)
_UNSYNCHRONISED = {"synchronize_session": False}


async def want_invitations(
    session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID, request: RosterInvitationsCreate
) -> QueuedInvitations:
    """Mark whom to invite: who has an address, has not joined, and was not invited within the hour.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more.
    """
    place = await require_keeper(session, actor, mini_cluster_id)
    await require_living(session, place.id)
    moment = now()
    wanted = _wanted(place.id, request, moment)
    marking = update(RosterRow).where(*wanted, RosterRow.email.is_not(None), RosterRow.wanted_at.is_(None))
    values = {"wanted_at": moment, "wanted_by_id": actor.account_id}
    marked = await session.execute(marking.values(values), execution_options=_UNSYNCHRONISED)
    queued = marked.rowcount if isinstance(marked, CursorResult) else 0
    if queued:
        await outbox.append(session, RosterInvitationsDue(mini_cluster_id=place.id))
        await record(
            session,
            actor_id=actor.account_id,
            action="roster.invited",
            target_kind="mini_cluster",
            target_id=place.id,
            consortium_id=place.consortium_id,
            details={"queued": queued},
        )
    without = await session.scalar(select(func.count()).where(*wanted, RosterRow.email.is_(None)))
    return QueuedInvitations(queued_count=queued, without_address_count=without or 0)


async def require_keeper(session: AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID) -> MiniClusterKey:
    """Let those pass who keep the roster of a mini-cluster.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    """
    place = await locate_mini_cluster(session, mini_cluster_id)
    if not may_keep_roster(actor, place.id, place.consortium_id):
        raise Forbidden
    return place


def _wanted(mini_cluster_id: int, request: RosterInvitationsCreate, moment: datetime) -> list[ColumnElement[bool]]:
    conditions = [
        RosterRow.mini_cluster_id == mini_cluster_id,
        RosterRow.left_at.is_(None),
        RosterRow.state.in_([RosterState(state.value) for state in request.states]),
        or_(RosterRow.invited_at.is_(None), RosterRow.invited_at < moment - NOT_AGAIN_WITHIN),
    ]
    return [*conditions, RosterRow.public_id.in_(request.row_ids)] if request.row_ids else conditions


class RosterInviter:
    """Handles :class:`RosterInvitationsDue`."""

    def __init__(self, signing_key: bytes) -> None:
        self._signing_key = signing_key

    async def invite_portion(self, session: AsyncSession, occurrence: Occurrence[RosterInvitationsDue]) -> None:
        """Make the invitations of a portion, have them mailed, and come again for the rest.

        Where nobody joins any more, nobody is invited.
        """
        mini_cluster_id = occurrence.event.mini_cluster_id
        try:
            await require_living(session, mini_cluster_id)
        except (MiniClusterDissolved, ConsortiumClosed):
            await _forget(session, mini_cluster_id)
            return
        ids = await _portion(session, mini_cluster_id)
        await revoke_open(session, ids)
        for row in await _locked(session, ids):
            invitation = await self._invite(session, row)
            await outbox.append(session, RosterMailDue(row_id=row.id, invitation_id=invitation.id))
        if len(ids) == AT_ONCE:
            rest = RosterInvitationsDue(mini_cluster_id=mini_cluster_id)
            await outbox.append(session, rest, not_before=now() + PAUSE)

    async def _invite(self, session: AsyncSession, row: RosterRow) -> Invitation:
        public_id, moment = new_public_id(), now()
        invitation = Invitation(
            public_id=public_id,
            token_digest=token_digest(mailed_token(self._signing_key, public_id)),
            mini_cluster_id=row.mini_cluster_id,
            role=MemberRole.MEMBER,
            email=None if row.is_shared_address else row.email,
            invited_by_id=row.wanted_by_id,
            created_at=moment,
            expires_at=moment + INVITATION_LIFE,
        )
        session.add(invitation)
        await session.flush()
        mark_invited(row, invitation)
        return invitation


def mark_invited(row: RosterRow, invitation: Invitation) -> None:
    """Let a person of a roster be invited by this and by nothing earlier."""
    row.invitation_id, row.invited_at = invitation.id, invitation.created_at
    row.state, row.bounce_code = RosterState.INVITED, None
    row.wanted_at = row.wanted_by_id = None


async def revoke_open(session: AsyncSession, row_ids: Sequence[int]) -> None:
    """Let nobody use what these people were sent before."""
    sent = select(RosterRow.invitation_id).where(RosterRow.id.in_(row_ids), RosterRow.invitation_id.is_not(None))
    statement = update(Invitation).where(
        Invitation.id.in_(sent), Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
    )
    await session.execute(statement.values(revoked_at=now()), execution_options=_UNSYNCHRONISED)


async def _portion(session: AsyncSession, mini_cluster_id: int) -> Sequence[int]:
    statement = (
        select(RosterRow.id)
        .where(RosterRow.mini_cluster_id == mini_cluster_id, RosterRow.wanted_at.is_not(None))
        .order_by(RosterRow.id)
        .limit(AT_ONCE)
    )
    return (await session.scalars(statement)).all()


async def _locked(session: AsyncSession, row_ids: Sequence[int]) -> Sequence[RosterRow]:
    """Those who are still to be invited; their earlier invitations were locked before, as whoever accepts one does."""
    statement = select(RosterRow).where(RosterRow.id.in_(row_ids), RosterRow.wanted_at.is_not(None))
    locking = statement.order_by(RosterRow.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locking)).all()


async def _forget(session: AsyncSession, mini_cluster_id: int) -> None:
    statement = update(RosterRow).where(RosterRow.mini_cluster_id == mini_cluster_id, RosterRow.wanted_at.is_not(None))
    await session.execute(statement.values(wanted_at=None, wanted_by_id=None), execution_options=_UNSYNCHRONISED)
    log.info("roster.invitations_dropped", mini_cluster_id=mini_cluster_id)
