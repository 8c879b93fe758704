"""What becomes of a row when its person joins, by whatever way."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.invitations.employers import register_named, registered_organisation
from app.core.clock import now
from app.models import Account, RosterRow
from app.models.rosters import RosterState


async def row_of_invitation(session: AsyncSession, invitation_id: int) -> RosterRow | None:
    """The person of a roster who was invited by this."""
    return await session.scalar(select(RosterRow).where(RosterRow.invitation_id == invitation_id))


async def employer_of_row(session: AsyncSession, row: RosterRow) -> int:
    """The organisation a roster names: the one that bears its number, or alone its name; else a new one, unverified."""
    if row.business_number:
        found = await registered_organisation(session, business_number=row.business_number)
        if found is not None:
            return found
    return await register_named(session, row.organisation_kind, row.organisation_name, row.business_number)


async def note_joined(
    session: AsyncSession, account_id: int, mini_cluster_id: int, invitation_id: int | None = None
) -> None:
    """Let the roster know that somebody has joined: whom it invited, or who bears an address that is his alone."""
    if invitation_id is not None and await _verify(session, account_id, RosterRow.invitation_id == invitation_id):
        return
    email = await session.scalar(select(Account.email).where(Account.id == account_id))
    if email is not None:
        mine = (RosterRow.mini_cluster_id == mini_cluster_id, RosterRow.email == email)
        await _verify(session, account_id, *mine, ~RosterRow.is_shared_address)


async def _verify(session: AsyncSession, account_id: int, *conditions: ColumnElement[bool]) -> bool:
    """Whether there is such a row, whose person has joined now if not before."""
    statement = select(RosterRow).where(*conditions, RosterRow.left_at.is_(None)).with_for_update()
    row = await session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        return False
    if row.verified_at is None:
        row.state, row.account_id, row.verified_at = RosterState.VERIFIED, account_id, now()
        row.wanted_at = row.wanted_by_id = row.bounce_code = None
        await session.flush()
    return True
