"""Reading and changing one's own account."""

from functools import cache
from typing import Protocol
from zoneinfo import available_timezones

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.errors import Invalid, Unauthenticated, invalid_field
from app.identity.accounts.queries import Reader, active_account_for_update, load_profile
from app.identity.actor import Actor
from app.identity.affiliations import change_affiliation
from app.identity.me.schemas import Me, MeUpdate, PasswordChange
from app.identity.passwords.hashing import hash_password, verify_password
from app.identity.passwords.policy import check_password
from app.identity.sessions.queries import is_alive
from app.identity.sessions.service import end_other_sessions
from app.identity.throttles import BAD_PASSWORDS_PER_ADDRESS, Throttles, throttles
from app.models import Account
from app.models.sessions import SessionEnd

# Names that mean another thing on each machine, or nothing.
_NOT_PLACES = {"Factory", "localtime", "posixrules"}

log = structlog.get_logger(__name__)


class UnreadCounter(Protocol):
    """Counts what a person has not read of what he is shown in his inbox. The feature of the inbox registers it."""

    async def __call__(self, connection: Reader, actor: Actor) -> int:
        """The number of unread entries."""
        ...


async def show_me(reader: Reader, actor: Actor, terms_version: str, count_unread: UnreadCounter) -> Me:
    """The signed-in person; ``terms_version`` is the present one."""
    profile = await load_profile(reader, actor.account_id)
    account = profile.account
    return Me(
        id=account.public_id,
        name=account.name,
        email=account.email,
        locale=account.locale,
        time_zone=account.time_zone,
        is_operator=account.is_operator,
        has_password=account.has_password,
        affiliation=profile.affiliation,
        memberships=profile.memberships,
        coordinated_consortia=profile.coordinated_consortia,
        terms_version=account.terms_version,
        terms_required=account.terms_version != terms_version,
        unread_count=await count_unread(reader, actor),
    )


async def update_me(session: AsyncSession, actor: Actor, request: MeUpdate, terms_version: str) -> None:
    """Change what the request names.

    :raises Invalid: there is no such time zone, nobody to have a position with, or the terms are not the present ones.
    """
    account = await session.get_one(Account, actor.account_id)
    account.name = request.name or account.name
    account.locale = request.locale or account.locale
    if request.time_zone is not None:
        _check_time_zone(request.time_zone)
        account.time_zone = request.time_zone
    if request.position is not None:
        if actor.organisation_id is None:
            raise invalid_field("/body/position", "no_employer", "소속이 없습니다.", "You have no employer.")
        await change_affiliation(session, actor.account_id, actor.organisation_id, request.position)
    if request.terms_version is not None:
        check_terms(request.terms_version, terms_version)
        _consent(account, terms_version)
    await session.flush()


async def accept_terms(session: AsyncSession, actor: Actor, given: str, present: str) -> None:
    """Record consent to the present terms; consent given before keeps its date.

    :raises Invalid: it is consent to others.
    """
    check_terms(given, present, "/body/version")
    _consent(await session.get_one(Account, actor.account_id), present)
    await session.flush()


def _consent(account: Account, terms_version: str) -> None:
    if account.terms_version != terms_version:
        account.terms_version = terms_version
        account.terms_accepted_at = now()


def _check_time_zone(name: str) -> None:
    if name not in _time_zones():
        raise invalid_field(
            "/body/time_zone",
            "unknown_time_zone",
            "IANA 시간대 이름이 아닙니다. 예: Asia/Seoul",
            "Not a name of the IANA time zone database; for example Asia/Seoul.",
        )


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def check_terms(given: str, present: str, pointer: str = "/body/terms_version") -> None:
    """Let consent to the present terms pass.

    :raises Invalid: it is consent to others.
    """
    if given != present:
        raise invalid_field(
            pointer,
            "terms_outdated",
            f"현재 약관은 {present}입니다. 그 약관에 동의를 받아 보내 주세요.",
            f"The present terms are {present}; ask for consent to those.",
        )


async def change_password(database: Database, signing_key: bytes, actor: Actor, request: PasswordChange) -> None:
    """Set a password and end all other sessions. A wrong present password is counted like a bad sign-in.

    No ``Idempotency-Key`` here: its record would hold a fast digest of the password.

    :raises Invalid: the new password is not good enough, or the present one is missing or wrong.
    :raises TooManyTries: too many wrong ones.
    :raises Unauthenticated: the session ended, or the password was changed elsewhere, meanwhile.
    """
    async with database.read() as connection:
        columns = (Account.email, Account.name, Account.password_hash)
        account = (await connection.execute(select(*columns).where(Account.id == actor.account_id))).one()
        limits = throttles(signing_key, [(BAD_PASSWORDS_PER_ADDRESS, account.email or "")])
        await limits.check(connection)
    check_password(request.new_password, account.email, account.name)
    await _verify_current(database, limits, account, request.current_password)
    new_hash = await hash_password(request.new_password)
    async with database.write() as session:
        await _store(session, limits, actor, account.password_hash, new_hash)
    log.info("account.password_changed", account_id=actor.account_id)


async def _verify_current(
    database: Database, limits: Throttles, account: Row[str | None, str, str | None], given: str | None
) -> None:
    if account.password_hash is None:
        return
    if given is None:
        raise _current_password_fault("missing", "현재 비밀번호를 입력해 주세요.", "Give the present password.")
    if (await verify_password(given, account.password_hash)).matches:
        return
    async with database.write() as session:
        await limits.count(session)
    raise _current_password_fault(
        "wrong_password", "현재 비밀번호가 올바르지 않습니다.", "The present password is another one."
    )


async def _store(
    session: AsyncSession, limits: Throttles, actor: Actor, verified_hash: str | None, new_hash: str
) -> None:
    await limits.check(session)
    locked = await active_account_for_update(session, actor.account_id)
    is_same = locked is not None and locked.password_hash == verified_hash
    if locked is None or not is_same or not await is_alive(session, actor.session_id):
        raise Unauthenticated
    locked.password_hash = new_hash
    await session.flush()
    await limits.clear(session, BAD_PASSWORDS_PER_ADDRESS)
    await end_other_sessions(session, actor.account_id, actor.session_id, SessionEnd.PASSWORD_CHANGED)


def _current_password_fault(code: str, ko: str, en: str) -> Invalid:
    return invalid_field("/body/current_password", code, ko, en)
