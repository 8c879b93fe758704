"""Tries of mailed codes, counted in the row of the code, whatever the code is for."""

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.identity.sign_in.codes import MAX_TRIES
from app.models import ApplicantRegistration, EmailChange, PasswordReset, SignInCode

MailedCode = type[SignInCode] | type[PasswordReset] | type[EmailChange]


async def count_try(
    session: AsyncSession, table: MailedCode | type[ApplicantRegistration], public_id: uuid.UUID
) -> bool:
    """Count a try; False where the code is used, expired, tried too often or unknown. The row stays locked."""
    statement = (
        update(table)
        .where(
            table.public_id == public_id,
            table.used_at.is_(None),
            table.tries < MAX_TRIES,
            table.expires_at > now(),
        )
        .values(tries=table.tries + 1)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(statement) is not None


async def spend_codes(session: AsyncSession, account_id: int, moment: datetime, *tables: MailedCode) -> None:
    """Spend whatever codes of a person are on their way."""
    for table in tables:
        await session.execute(
            update(table)
            .where(table.account_id == account_id, table.used_at.is_(None))
            .values(used_at=moment)
            .execution_options(synchronize_session=False)
        )
