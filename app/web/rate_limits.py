"""Limits on requests: of a member, wherever he calls from, and of an address, for those who have not signed in.

Phones behind one address of a carrier do not share a limit once their people have signed in: what counts then is the
member. An address is charged for requests without a token, and for those whose token is not good.
"""

import math
import time
from typing import ClassVar

from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from app.core.errors import AppError
from app.core.localisation import Text
from app.core.settings import Settings


class RateLimited(AppError):
    """Too many requests; nothing was done."""

    status: ClassVar[int] = 429
    code = "rate_limited"
    title = Text("요청이 너무 많습니다", "Too many requests")
    detail = Text(
        "잠시 후 다시 시도해 주세요. Retry-After 헤더가 기다릴 초를 알려 줍니다.",
        "Please try again later; Retry-After says after how many seconds.",
    )

    def __init__(self, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(seconds)})


class Allowance:
    """What is left to one member or address. To be charged after the answer, since what is unchanged is free."""

    def __init__(self, limiter: SlidingWindowCounterRateLimiter, name: str, item: RateLimitItem, key: str) -> None:
        self._limiter = limiter
        self._name = name
        self._item = item
        self._key = key

    async def check(self) -> None:
        """Let pass who has something left.

        :raises RateLimited: nothing is.
        """
        if not await self._limiter.test(self._item, self._name, self._key):
            _, seconds = await self._left()
            raise RateLimited(seconds)

    async def charge(self) -> None:
        """One request was answered."""
        await self._limiter.hit(self._item, self._name, self._key)

    async def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers: the policy, and what is left for how many seconds."""
        remaining, seconds = await self._left()
        window = self._item.get_expiry()
        return {
            "RateLimit-Policy": f'"{self._name}";q={self._item.amount};w={window}',
            "RateLimit": f'"{self._name}";r={remaining};t={seconds}',
        }

    async def _left(self) -> tuple[int, int]:
        stats = await self._limiter.get_window_stats(self._item, self._name, self._key)
        return max(0, stats.remaining), max(1, math.ceil(stats.reset_time - time.time()))


class RateLimits:
    """The limits of this installation, counted in this process or in a store that processes share."""

    def __init__(self, settings: Settings) -> None:
        """Open the store.

        :raises ValueError: the setting names none, or a limit can't be read.
        """
        self.are_on = settings.limits_requests
        self._member, self._address = parse(settings.rate_limit_member), parse(settings.rate_limit_address)
        self._limiter = SlidingWindowCounterRateLimiter(_storage(settings.rate_limit_store))

    def of_member(self, account_id: int) -> Allowance:
        """What is left to a member."""
        return Allowance(self._limiter, "member", self._member, str(account_id))

    def of_address(self, address: str) -> Allowance:
        """What is left to an address (an IPv4 address, a /64 of IPv6)."""
        return Allowance(self._limiter, "address", self._address, address)


def _storage(uri: str) -> Storage:
    try:
        storage = storage_from_string(f"async+{uri}")
    except ConfigurationError as error:
        raise ValueError(f"RATE_LIMIT_STORE cannot be used: {error}") from error
    if not isinstance(storage, Storage):
        raise TypeError("RATE_LIMIT_STORE names a store that can't be waited for")
    return storage
