"""Codes on paper for people whom no mail reaches, and taking somebody from the roster."""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia.memberships import require_living
from app.consortia.queries import consortium_of
from app.consortia.roster.errors import RosterRowJoined, RosterRowLeft
from app.consortia.roster.inviting import mark_invited, revoke_open
from app.consortia.roster.policy import may_keep_roster
from app.consortia.roster.schemas import PrintedCode
from app.consortia.roster.secrets import new_code, secret_digest
from app.core.clock import now
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.models import Invitation, RosterRow
from app.models.memberships import MemberRole

CODE_LIFE = timedelta(days=30)
"""A letter takes days, and lies on a desk for some more."""


async def print_code(session: AsyncSession, actor: Actor, signing_key: bytes, row_id: uuid.UUID) -> PrintedCode:
    """A fresh code for one person; what the person was sent before opens nothing any more.

    :raises NotFound: there is no such row, or the actor does not keep its roster.
    :raises RosterRowJoined: the person has an account.
    :raises RosterRowLeft: the roster names the person no longer.
    :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more.
    """
    row = await _kept_row(session, actor, row_id)
    if row.verified_at is not None:
        raise RosterRowJoined
    if row.left_at is not None:
        raise RosterRowLeft
    await require_living(session, row.mini_cluster_id)
    code, moment = new_code(), now()
    invitation = Invitation(
        token_digest=secret_digest(signing_key, code),
        mini_cluster_id=row.mini_cluster_id,
        role=MemberRole.MEMBER,
        invited_by_id=actor.account_id,
        created_at=moment,
        expires_at=moment + CODE_LIFE,
    )
    session.add(invitation)
    await session.flush()
    mark_invited(row, invitation)
    await _record(session, actor, row, "roster.code_printed")
    return PrintedCode(
        row_id=row.public_id,
        name=row.name,
        organisation=row.organisation_name,
        code=code,
        expires_at=invitation.expires_at,
    )


async def delete_row(session: AsyncSession, actor: Actor, row_id: uuid.UUID) -> None:
    """Take a person from the roster; a membership stays what it is.

    :raises NotFound: there is no such row, or the actor does not keep its roster.
    """
    row = await _kept_row(session, actor, row_id)
    await _record(session, actor, row, "roster.row_deleted")
    await session.delete(row)
    await session.flush()


async def _kept_row(session: AsyncSession, actor: Actor, row_id: uuid.UUID) -> RosterRow:
    """The row, locked, and nothing on its way to its person good any more.

    The invitation is locked before the row, as by whoever accepts it: neither waits for the other.
    """
    statement = select(RosterRow.id, RosterRow.mini_cluster_id).where(RosterRow.public_id == row_id)
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    if not may_keep_roster(actor, found.mini_cluster_id, await consortium_of(session, found.mini_cluster_id)):
        raise NotFound
    await revoke_open(session, [found.id])
    locked = select(RosterRow).where(RosterRow.id == found.id).with_for_update()
    row = await session.scalar(locked.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


async def _record(session: AsyncSession, actor: Actor, row: RosterRow, action: str) -> None:
    await record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="roster_row",
        target_id=row.id,
        consortium_id=await consortium_of(session, row.mini_cluster_id),
        details={"mini_cluster_id": row.mini_cluster_id},
    )
