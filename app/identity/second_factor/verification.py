"""Whether a code is one of a person's second factor; the right one is used up by being asked about."""

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.sealing import Unreadable, unseal
from app.identity.accounts.queries import Reader
from app.identity.second_factor.codes import matching_step, recovery_digest
from app.models import RecoveryCode, TotpFactor

log = structlog.get_logger(__name__)

TOTP_PURPOSE = "totp"
"""Part of the key that secrets are sealed with: never change it."""


async def has_second_factor(reader: Reader, account_id: int) -> bool:
    """Whether signing in asks for a second factor."""
    statement = select(TotpFactor.account_id).where(
        TotpFactor.account_id == account_id, TotpFactor.confirmed_at.is_not(None)
    )
    return (await reader.execute(statement)).one_or_none() is not None


async def use_code(session: AsyncSession, signing_key: bytes, account_id: int, code: str) -> str | None:
    """Use up a code of the confirmed factor: ``totp`` or ``recovery_code``, or None for a wrong one.

    The caller holds the lock of the account, so that of two requests with one code the second one comes too late.
    """
    factor = await session.scalar(
        select(TotpFactor)
        .where(TotpFactor.account_id == account_id, TotpFactor.confirmed_at.is_not(None))
        .execution_options(populate_existing=True)
    )
    if factor is None:
        return None
    if code.isascii() and code.isdigit():
        return "totp" if await use_totp(session, signing_key, factor, code) else None
    return "recovery_code" if await _use_recovery_code(session, account_id, code) else None


async def use_totp(session: AsyncSession, signing_key: bytes, factor: TotpFactor, code: str) -> bool:
    """Use up a code of an authenticator, confirmed or not."""
    try:
        secret = unseal(signing_key, TOTP_PURPOSE, factor.account_id, factor.sealed_secret).decode()
    except Unreadable:  # SECRET_KEY was changed: an operator has to reset the factor
        log.warning("second_factor.unreadable", account_id=factor.account_id)
        return False
    step = matching_step(secret, code, now(), factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    await session.flush()
    return True


async def _use_recovery_code(session: AsyncSession, account_id: int, code: str) -> bool:
    statement = (
        update(RecoveryCode)
        .where(
            RecoveryCode.digest == recovery_digest(account_id, code),
            RecoveryCode.account_id == account_id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.account_id)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(statement) is not None


async def forget_factor(session: AsyncSession, account_id: int) -> bool:
    """Remove authenticator and recovery codes; False where there were none."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    statement = delete(TotpFactor).where(TotpFactor.account_id == account_id).returning(TotpFactor.account_id)
    return await session.scalar(statement) is not None
