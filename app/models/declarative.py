"""The common ground of all tables: naming of constraints and the column types both engines share."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.clock import now
from app.core.ids import new_public_id

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit keys on both engines: SQLite numbers rows by itself only where the type is called INTEGER."""

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite has no time zones: there it is stored without, and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use app.core.clock.now()")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Model(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        uuid.UUID: Uuid(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }


def choice(kind: type[StrEnum], length: int = 24) -> Enum:
    """A column that holds one of the values of ``kind``, enforced by a check constraint on both engines."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=length,
        name=f"{kind.__name__.lower()}_valid",
        values_callable=lambda members: [member.value for member in members],
    )


class OpenChoice(TypeDecorator[Any]):
    """A value of ``kind``; one that only a later release knows is read as the text it is.

    Written are only known ones. The table has a CHECK of its own, which migrations widen: :func:`listed`.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum], length: int = 24) -> None:
        super().__init__(length)
        self._values = {str(member): member for member in kind}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self._values[value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._values.get(value, value)


def listed(kind: type[StrEnum]) -> str:
    """The values of ``kind`` as they stand in an SQL list."""
    return ", ".join(f"'{member}'" for member in kind)


Id = Annotated[int, mapped_column(BigKey, primary_key=True)]
PublicId = Annotated[uuid.UUID, mapped_column(Uuid(), unique=True, default=new_public_id)]
CreatedAt = Annotated[datetime, mapped_column(UtcDateTime(), default=now)]
Name = Annotated[str, mapped_column(String(200))]
