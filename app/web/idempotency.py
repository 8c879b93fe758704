"""``Idempotency-Key``: the reply is stored in the transaction of its effect, and a retry gets it again."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar, TypeVar

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text
from app.core.tokens import keyed_digest
from app.models import IdempotencyKey

KEY_LIFE = timedelta(days=7)
MAX_KEY_LENGTH = 255
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Reply = TypeVar("Reply", bound=BaseModel)


class KeyReused(AppError):
    """The same key came with another request."""

    status: ClassVar[int] = 422
    code = "idempotency_key_reused"
    title = Text("멱등 키가 다른 요청에 쓰였습니다", "The idempotency key was used for another request")
    detail = Text("새 요청에는 새 Idempotency-Key를 쓰세요.", "Use a new Idempotency-Key for a new request.")


class KeyInFlight(Conflict):
    """The first request with this key has not finished."""

    code = "idempotency_key_in_flight"
    detail = Text(
        "같은 키의 요청을 처리하고 있습니다. 잠시 후 다시 보내 주세요.",
        "A request with this key is still being handled; send it again shortly.",
    )


class Idempotency:
    """The idempotency of one request of one account. Without a key it just does the work."""

    def __init__(
        self,
        session: AsyncSession,
        account_id: int,
        key: str | None,
        request_digest: bytes,
        on_replay: Callable[[], None],
    ) -> None:
        if key is not None and not _KEY.fullmatch(key):
            raise invalid_field(
                "/header/idempotency-key",
                "invalid_idempotency_key",
                f"공백 없는 ASCII 1~{MAX_KEY_LENGTH}자로 보내 주세요.",
                f"Send 1 to {MAX_KEY_LENGTH} printable ASCII characters without spaces.",
            )
        self._session = session
        self._account_id = account_id
        self._key = key
        self._request_digest = request_digest
        self._on_replay = on_replay

    async def run(
        self,
        reply: type[Reply],
        work: Callable[[], Awaitable[Reply]],
        reauthorise: Callable[[Reply], Awaitable[object]],
    ) -> Reply:
        """Do ``work`` once and store its reply; on a retry ``reauthorise`` the stored reply and give it again.

        :raises KeyReused: the key came with another request before.
        :raises KeyInFlight: the first request with the key is still running (PostgreSQL; SQLite lets this one wait).
        """
        if self._key is None:
            return await work()
        if (stored := await self._stored()) is not None:
            earlier = reply.model_validate_json(stored)
            await reauthorise(earlier)
            self._on_replay()
            return earlier
        done = await work()
        self._session.add(
            IdempotencyKey(
                account_id=self._account_id,
                key=self._key,
                request_digest=self._request_digest,
                body=done.model_dump_json(),
            )
        )
        await self._session.flush()
        return done

    async def _stored(self) -> str | None:
        await self._lock()
        row = await self._session.get(IdempotencyKey, (self._account_id, self._key))
        if row is None:
            return None
        if row.created_at < now() - KEY_LIFE:
            await self._session.delete(row)
            await self._session.flush()
            return None
        if row.request_digest != self._request_digest:
            raise KeyReused
        return row.body

    async def _lock(self) -> None:
        if self._session.get_bind().dialect.name != "postgresql":
            return  # BEGIN IMMEDIATE: the first request has committed before this one began
        digest = keyed_digest(b"idempotency", str(self._account_id), self._key or "")
        number = int.from_bytes(digest[:8], "big", signed=True)
        if not await self._session.scalar(select(func.pg_try_advisory_xact_lock(number))):
            raise KeyInFlight


def digest_of_request(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same: method, path and body."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), hashlib.sha256(body).digest()))).digest()
