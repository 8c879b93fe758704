"""Signing in by a passkey. It is two factors in one: the device, and the PIN, finger or face it asks for.

So it opens a session at once, whether or not the person has an authenticator app besides.
"""

import uuid
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.identity.accounts.queries import active_account_for_update
from app.identity.errors import PasskeyChallengeSpent, PasskeyRefused
from app.identity.passkeys import schemas
from app.identity.passkeys.ceremonies import Ceremonies, Refused, claim_of
from app.identity.passkeys.challenges import new_challenge, take_challenge
from app.identity.sessions.schemas import DeviceInfo, SessionTokens
from app.identity.sessions.service import open_session
from app.identity.throttles import (
    BAD_PASSKEYS_PER_CLIENT,
    PASSKEY_CHALLENGES_PER_CLIENT,
    Limit,
    Throttles,
    throttles,
)
from app.models import Account, Passkey, PasskeyChallenge
from app.models.accounts import AccountStatus
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)


class _Known(NamedTuple):
    """The passkey an answer claims to be of."""

    id: int
    account_id: int
    account_public_id: uuid.UUID
    public_key: bytes


@dataclass(frozen=True)
class PasskeySigningIn:
    """Signing in, with what it needs of the process and of the request."""

    database: Database
    ceremonies: Ceremonies
    signing_key: bytes
    client_address: str

    async def begin(self) -> schemas.PasskeyChallenge:
        """What any authenticator of ours may sign.

        :raises TooManyTries: this client has asked for very many.
        """
        async with self.database.write() as session:
            await self._limits(PASSKEY_CHALLENGES_PER_CLIENT).count(session)
            made = await new_challenge(session, None)
        options = self.ceremonies.sign_in_options(made.challenge)
        return schemas.PasskeyChallenge(id=made.public_id, expires_at=made.expires_at, options=options)

    async def complete(self, request: schemas.PasskeySignIn) -> SessionTokens:
        """A session for whoever has the passkey. The challenge is gone, also where the request is refused.

        :raises PasskeyChallengeSpent: it was answered before, has expired, or never was.
        :raises PasskeyRefused: the passkey is unknown, or its answer is not good; the try is counted.
        :raises TooManyTries: too many bad answers from this client.
        """
        limits = self._limits(BAD_PASSKEYS_PER_CLIENT)
        async with self.database.read() as connection:
            await limits.check(connection)
            await _require_challenge(connection, request.challenge_id)
            known, reason = await _known(connection, request.credential)
        tokens: SessionTokens | None = None
        async with self.database.write() as session:
            challenge = await take_challenge(session, request.challenge_id, None)
            if challenge is None:
                raise PasskeyChallengeSpent
            if known is not None:
                tokens, reason = await self._open(session, known, request, challenge)
            if tokens is None:
                await limits.count(session)
        if tokens is None:
            log.info("session.refused", method="passkey", reason=reason)
            raise PasskeyRefused
        return tokens

    async def _open(
        self, session: AsyncSession, known: _Known, request: schemas.PasskeySignIn, challenge: bytes
    ) -> tuple[SessionTokens | None, str]:
        """A session, or the reason why there is none. Verifying takes a millisecond, so it may hold the lock."""
        try:
            count = self.ceremonies.verify(request.credential, challenge, known.public_key)
        except Refused as refusal:
            return None, str(refusal)
        # The person first, as everywhere; then the passkey, so that of two answers one counts before the other.
        if await active_account_for_update(session, known.account_id) is None:
            return None, "account"
        return await _use(session, known, count, request.device)

    def _limits(self, limit: Limit) -> Throttles:
        return throttles(self.signing_key, [(limit, client_subject(self.client_address))])


async def _require_challenge(connection: AsyncConnection, public_id: uuid.UUID) -> None:
    """Turn strangers away before they could take the write lock."""
    statement = select(PasskeyChallenge.id).where(PasskeyChallenge.public_id == public_id)
    if (await connection.execute(statement)).scalar_one_or_none() is None:
        raise PasskeyChallengeSpent


async def _known(connection: AsyncConnection, credential: str) -> tuple[_Known | None, str]:
    """The passkey an answer is of; or None and why."""
    try:
        claim = claim_of(credential)
    except Refused as refusal:
        return None, str(refusal)
    statement = (
        select(Passkey.id, Passkey.account_id, Account.public_id, Passkey.public_key)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_id == claim.credential_id, Account.status == AccountStatus.ACTIVE)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None, "unknown"
    known = _Known(*row)
    # An authenticator says whose passkey it used: somebody else than it is registered for is a mix-up, or a trick.
    return (known, "") if claim.user_handle == known.account_public_id.bytes else (None, "user_handle")


async def _use(
    session: AsyncSession, known: _Known, count: int, device: DeviceInfo
) -> tuple[SessionTokens | None, str]:
    """A session, unless the passkey is gone, or an authenticator that counts has counted back."""
    passkey = await session.get(Passkey, known.id, with_for_update=True, populate_existing=True)
    if passkey is None:
        return None, "unknown"
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        log.warning("passkey.sign_count_fell", account_id=known.account_id, passkey_id=known.id)
        return None, "sign_count"
    passkey.sign_count, passkey.last_used_at = count, now()
    await session.flush()
    return await open_session(session, known.account_id, device), ""
