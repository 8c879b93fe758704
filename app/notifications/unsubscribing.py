"""One click in a mail ends the digests of a person (RFC 8058): the address in the mail holds who it is, signed."""

import base64
import hmac
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import now
from app.core.database import Database
from app.core.errors import NotFound
from app.core.localisation import Locale
from app.core.tokens import keyed_digest
from app.models import Account
from app.models.notifications import DigestRhythm
from app.notifications.digests import choose_rhythm

_PURPOSE = b"unsubscribe from digests"
_MARK_BYTES = 17
"""With the 16 of the id a number that base64 does not pad: mailboxes cut padding off at the end of an address."""


def unsubscribe_token(key: bytes, public_id: uuid.UUID) -> str:
    """What the address in a mail to this person ends in. It opens nothing else, and holds as long as the key does."""
    return _encoded(public_id.bytes + keyed_digest(key, _PURPOSE, public_id.bytes)[:_MARK_BYTES])


async def who_unsubscribes(connection: AsyncConnection, key: bytes, token: str) -> tuple[int, Locale]:
    """The account a token is of, and its language.

    :raises NotFound: it is none of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii", "replace"))
    except ValueError:
        raise NotFound from None
    public_id = raw[:16]
    if len(raw) != 16 + _MARK_BYTES or not hmac.compare_digest(
        raw[16:], keyed_digest(key, _PURPOSE, public_id)[:_MARK_BYTES]
    ):
        raise NotFound
    statement = select(Account.id, Account.locale).where(Account.public_id == uuid.UUID(bytes=public_id))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row.id, row.locale


async def unsubscribe(database: Database, key: bytes, token: str) -> Locale:
    """End the digests of whoever a token is of; twice is once. His language.

    :raises NotFound: it is none of ours.
    """
    async with database.read() as connection:
        account_id, locale = await who_unsubscribes(connection, key, token)
    async with database.write() as session:
        await choose_rhythm(session, account_id, DigestRhythm.OFF, now())
    return locale


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
