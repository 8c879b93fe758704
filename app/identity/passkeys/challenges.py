"""Challenges stand in the database and are taken out of it by the first answer, good or not: none is answered twice."""

import secrets
import uuid
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.identity.passkeys.ceremonies import CHALLENGE_SECONDS
from app.models import PasskeyChallenge

_BYTES = 32


async def new_challenge(session: AsyncSession, account_id: int | None) -> PasskeyChallenge:
    """Fresh random bytes: for an account that registers a passkey, or for a sign-in."""
    made = PasskeyChallenge(
        account_id=account_id,
        challenge=secrets.token_bytes(_BYTES),
        expires_at=now() + timedelta(seconds=CHALLENGE_SECONDS),
    )
    session.add(made)
    await session.flush()
    return made


async def take_challenge(session: AsyncSession, public_id: uuid.UUID, account_id: int | None) -> bytes | None:
    """The bytes of a challenge, which is gone now; None for one that was taken, has expired, or is another's."""
    whose = PasskeyChallenge.account_id.is_(None) if account_id is None else PasskeyChallenge.account_id == account_id
    statement = (
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.public_id == public_id, whose, PasskeyChallenge.expires_at > now())
        .returning(PasskeyChallenge.challenge)
        .execution_options(synchronize_session=False)
    )
    taken: bytes | None = await session.scalar(statement)
    return taken
