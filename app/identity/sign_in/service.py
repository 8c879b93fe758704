"""Signing in. A try that failed must last although the request is refused: it is committed, then the error raised."""

import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.identity.accounts.queries import active_account_for_update, find_active_by_email
from app.identity.errors import CodeRefused, CodeSpent, SignInRefused
from app.identity.passwords.hashing import Verification, verify_password
from app.identity.second_factor.steps import SignInStep, pass_first_factor
from app.identity.sessions.schemas import DeviceInfo
from app.identity.sign_in.codes import CODE_LIFE, is_code, new_nonce
from app.identity.sign_in.events import SignInCodeRequested
from app.identity.sign_in.schemas import CodeSignIn, PasswordSignIn, SignInCodeTicket
from app.identity.sign_in.tries import count_try, spend_codes
from app.identity.throttles import (
    BAD_CODES_PER_CLIENT,
    BAD_PASSWORDS_PER_ADDRESS,
    BAD_PASSWORDS_PER_CLIENT,
    CODES_PER_ADDRESS,
    CODES_PER_CLIENT,
    Throttles,
    throttles,
)
from app.models import SignInCode
from app.outbox import events as outbox
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SignIn:
    """Signing in, with what it needs of the process and of the request."""

    database: Database
    signing_key: bytes
    client_address: str

    async def request_code(self, email: str) -> SignInCodeTicket:
        """Have a code sent to ``email``; the same is done and answered whether or not anybody has the address.

        :raises TooManyTries: for this address, or from this client.
        """
        async with self.database.write() as session:
            limits = [(CODES_PER_CLIENT, client_subject(self.client_address)), (CODES_PER_ADDRESS, email)]
            await throttles(self.signing_key, limits).count(session)
            account = await find_active_by_email(session, email)
            moment = now()
            code = SignInCode(
                account_id=account.id if account else None,
                nonce=new_nonce(),
                created_at=moment,
                expires_at=moment + CODE_LIFE,
            )
            session.add(code)
            await session.flush()
            await outbox.append(session, SignInCodeRequested(code_id=code.id))
        log.info("sign_in.code_requested", code_id=code.id)
        return SignInCodeTicket(id=code.public_id, expires_at=code.expires_at)

    async def by_code(self, request: CodeSignIn) -> SignInStep:
        """A session, or the way to its second step, for the person a code was sent to.

        :raises CodeRefused: the code is wrong; the try is counted.
        :raises CodeSpent: it is used, expired, tried too often or unknown.
        :raises TooManyTries: too many wrong codes from this client.
        """
        limits = throttles(self.signing_key, [(BAD_CODES_PER_CLIENT, client_subject(self.client_address))])
        account_id = await self._account_of_code(request, limits)
        async with self.database.write() as session:
            given = await _sign_in_by_code(session, request.code_id, account_id, request.device)
            if given is None:
                await limits.count(session)
        if given is None:
            log.info("session.refused", method="code")
            raise CodeRefused
        return given

    async def by_password(self, request: PasswordSignIn) -> SignInStep:
        """A session, or the way to its second step, for the person who has this address and password.

        :raises SignInRefused: they do not fit; the failure is counted.
        :raises TooManyTries: too many failures for this address, or from this client.
        """
        limits = self._password_limits(request.email)
        async with self.database.read() as connection:
            await limits.check(connection)
            account = await find_active_by_email(connection, request.email)
        verification = await verify_password(request.password, account.password_hash if account else None)
        given: SignInStep | None = None
        async with self.database.write() as session:
            if account and verification.matches:
                given = await _sign_in_verified(
                    session, limits, account.id, account.password_hash, verification, request.device
                )
            else:
                await limits.count(session)
        if given is None:
            log.info("session.refused", method="password")
            raise SignInRefused
        return given

    def _password_limits(self, email: str) -> Throttles:
        return throttles(
            self.signing_key,
            [
                (BAD_PASSWORDS_PER_ADDRESS, email),
                (BAD_PASSWORDS_PER_CLIENT, client_subject(self.client_address)),
            ],
        )

    async def _account_of_code(self, request: CodeSignIn, limits: Throttles) -> int | None:
        """The account a code opens, None for a wrong code or one that nobody got."""
        statement = select(SignInCode.public_id, SignInCode.nonce, SignInCode.account_id).where(
            SignInCode.public_id == request.code_id
        )
        async with self.database.read() as connection:
            await limits.check(connection)
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            log.info("session.refused", method="code")
            raise CodeSpent
        is_right = is_code(request.code, self.signing_key, row.public_id, row.nonce)
        return row.account_id if is_right else None


async def _sign_in_by_code(
    session: AsyncSession, code_id: uuid.UUID, account_id: int | None, device: DeviceInfo
) -> SignInStep | None:
    """Count a try; None for a wrong code. Whether it was right has been found out before."""
    # The person first: two codes of one person, sent at once, would each wait for the row of the other.
    account = await active_account_for_update(session, account_id) if account_id is not None else None
    if not await count_try(session, SignInCode, code_id):
        log.info("session.refused", method="code")
        raise CodeSpent
    if account is None:
        return None
    # Whatever other codes are on their way have done their service too.
    await spend_codes(session, account.id, now(), SignInCode)
    return await pass_first_factor(session, account.id, device)


async def _sign_in_verified(
    session: AsyncSession,
    limits: Throttles,
    account_id: int,
    verified_hash: str | None,
    verification: Verification,
    device: DeviceInfo,
) -> SignInStep | None:
    """Open the session, unless the account or its password has changed, or tries ran out, since verification."""
    await limits.check(session)
    account = await active_account_for_update(session, account_id)
    if account is None or account.password_hash != verified_hash:
        return None
    if verification.new_hash is not None:
        account.password_hash = verification.new_hash
    await limits.clear(session, BAD_PASSWORDS_PER_ADDRESS)
    return await pass_first_factor(session, account_id, device)
