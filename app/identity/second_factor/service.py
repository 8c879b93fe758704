"""Setting up, renewing and removing one's second factor, and its reset by an operator."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.core.database import Database
from app.core.errors import Forbidden, Invalid, NotFound, Unauthenticated, invalid_field
from app.core.sealing import seal
from app.identity.accounts.policy import require_operator
from app.identity.accounts.queries import Reader, active_account_for_update
from app.identity.actor import Actor
from app.identity.errors import NoSecondFactor, SecondFactorEnabled
from app.identity.notices.events import Notice, tell
from app.identity.second_factor import schemas
from app.identity.second_factor.codes import new_recovery_codes, new_secret, otpauth_uri, recovery_digest
from app.identity.second_factor.steps import second_factor_limits
from app.identity.second_factor.verification import (
    TOTP_PURPOSE,
    forget_factor,
    has_second_factor,
    use_code,
    use_totp,
)
from app.identity.sessions.queries import is_alive
from app.identity.sessions.service import end_other_sessions
from app.identity.throttles import BAD_SECOND_FACTORS_PER_ACCOUNT
from app.models import Account, RecoveryCode, TotpFactor
from app.models.sessions import SessionEnd

log = structlog.get_logger(__name__)

DoneT = TypeVar("DoneT")


async def show_second_factor(reader: Reader, actor: Actor, *, is_required: bool) -> schemas.SecondFactor:
    """The second factor of a person; ``is_required`` says whether staff need one here."""
    enabled = select(TotpFactor.confirmed_at).where(TotpFactor.account_id == actor.account_id)
    left = select(func.count()).where(RecoveryCode.account_id == actor.account_id, RecoveryCode.used_at.is_(None))
    enabled_at = (await reader.execute(enabled)).scalar_one_or_none()
    return schemas.SecondFactor(
        is_enabled=enabled_at is not None,
        is_required=is_required and actor.is_staff,
        enabled_at=enabled_at,
        recovery_codes_left=(await reader.execute(left)).scalar_one(),
    )


async def enrol_totp(session: AsyncSession, signing_key: bytes, actor: Actor) -> schemas.TotpEnrolment:
    """Give a secret for an authenticator; one that was given before and never confirmed is forgotten.

    :raises SecondFactorEnabled: there is a confirmed one.
    """
    account = await active_account_for_update(session, actor.account_id)
    if account is None:
        raise Unauthenticated
    if await has_second_factor(session, actor.account_id):
        raise SecondFactorEnabled
    await session.execute(delete(TotpFactor).where(TotpFactor.account_id == actor.account_id))
    secret = new_secret()
    sealed = seal(signing_key, TOTP_PURPOSE, actor.account_id, secret.encode())
    session.add(TotpFactor(account_id=actor.account_id, sealed_secret=sealed))
    await session.flush()
    return schemas.TotpEnrolment(secret=secret, uri=otpauth_uri(secret, account.email or account.name))


@dataclass(frozen=True)
class MySecondFactor:
    """Acts that a code is asked for, with what they need of the process and of the request.

    A wrong code is counted although the request is refused.
    """

    database: Database
    signing_key: bytes
    client_address: str
    actor: Actor

    async def confirm(self, code: str) -> schemas.RecoveryCodes:
        """Put the authenticator in force; sessions that were opened by one factor end, but for this one.

        :raises NoSecondFactor: none was set up.
        :raises SecondFactorEnabled: it is in force already.
        :raises Invalid: the code is wrong.
        :raises TooManyTries: too many wrong ones.
        """
        done = await self._with(self._use_first_code, code, self._put_in_force)
        log.info("second_factor.enabled", account_id=self.actor.account_id)
        return done

    async def renew_recovery_codes(self, code: str) -> schemas.RecoveryCodes:
        """New recovery codes in place of all earlier ones.

        :raises NoSecondFactor, Invalid, TooManyTries: as for :meth:`disable`.
        """
        done = await self._with(self._use_code, code, self._new_codes)
        log.info("second_factor.codes_renewed", account_id=self.actor.account_id)
        return done

    async def disable(self, code: str) -> None:
        """Remove the second factor.

        :raises NoSecondFactor: there is none.
        :raises Invalid: the code is wrong.
        :raises TooManyTries: too many wrong ones.
        """
        await self._with(self._use_code, code, self._remove)
        log.info("second_factor.disabled", account_id=self.actor.account_id)

    async def _with(
        self,
        use: Callable[[AsyncSession, str], Awaitable[bool]],
        code: str,
        act: Callable[[AsyncSession], Awaitable[DoneT]],
    ) -> DoneT:
        """Do ``act`` in one transaction with using up the code, or count a wrong one."""
        limits = second_factor_limits(self.signing_key, self.actor.account_id, self.client_address)
        async with self.database.read() as connection:
            await limits.check(connection)
        outcome: tuple[DoneT] | None = None
        async with self.database.write() as session:
            account = await active_account_for_update(session, self.actor.account_id)
            if account is None or not await is_alive(session, self.actor.session_id):
                raise Unauthenticated
            await limits.check(session)
            if await use(session, code):
                outcome = (await act(session),)
                await limits.clear(session, BAD_SECOND_FACTORS_PER_ACCOUNT)
            else:
                await limits.count(session)
        if outcome is None:
            log.info("second_factor.refused", account_id=self.actor.account_id)
            raise _wrong_code()
        return outcome[0]

    async def _use_first_code(self, session: AsyncSession, code: str) -> bool:
        factor = await session.get(TotpFactor, self.actor.account_id, populate_existing=True)
        if factor is None:
            raise NoSecondFactor
        if factor.confirmed_at is not None:
            raise SecondFactorEnabled
        return await use_totp(session, self.signing_key, factor, code)

    async def _use_code(self, session: AsyncSession, code: str) -> bool:
        if not await has_second_factor(session, self.actor.account_id):
            raise NoSecondFactor
        return await use_code(session, self.signing_key, self.actor.account_id, code) is not None

    async def _put_in_force(self, session: AsyncSession) -> schemas.RecoveryCodes:
        account_id = self.actor.account_id
        (await session.get_one(TotpFactor, account_id)).confirmed_at = now()
        await end_other_sessions(session, account_id, self.actor.session_id, SessionEnd.REVOKED)
        await tell(session, account_id, Notice.SECOND_FACTOR_ENABLED)
        return await self._new_codes(session)

    async def _new_codes(self, session: AsyncSession) -> schemas.RecoveryCodes:
        account_id = self.actor.account_id
        await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        codes = new_recovery_codes()
        session.add_all(RecoveryCode(digest=recovery_digest(account_id, code), account_id=account_id) for code in codes)
        await session.flush()
        return schemas.RecoveryCodes(codes=codes)

    async def _remove(self, session: AsyncSession) -> None:
        await forget_factor(session, self.actor.account_id)
        await tell(session, self.actor.account_id, Notice.SECOND_FACTOR_DISABLED)


def _wrong_code() -> Invalid:
    return invalid_field(
        "/body/code",
        "wrong_code",
        "코드가 올바르지 않거나 이미 쓰였습니다. 새 코드를 입력해 주세요.",
        "The code is wrong, or was used before; enter a new one.",
    )


async def reset_by_operator(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Remove the second factor of somebody who lost it, and end all sessions; recorded, and told by mail.

    :raises Forbidden: the actor is no operator, or it is his own: another one has to be asked.
    :raises NotFound: there is no such account.
    """
    require_operator(actor)
    account_id = await session.scalar(select(Account.id).where(Account.public_id == public_id))
    if account_id is None:
        raise NotFound
    if account_id == actor.account_id:
        raise Forbidden
    await reset_second_factor(session, account_id, actor.account_id)


async def reset_second_factor(session: AsyncSession, account_id: int, actor_id: int | None) -> None:
    """Remove a second factor for ``actor_id`` (None: the command line). Nothing happens where there is none.

    :raises NotFound: the account can't be used.
    """
    if await active_account_for_update(session, account_id) is None:
        raise NotFound
    if not await forget_factor(session, account_id):
        return
    await end_other_sessions(session, account_id, None, SessionEnd.REVOKED)
    await tell(session, account_id, Notice.SECOND_FACTOR_RESET)
    await record(session, actor_id=actor_id, action="second_factor.reset", target_kind="account", target_id=account_id)
    log.info("second_factor.reset", account_id=account_id)
