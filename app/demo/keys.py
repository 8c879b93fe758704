"""Keys and times of demo rows: inner ids after those present, UUIDv7 of a given moment from a seeded source."""

import random
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import BigInteger, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import Model

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62

Counters = Mapping[type[Model], "count[int]"]


def public_id(rng: random.Random, micros: int) -> uuid.UUID:
    """A UUID version 7 (RFC 9562) made at that moment, its random bits from ``rng``."""
    bits = rng.getrandbits(74)
    return uuid.UUID(
        int=micros // 1000 << 80 | _VERSION_7 | (bits >> 62) << 64 | _VARIANT | bits & 0x3FFF_FFFF_FFFF_FFFF
    )


def moment(micros: int) -> datetime:
    """Microseconds since 1970 as an aware datetime."""
    return _EPOCH + timedelta(microseconds=micros)


async def free_ids(connection: AsyncConnection, models: Iterable[type[Model]]) -> Counters:
    """For each model, the ids that follow the highest present one."""
    return {model: count(await _highest_id(connection, model) + 1) for model in models}


async def _highest_id(connection: AsyncConnection, model: type[Model]) -> int:
    highest = select(func.max(column("id", BigInteger))).select_from(table(model.__tablename__))
    return int(await connection.scalar(highest) or 0)
