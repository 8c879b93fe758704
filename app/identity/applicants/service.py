"""Making an account for oneself. It is made by the mailed code, so nobody can make one with another's address.

A try that failed must last although the request is refused: it is committed, then the error raised.
"""

import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.identity.accounts.queries import active_account_for_update, find_active_by_email
from app.identity.accounts.service import NewAccount, create_account
from app.identity.applicants.events import ApplicantRegistered
from app.identity.applicants.schemas import ApplicantConfirmation, ApplicantCreate, ApplicantTicket
from app.identity.errors import CodeRefused, CodeSpent, EmailTaken
from app.identity.me.service import check_terms
from app.identity.second_factor.steps import SignInStep, pass_first_factor
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, is_code, new_nonce
from app.identity.sign_in.tries import count_try
from app.identity.throttles import (
    APPLICANTS_PER_ADDRESS,
    APPLICANTS_PER_CLIENT,
    BAD_CODES_PER_CLIENT,
    Throttles,
    throttles,
)
from app.models import Account, ApplicantRegistration
from app.outbox import events as outbox
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Applicants:
    """People who want an account, with what that needs of the process and of the request."""

    database: Database
    signing_key: bytes
    client_address: str

    async def register(self, request: ApplicantCreate, locale: Locale, terms_version: str) -> ApplicantTicket:
        """Have a code sent; the same is done and answered whether or not the address has an account.

        :raises Invalid: the terms consented to are not the present ones.
        :raises TooManyTries: for this address, or from this client.
        """
        check_terms(request.terms_version, terms_version)
        async with self.database.write() as session:
            limits = [
                (APPLICANTS_PER_CLIENT, client_subject(self.client_address)),
                (APPLICANTS_PER_ADDRESS, request.email),
            ]
            await throttles(self.signing_key, limits).count(session)
            moment = now()
            registration = ApplicantRegistration(
                email=request.email,
                name=request.name,
                locale=locale,
                terms_version=terms_version,
                nonce=new_nonce(),
                created_at=moment,
                expires_at=moment + CODE_LIFE,
            )
            session.add(registration)
            await session.flush()
            await outbox.append(session, ApplicantRegistered(registration_id=registration.id))
        log.info("applicant.registered", registration_id=registration.id)
        return ApplicantTicket(id=registration.public_id, expires_at=registration.expires_at)

    async def confirm(self, request: ApplicantConfirmation) -> SignInStep:
        """Make the account and sign in; who has one already is signed in to it.

        :raises CodeRefused: the code is wrong; the try is counted.
        :raises CodeSpent: it is used, expired, tried too often or unknown.
        :raises TooManyTries: too many wrong codes from this client.
        """
        limits = throttles(self.signing_key, [(BAD_CODES_PER_CLIENT, client_subject(self.client_address))])
        is_right = await self._is_right(request, limits)
        async with self.database.write() as session:
            given = await _sign_in(session, request) if is_right else None
            if given is None:
                await _count(session, request.registration_id)
                await limits.count(session)
        if given is None:
            log.info("applicant.refused")
            raise CodeRefused
        return given

    async def _is_right(self, request: ApplicantConfirmation, limits: Throttles) -> bool:
        statement = select(ApplicantRegistration.public_id, ApplicantRegistration.nonce).where(
            ApplicantRegistration.public_id == request.registration_id
        )
        async with self.database.read() as connection:
            await limits.check(connection)
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            log.info("applicant.refused")
            raise CodeSpent
        return is_code(request.code, self.signing_key, row.public_id, row.nonce, CodePurpose.APPLICANT)


async def _count(session: AsyncSession, public_id: uuid.UUID) -> None:
    if not await count_try(session, ApplicantRegistration, public_id):
        log.info("applicant.refused")
        raise CodeSpent


async def _sign_in(session: AsyncSession, request: ApplicantConfirmation) -> SignInStep:
    """Use the code, which is right: for an account, where the address has none, and for a session."""
    await _count(session, request.registration_id)
    by_id = ApplicantRegistration.public_id == request.registration_id
    registration = (await session.scalars(select(ApplicantRegistration).where(by_id))).one()
    registration.used_at = now()
    await session.flush()
    account = await _account_of(session, registration.email) or await _new_account(session, registration)
    return await pass_first_factor(session, account.id, request.device)


async def _account_of(session: AsyncSession, email: str) -> Account | None:
    found = await find_active_by_email(session, email)
    return await active_account_for_update(session, found.id) if found else None


async def _new_account(session: AsyncSession, registration: ApplicantRegistration) -> Account:
    new = NewAccount(
        email=registration.email,
        name=registration.name,
        locale=registration.locale,
        terms_version=registration.terms_version,
    )
    try:
        account = await create_account(session, new)
    except EmailTaken:  # made by another code at this very moment; or there is one that may not be used
        present = await _account_of(session, registration.email)
        if present is None:
            raise CodeSpent from None
        return present
    log.info("applicant.confirmed", account_id=account.id)
    return account
