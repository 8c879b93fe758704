"""The two steps of signing in: what the first one gives, and the second one."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.tokens import new_token, token_digest
from app.identity.accounts.queries import active_account_for_update
from app.identity.errors import ChallengeSpent, SecondFactorRefused
from app.identity.second_factor.schemas import SecondFactorChallenge, SecondFactorSignIn
from app.identity.second_factor.verification import has_second_factor, use_code
from app.identity.sessions.schemas import DeviceInfo, SessionTokens
from app.identity.sessions.service import open_session
from app.identity.throttles import (
    BAD_CODES_PER_CLIENT,
    BAD_SECOND_FACTORS_PER_ACCOUNT,
    Throttles,
    throttles,
)
from app.models import SignInChallenge
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)

CHALLENGE_PREFIX = "isc"
CHALLENGE_LIFE = timedelta(minutes=5)
MAX_TRIES = 5

SignInStep = SessionTokens | SecondFactorChallenge
"""What a first factor gives: a session, or what the second factor is to be sent with."""


async def pass_first_factor(session: AsyncSession, account_id: int, device: DeviceInfo) -> SignInStep:
    """A session, unless the person has a second factor: then a challenge, and no session before it is met.

    The caller holds the lock of the account.
    """
    if not await has_second_factor(session, account_id):
        return await open_session(session, account_id, device)
    token, expires_at = new_token(CHALLENGE_PREFIX), now() + CHALLENGE_LIFE
    session.add(SignInChallenge(digest=token_digest(token), account_id=account_id, expires_at=expires_at))
    await session.flush()
    log.info("session.challenged", account_id=account_id)
    return SecondFactorChallenge(challenge_token=token, expires_at=expires_at)


@dataclass(frozen=True)
class SecondStep:
    """The second step, with what it needs of the process and of the request."""

    database: Database
    signing_key: bytes
    client_address: str

    async def complete(self, request: SecondFactorSignIn) -> SessionTokens:
        """A session for whoever met the challenge. A wrong code is counted although the request is refused.

        :raises ChallengeSpent: it was met, has expired, was tried too often, or never was.
        :raises SecondFactorRefused: the code is wrong, or was used before.
        :raises TooManyTries: too many wrong codes for this person, or from this client.
        """
        digest = token_digest(request.challenge_token)
        account_id = await self._challenged(digest)
        limits = second_factor_limits(self.signing_key, account_id, self.client_address)
        async with self.database.read() as connection:
            await limits.check(connection)
        tokens: SessionTokens | None = None
        async with self.database.write() as session:
            await limits.check(session)
            await self._try(session, account_id, digest)
            method = await use_code(session, self.signing_key, account_id, request.code)
            if method is None:
                await limits.count(session)
            else:
                await session.execute(delete(SignInChallenge).where(SignInChallenge.account_id == account_id))
                await limits.clear(session, BAD_SECOND_FACTORS_PER_ACCOUNT)
                tokens = await open_session(session, account_id, request.device)
        if tokens is None:
            log.info("session.refused", method="second_factor")
            raise SecondFactorRefused
        log.info("second_factor.used", account_id=account_id, method=method)
        return tokens

    async def _challenged(self, digest: bytes) -> int:
        """Turn strangers away before they could take the write lock."""
        statement = select(SignInChallenge.account_id).where(SignInChallenge.digest == digest)
        async with self.database.read() as connection:
            account_id = (await connection.execute(statement)).scalar_one_or_none()
        if account_id is None:
            raise ChallengeSpent
        return account_id

    async def _try(self, session: AsyncSession, account_id: int, digest: bytes) -> None:
        if await active_account_for_update(session, account_id) is None:
            raise ChallengeSpent
        counted = (
            update(SignInChallenge)
            .where(
                SignInChallenge.digest == digest,
                SignInChallenge.tries < MAX_TRIES,
                SignInChallenge.expires_at > now(),
            )
            .values(tries=SignInChallenge.tries + 1)
            .returning(SignInChallenge.account_id)
            .execution_options(synchronize_session=False)
        )
        if await session.scalar(counted) is None:
            raise ChallengeSpent


def second_factor_limits(signing_key: bytes, account_id: int, client_address: str) -> Throttles:
    """The limits on trying codes of a second factor."""
    return throttles(
        signing_key,
        [
            (BAD_SECOND_FACTORS_PER_ACCOUNT, str(account_id)),
            (BAD_CODES_PER_CLIENT, client_subject(client_address)),
        ],
    )
