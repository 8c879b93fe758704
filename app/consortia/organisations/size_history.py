"""The size band of a company over time: a change closes the open row and opens another."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import Organisation, OrganisationSizeBand
from app.models.organisations import SizeBand


async def set_size_band(session: AsyncSession, organisation: Organisation, size_band: SizeBand) -> None:
    """Let a company be of a size from now on; the same size changes nothing. Its row is flushed and locked."""
    if organisation.size_band is size_band:
        return
    started_at = await close_size_history(session, organisation.id) or now()
    organisation.size_band = size_band
    session.add(OrganisationSizeBand(organisation_id=organisation.id, size_band=size_band, started_at=started_at))
    await session.flush()


async def close_size_history(session: AsyncSession, organisation_id: int) -> datetime | None:
    """End the present row and tell when; None where there was none."""
    present = await session.scalar(
        select(OrganisationSizeBand).where(
            OrganisationSizeBand.organisation_id == organisation_id, OrganisationSizeBand.ended_at.is_(None)
        )
    )
    if present is None:
        return None
    # The clock of another process may have been ahead when the row began.
    present.ended_at = ended_at = max(now(), present.started_at)
    await session.flush()  # only one row may be open: it ends before the next begins
    return ended_at
