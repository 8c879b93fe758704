"""Resetting a password. A try that failed must last although the request is refused: it is committed, then refused."""

from dataclasses import dataclass

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.identity.accounts.queries import active_account_for_update, find_active_by_email
from app.identity.errors import ResetRefused, ResetSpent
from app.identity.notices.events import Notice, tell
from app.identity.password_resets.events import PasswordResetRequested
from app.identity.password_resets.schemas import PasswordResetCompletion, PasswordResetTicket
from app.identity.passwords.hashing import hash_password
from app.identity.passwords.policy import check_password
from app.identity.sessions.service import end_other_sessions
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, is_code, new_nonce
from app.identity.sign_in.tries import count_try, spend_codes
from app.identity.throttles import (
    BAD_CODES_PER_CLIENT,
    BAD_PASSWORDS_PER_ADDRESS,
    RESETS_PER_ADDRESS,
    RESETS_PER_CLIENT,
    Throttles,
    throttles,
)
from app.models import Account, PasswordReset, SignInCode
from app.models.sessions import SessionEnd
from app.outbox import events as outbox
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PasswordResets:
    """Resetting passwords, with what it needs of the process and of the request."""

    database: Database
    signing_key: bytes
    client_address: str

    async def request(self, email: str) -> PasswordResetTicket:
        """Have a code sent to ``email``; the same is done and answered whether or not anybody has the address.

        :raises TooManyTries: for this address, or from this client.
        """
        async with self.database.write() as session:
            limits = [(RESETS_PER_CLIENT, client_subject(self.client_address)), (RESETS_PER_ADDRESS, email)]
            await throttles(self.signing_key, limits).count(session)
            account = await find_active_by_email(session, email)
            moment = now()
            reset = PasswordReset(
                account_id=account.id if account else None,
                nonce=new_nonce(),
                created_at=moment,
                expires_at=moment + CODE_LIFE,
            )
            session.add(reset)
            await session.flush()
            await outbox.append(session, PasswordResetRequested(reset_id=reset.id))
        log.info("password_reset.requested", reset_id=reset.id)
        return PasswordResetTicket(id=reset.public_id, expires_at=reset.expires_at)

    async def complete(self, request: PasswordResetCompletion) -> None:
        """Set the new password of the person a code was sent to, and end all sessions.

        :raises Invalid: the password is not good enough.
        :raises ResetRefused: the code is wrong; the try is counted.
        :raises ResetSpent: it is used, expired, tried too often or unknown.
        :raises TooManyTries: too many wrong codes from this client.
        """
        check_password(request.new_password, None, None)
        limits = throttles(self.signing_key, [(BAD_CODES_PER_CLIENT, client_subject(self.client_address))])
        person = await self._person_of(request, limits)
        new_hash: str | None = None
        if person is not None:
            check_password(request.new_password, person.email, person.name)
            new_hash = await hash_password(request.new_password)
        async with self.database.write() as session:
            account_id = await self._store(session, request, person.id if person else None, new_hash, limits)
        if account_id is None:
            log.info("password_reset.refused")
            raise ResetRefused
        log.info("account.password_reset", account_id=account_id)

    async def _person_of(self, request: PasswordResetCompletion, limits: Throttles) -> Row[int, str | None, str] | None:
        """The person a code speaks for, None for a wrong code or one that nobody got."""
        statement = (
            select(PasswordReset.public_id, PasswordReset.nonce, Account.id, Account.email, Account.name)
            .outerjoin(Account, Account.id == PasswordReset.account_id)
            .where(PasswordReset.public_id == request.reset_id)
        )
        async with self.database.read() as connection:
            await limits.check(connection)
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            log.info("password_reset.refused")
            raise ResetSpent
        purpose = CodePurpose.PASSWORD_RESET
        is_right = is_code(request.code, self.signing_key, row.public_id, row.nonce, purpose)
        return row if is_right and row.id is not None else None  # type: ignore[return-value]

    async def _store(
        self,
        session: AsyncSession,
        request: PasswordResetCompletion,
        account_id: int | None,
        new_hash: str | None,
        limits: Throttles,
    ) -> int | None:
        # The person first: two codes of one person, sent at once, would each wait for the row of the other.
        account = await active_account_for_update(session, account_id) if account_id is not None else None
        if not await count_try(session, PasswordReset, request.reset_id):
            log.info("password_reset.refused")
            raise ResetSpent
        if account is None:
            await limits.count(session)
            return None
        account.password_hash = new_hash
        await session.flush()
        # Whoever read the mailbox may hold codes for signing in, too.
        await spend_codes(session, account.id, now(), PasswordReset, SignInCode)
        bad_passwords = throttles(self.signing_key, [(BAD_PASSWORDS_PER_ADDRESS, account.email or "")])
        await bad_passwords.clear(session, BAD_PASSWORDS_PER_ADDRESS)
        await end_other_sessions(session, account.id, None, SessionEnd.PASSWORD_CHANGED)
        await tell(session, account.id, Notice.PASSWORD_RESET)
        return account.id
