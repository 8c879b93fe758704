"""The passkeys of a signed-in person: registering, listing, renaming, deleting."""

import uuid
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.core.errors import Invalid, NotFound, Unauthenticated, invalid_field
from app.identity.accounts.queries import Reader, active_account_for_update
from app.identity.actor import Actor
from app.identity.errors import PasskeyRegistrationSpent, PasskeyTaken, TooManyPasskeys
from app.identity.notices.events import Notice, tell
from app.identity.passkeys import schemas
from app.identity.passkeys.ceremonies import Ceremonies, Refused, Registered
from app.identity.passkeys.challenges import new_challenge, take_challenge
from app.identity.sessions.queries import is_alive
from app.models import Account, Passkey

log = structlog.get_logger(__name__)

PASSKEYS_AT_MOST = 20
_SHOWN = (Passkey.public_id, Passkey.name, Passkey.created_at, Passkey.last_used_at)


async def challenge_to_register(
    session: AsyncSession, ceremonies: Ceremonies, actor: Actor
) -> schemas.PasskeyChallenge:
    """What an authenticator is to sign to become one of the actor's."""
    account = await session.get_one(Account, actor.account_id)
    present = await session.scalars(select(Passkey.credential_id).where(_is_mine(actor)))
    made = await new_challenge(session, actor.account_id)
    options = ceremonies.registration_options(
        made.challenge, account.public_id, account.email or account.name, account.name, list(present)
    )
    return schemas.PasskeyChallenge(id=made.public_id, expires_at=made.expires_at, options=options)


async def register_passkey(
    database: Database, ceremonies: Ceremonies, actor: Actor, request: schemas.PasskeyRegistration
) -> schemas.Passkey:
    """Let a passkey sign the actor in from now on. The challenge is gone, also where the request is refused.

    :raises PasskeyRegistrationSpent: it was answered before, has expired, or never was.
    :raises Invalid: the answer is not good.
    :raises PasskeyTaken: the passkey is registered.
    :raises TooManyPasskeys: there is no room for another one.
    :raises Unauthenticated: the session ended meanwhile.
    """
    async with database.write() as session:
        challenge = await take_challenge(session, request.challenge_id, actor.account_id)
    if challenge is None:
        raise PasskeyRegistrationSpent
    try:
        made = ceremonies.register(request.credential, challenge)
    except Refused as refusal:
        log.info("passkey.refused", account_id=actor.account_id, reason=str(refusal))
        raise _not_good() from None
    async with database.write() as session:
        account = await active_account_for_update(session, actor.account_id)
        if account is None or not await is_alive(session, actor.session_id):
            raise Unauthenticated
        return await _add(session, actor, made, request.name)


async def list_passkeys(reader: Reader, actor: Actor) -> schemas.Passkeys:
    """The passkeys of a person."""
    rows = await reader.execute(select(*_SHOWN).where(_is_mine(actor)).order_by(Passkey.id))
    return schemas.Passkeys(items=[_shown(row) for row in rows])


async def rename_passkey(session: AsyncSession, actor: Actor, public_id: uuid.UUID, name: str) -> schemas.Passkey:
    """Give a passkey another name.

    :raises NotFound: there is none, or it is somebody else's.
    """
    renaming = update(Passkey).where(Passkey.public_id == public_id, _is_mine(actor)).values(name=name)
    statement = renaming.returning(*_SHOWN).execution_options(synchronize_session=False)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row)


async def delete_passkey(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Let a passkey sign nobody in any more. Sessions it opened go on.

    :raises NotFound: there is none, or it is somebody else's.
    """
    statement = delete(Passkey).where(Passkey.public_id == public_id, _is_mine(actor)).returning(Passkey.id)
    if await session.scalar(statement.execution_options(synchronize_session=False)) is None:
        raise NotFound
    await tell(session, actor.account_id, Notice.PASSKEY_REMOVED)
    log.info("passkey.removed", account_id=actor.account_id)


async def _add(session: AsyncSession, actor: Actor, made: Registered, name: str) -> schemas.Passkey:
    """The caller holds the lock of the account."""
    if (await session.scalar(select(func.count()).where(_is_mine(actor))) or 0) >= PASSKEYS_AT_MOST:
        raise TooManyPasskeys(most=PASSKEYS_AT_MOST)
    passkey = Passkey(account_id=actor.account_id, name=name, **made._asdict())
    try:
        async with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise PasskeyTaken from error
    await tell(session, actor.account_id, Notice.PASSKEY_ADDED)
    log.info("passkey.added", account_id=actor.account_id)
    return _shown(passkey)


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return Passkey.account_id == actor.account_id


def _shown(row: Any) -> schemas.Passkey:
    return schemas.Passkey(id=row.public_id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at)


def _not_good() -> Invalid:
    return invalid_field(
        "/body/credential",
        "passkey_refused",
        "패스키를 확인할 수 없습니다. 처음부터 다시 시도해 주세요.",
        "The passkey can't be verified; begin again.",
    )
