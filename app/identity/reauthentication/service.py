"""An act for which a signed-in person shows again who he is: a session alone is not enough, for phones get lost.

A wrong proof is counted like a bad sign-in, although the request is refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.errors import Invalid, Unauthenticated, invalid_field
from app.identity.accounts.queries import active_account_for_update
from app.identity.actor import Actor
from app.identity.passwords.hashing import verify_password
from app.identity.reauthentication.schemas import Proof
from app.identity.second_factor.verification import has_second_factor, use_code
from app.identity.sessions.queries import is_alive
from app.identity.sign_in.codes import is_code
from app.identity.sign_in.tries import count_try, spend_codes
from app.identity.throttles import (
    BAD_CODES_PER_CLIENT,
    BAD_PASSWORDS_PER_ADDRESS,
    BAD_SECOND_FACTORS_PER_ACCOUNT,
    Throttles,
    throttles,
)
from app.models import Account, SignInCode
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)

DoneT = TypeVar("DoneT")


@dataclass(frozen=True)
class Reauthentication:
    """What asking again needs of the process and of the request."""

    database: Database
    signing_key: bytes
    client_address: str
    actor: Actor

    async def do(self, proof: Proof, act: Callable[[AsyncSession], Awaitable[DoneT]]) -> DoneT:
        """``act`` in one transaction with using up the proof.

        :raises Invalid: the proof is missing or wrong.
        :raises TooManyTries: too many wrong ones.
        :raises Unauthenticated: the session ended, or the password was changed, meanwhile.
        """
        _require_first_factor(proof)
        email, password_hash, limits = await self._look()
        is_right = await _is_password(proof, password_hash)
        outcome: tuple[DoneT] | None = None
        async with self.database.write() as session:
            account = await active_account_for_update(session, self.actor.account_id)
            is_same = account is not None and (account.email, account.password_hash) == (email, password_hash)
            if not is_same or not await is_alive(session, self.actor.session_id):
                raise Unauthenticated
            await limits.check(session)
            fault = await self._fault(session, proof, is_password_right=is_right)
            if fault is None:
                outcome = (await act(session),)
                for limit in (BAD_PASSWORDS_PER_ADDRESS, BAD_SECOND_FACTORS_PER_ACCOUNT):
                    await limits.clear(session, limit)
            else:
                await limits.count(session)
        if outcome is None:
            log.info("reauthentication.refused", account_id=self.actor.account_id)
            raise fault or Unauthenticated
        return outcome[0]

    async def _look(self) -> tuple[str | None, str | None, Throttles]:
        statement = select(Account.email, Account.password_hash).where(Account.id == self.actor.account_id)
        async with self.database.read() as connection:
            email, password_hash = (await connection.execute(statement)).one()
            subjects = [
                (BAD_SECOND_FACTORS_PER_ACCOUNT, str(self.actor.account_id)),
                (BAD_CODES_PER_CLIENT, client_subject(self.client_address)),
            ]
            # Whoever has no address signs in by no password: there is nothing to be counted together with.
            subjects += [(BAD_PASSWORDS_PER_ADDRESS, email)] if email is not None else []
            limits = throttles(self.signing_key, subjects)
            await limits.check(connection)
        return email, password_hash, limits

    async def _fault(self, session: AsyncSession, proof: Proof, *, is_password_right: bool) -> Invalid | None:
        """What is wrong with a proof, or None; a right code is used up."""
        account_id = self.actor.account_id
        needs_second = await has_second_factor(session, account_id)
        if needs_second and proof.second_factor_code is None:
            raise _second_factor_missing()  # nothing was tried: nothing is counted, and the mailed code stays good
        if proof.password is not None:
            if not is_password_right:
                return _wrong_password()
        elif not await self._is_mailed_code(session, proof):
            return _wrong_code("/body/code")
        if not needs_second:
            return None
        used = await use_code(session, self.signing_key, account_id, proof.second_factor_code or "")
        return None if used else _wrong_code("/body/second_factor_code")

    async def _is_mailed_code(self, session: AsyncSession, proof: Proof) -> bool:
        if proof.code_id is None or proof.code is None or not await count_try(session, SignInCode, proof.code_id):
            return False
        code = await session.scalar(
            select(SignInCode).where(
                SignInCode.public_id == proof.code_id, SignInCode.account_id == self.actor.account_id
            )
        )
        if code is None or not is_code(proof.code, self.signing_key, code.public_id, code.nonce):
            return False
        await spend_codes(session, self.actor.account_id, now(), SignInCode)
        return True


async def _is_password(proof: Proof, password_hash: str | None) -> bool:
    if proof.password is None or password_hash is None:
        return False
    return (await verify_password(proof.password, password_hash)).matches


def _require_first_factor(proof: Proof) -> None:
    if proof.password is None and (proof.code_id is None or proof.code is None):
        raise invalid_field(
            "/body/password",
            "missing",
            "비밀번호를 입력하거나, 메일로 받은 코드를 code_id와 함께 보내 주세요.",
            "Give the password, or a code that was mailed together with its `code_id`.",
        )


def _wrong_password() -> Invalid:
    return invalid_field(
        "/body/password", "wrong_password", "비밀번호가 올바르지 않습니다.", "The password is another one."
    )


def _wrong_code(pointer: str) -> Invalid:
    return invalid_field(
        pointer,
        "wrong_code",
        "코드가 올바르지 않거나 이미 쓰였습니다. 새 코드를 입력해 주세요.",
        "The code is wrong, or was used before; enter a new one.",
    )


def _second_factor_missing() -> Invalid:
    return invalid_field(
        "/body/second_factor_code",
        "missing",
        "인증 앱의 코드나 복구 코드를 함께 보내 주세요.",
        "Give a code of the authenticator, or a recovery code, too.",
    )
