"""Where a person works, over time. Posts point at the row of their day, so old cards stay true."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import NotFound
from app.models import Account, Affiliation, Organisation


async def change_affiliation(
    session: AsyncSession, account_id: int, organisation_id: int, position: str
) -> Affiliation:
    """Let a person work for an organisation in a position (직위) from now on.

    The present affiliation ends at the same moment and stays as history; the same organisation and position change
    nothing. An organisation that was merged away stands for the one it was merged into.

    :raises NotFound: there is no such account or organisation.
    """
    await _lock_account(session, account_id)
    employer_id = await _present_organisation(session, organisation_id)
    present = await session.scalar(
        select(Affiliation)
        .where(Affiliation.account_id == account_id, Affiliation.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )
    started_at = now()
    if present is not None:
        if (present.organisation_id, present.position) == (employer_id, position):
            return present
        # The clock of another process may have been ahead when the row began.
        present.ended_at = started_at = max(started_at, present.started_at)
        await session.flush()  # only one row may be present: the old one ends before the new one begins
    affiliation = Affiliation(
        account_id=account_id, organisation_id=employer_id, position=position, started_at=started_at
    )
    session.add(affiliation)
    await session.flush()
    return affiliation


async def _lock_account(session: AsyncSession, account_id: int) -> None:
    """Two changes for one person come one after the other, also when there is no row yet to wait for."""
    account = select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)
    if await session.scalar(account) is None:
        raise NotFound


async def _present_organisation(session: AsyncSession, organisation_id: int) -> int:
    """Lock the organisation against a merge, which would not see the new affiliation, and follow an earlier one."""
    statement = select(Organisation.id, Organisation.merged_into_id).where(Organisation.id == organisation_id)
    row = (await session.execute(statement.with_for_update(read=True))).one_or_none()
    if row is None:
        raise NotFound
    present_id: int = row.merged_into_id or row.id
    return present_id
