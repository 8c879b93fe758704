"""Limits on trying credentials and asking for codes. They live in the database, so that all processes share them.

A key is a keyed digest of purpose and subject: the table holds no address in the clear, and none that could be guessed
without the key of the installation. Windows are fixed: the first try opens one.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.tokens import keyed_digest
from app.identity.errors import TooManyTries
from app.models import Throttle
from app.models.upsert import insert_for


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` in a window, of one purpose. The purpose is part of the stored key: never change it."""

    purpose: str
    tries: int
    window: timedelta

    def key(self, signing_key: bytes, subject: str) -> bytes:
        """The key of one subject (an address, a client) under this limit."""
        return keyed_digest(signing_key, "throttle", self.purpose, subject)


CODES_PER_ADDRESS = Limit("code.address", 5, timedelta(hours=1))
# Many phones stand behind one address of a mobile carrier.
CODES_PER_CLIENT = Limit("code.client", 60, timedelta(hours=1))
BAD_PASSWORDS_PER_ADDRESS = Limit("password.address", 5, timedelta(minutes=15))
BAD_PASSWORDS_PER_CLIENT = Limit("password.client", 60, timedelta(hours=1))
RESETS_PER_ADDRESS = Limit("reset.address", 5, timedelta(hours=1))
RESETS_PER_CLIENT = Limit("reset.client", 60, timedelta(hours=1))
APPLICANTS_PER_ADDRESS = Limit("applicant.address", 5, timedelta(hours=1))
APPLICANTS_PER_CLIENT = Limit("applicant.client", 60, timedelta(hours=1))
EMAIL_CHANGES_PER_ACCOUNT = Limit("email-change.account", 5, timedelta(hours=1))
EMAIL_CHANGES_PER_ADDRESS = Limit("email-change.address", 5, timedelta(hours=1))
EXPORTS_PER_ACCOUNT = Limit("export.account", 3, timedelta(days=1))
BAD_SECOND_FACTORS_PER_ACCOUNT = Limit("second-factor.account", 5, timedelta(minutes=15))
BAD_ID_TOKENS_PER_CLIENT = Limit("id-token.client", 60, timedelta(hours=1))
BAD_PASSKEYS_PER_CLIENT = Limit("passkey.client", 60, timedelta(hours=1))
# A challenge opens nothing by itself: this only bounds how many rows a client can make.
PASSKEY_CHALLENGES_PER_CLIENT = Limit("passkey-challenge.client", 600, timedelta(hours=1))
# Codes are tried five times each; this bounds who tries those of many people.
BAD_CODES_PER_CLIENT = Limit("bad-code.client", 60, timedelta(hours=1))
OF_ADDRESSES = (
    CODES_PER_ADDRESS,
    BAD_PASSWORDS_PER_ADDRESS,
    RESETS_PER_ADDRESS,
    APPLICANTS_PER_ADDRESS,
    EMAIL_CHANGES_PER_ADDRESS,
)
OF_ACCOUNTS = (EMAIL_CHANGES_PER_ACCOUNT, EXPORTS_PER_ACCOUNT, BAD_SECOND_FACTORS_PER_ACCOUNT)
"""The limits that are counted for a person, by address and by account: what is forgotten with him."""


@dataclass(frozen=True)
class Throttles:
    """Some limits, each with the key of the subject it is counted for."""

    limits: tuple[tuple[Limit, bytes], ...]

    async def check(self, connection: AsyncConnection | AsyncSession) -> None:
        """Refuse where a limit is reached, without counting.

        :raises TooManyTries: a limit is reached.
        """
        moment = now()
        for limit, key in self.limits:
            open_window = select(Throttle.window_ends_at).where(
                Throttle.key == key, Throttle.tries >= limit.tries, Throttle.window_ends_at > moment
            )
            if (ends_at := (await connection.execute(open_window)).scalar_one_or_none()) is not None:
                raise _too_many(ends_at, moment)

    async def count(self, session: AsyncSession) -> None:
        """Count one try under each limit.

        The rows stay locked until the transaction ends, so that tries at one moment are all counted.

        :raises TooManyTries: this try is one too many.
        """
        moment = now()
        for limit, key in self.limits:
            tries, ends_at = await _count(session, limit, key, moment)
            if tries > limit.tries:
                raise _too_many(ends_at, moment)

    async def clear(self, session: AsyncSession, cleared: Limit) -> None:
        """Forget what was counted under one of the limits."""
        keys = [key for limit, key in self.limits if limit == cleared]
        await session.execute(delete(Throttle).where(Throttle.key.in_(keys)))


def throttles(signing_key: bytes, subjects: Iterable[tuple[Limit, str]]) -> Throttles:
    """The limits that concern these subjects."""
    return Throttles(tuple((limit, limit.key(signing_key, subject)) for limit, subject in subjects))


async def forget_person(session: AsyncSession, signing_key: bytes, account_id: int, email: str | None) -> None:
    """Delete whatever was counted for a person. What was counted for the client ends with its window."""
    keys = [limit.key(signing_key, str(account_id)) for limit in OF_ACCOUNTS]
    keys += [limit.key(signing_key, email) for limit in OF_ADDRESSES if email is not None]
    await session.execute(delete(Throttle).where(Throttle.key.in_(keys)))


async def _count(session: AsyncSession, limit: Limit, key: bytes, moment: datetime) -> tuple[int, datetime]:
    statement = insert_for(session, Throttle).values(key=key, tries=1, window_ends_at=moment + limit.window)
    is_over = Throttle.window_ends_at <= moment
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "tries": case((is_over, 1), else_=Throttle.tries + 1),
            "window_ends_at": case((is_over, statement.excluded.window_ends_at), else_=Throttle.window_ends_at),
        },
    ).returning(Throttle.tries, Throttle.window_ends_at)
    tries, ends_at = (await session.execute(statement)).one()
    return tries, ends_at


def _too_many(ends_at: datetime, moment: datetime) -> TooManyTries:
    return TooManyTries(max(1, math.ceil((ends_at - moment).total_seconds())))
