"""The log of what staff read: written and committed before the data is given out, one row a request."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.models import AccessEntry


@dataclass(frozen=True, slots=True)
class Access:
    """What is about to be read: ids only, never a text, never personal data."""

    action: str
    target_kind: str
    target_id: int | None = None
    subject_id: int | None = None
    consortium_id: int | None = None
    case_id: int | None = None


async def record_access(session: AsyncSession, account_id: int, access: Access) -> None:
    """Append one entry in a transaction that is committed before the data is given out."""
    session.add(
        AccessEntry(
            account_id=account_id,
            action=access.action,
            target_kind=access.target_kind,
            target_id=access.target_id,
            subject_id=access.subject_id,
            consortium_id=access.consortium_id,
            case_id=access.case_id,
        )
    )
    await session.flush()


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The log as a reading request of one person is given it: each note is a short transaction of its own."""

    database: Database
    account_id: int

    async def note(self, access: Access) -> None:
        """Record what is about to be read. Call it between the check of the right and the reading.

        :raises DatabaseBusy: it could not be recorded, so nothing is to be read.
        """
        async with self.database.write() as session:
            await record_access(session, self.account_id, access)
