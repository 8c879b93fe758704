"""Finding and listing invitations."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.invitations import schemas
from app.consortia.invitations.schemas import InvitationPage, InvitationState, Inviter
from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.models import Account, Invitation

_COLUMNS: tuple[Any, ...] = (
    Invitation.id,
    Invitation.public_id,
    Invitation.role,
    Invitation.email,
    Invitation.created_at,
    Invitation.expires_at,
    Invitation.used_at,
    Invitation.revoked_at,
    Account.public_id.label("inviter_id"),
    Account.name.label("inviter_name"),
)


async def invitation_for_update(
    session: AsyncSession, *, public_id: uuid.UUID | None = None, token_digest: bytes | None = None
) -> Invitation | None:
    """An invitation by one of its keys, locked: of many who accept it at once one comes after the other."""
    key = Invitation.public_id == public_id if public_id is not None else Invitation.token_digest == token_digest
    statement = select(Invitation).where(key).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


def state_of(invitation: Invitation | Row[*tuple[Any, ...]], moment: datetime) -> InvitationState:
    """What has become of an invitation by ``moment``."""
    if invitation.used_at is not None:
        return InvitationState.USED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if invitation.expires_at > moment else InvitationState.EXPIRED


async def list_invitations(
    connection: AsyncConnection, mini_cluster_id: int, mini_cluster_public_id: uuid.UUID, page: PageRequest
) -> InvitationPage:
    """The invitations to a mini-cluster, the newest first, whatever has become of them."""
    list_name = f"invitations.{mini_cluster_id}"
    statement = (
        select(*_COLUMNS)
        .join(Account, Account.id == Invitation.invited_by_id)
        .where(Invitation.mini_cluster_id == mini_cluster_id)
        .order_by(Invitation.id.desc())
        .limit(page.rows)
    )
    if (after := page.after(list_name)) is not None:
        statement = statement.where(Invitation.id < after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    moment = now()
    items = [
        schemas.Invitation(
            id=row.public_id,
            mini_cluster_id=mini_cluster_public_id,
            role=row.role,
            email=row.email,
            invited_by=Inviter(id=row.inviter_id, name=row.inviter_name),
            state=state_of(row, moment),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]
    return InvitationPage(items=items, next_cursor=next_cursor)
