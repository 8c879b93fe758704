"""Copying every table from one database to another, in one transaction of the target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cli.content_hash import ContentHash
from app.cli.errors import UserError
from app.core.database import Database
from app.models import Model
from app.models.bulk import bulk_insert
from app.models.sequences import continue_numbering

_BATCH = 10_000


class CopiedTable(NamedTuple):
    """What was copied of one table; ``digest`` is the same on both sides."""

    name: str
    rows: int
    digest: str


async def copy_all(source_url: str, target_url: str, announce: Callable[[str], None]) -> list[CopiedTable]:
    """Copy every table and verify it; the target is committed only when all agree.

    ``announce`` is told the name of each table before it is copied.

    :raises UserError: the target is not empty, or its content differs from the source after the copy.
    """
    source, target = Database(source_url, pool_size=1), Database(target_url, pool_size=1)
    try:
        # On SQLite the source is opened for writing too: while it is read, nobody can add to it.
        async with source.write() as reading, target.write() as writing:
            reader, writer = await reading.connection(), await writing.connection()
            await _prepare(reader, writer)
            await _require_empty(writer)
            copied = [await _copy_table(reader, writer, model, announce) for model in _models_in_order()]
            await continue_numbering(writer, _models_in_order())
            return copied
    finally:
        await source.aclose()
        await target.aclose()


async def _prepare(reader: AsyncConnection, writer: AsyncConnection) -> None:
    """Read one state of the source throughout, and lift the time limits of requests."""
    if reader.dialect.name == "postgresql":
        await reader.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    for connection in (reader, writer):
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


async def _require_empty(writer: AsyncConnection) -> None:
    for table in Model.metadata.sorted_tables:
        if (
            not _is_of_one_database(table)
            and (await writer.execute(select(1).select_from(table).limit(1))).first() is not None
        ):
            raise UserError(f"the target is not empty: {table.name} holds rows; give a fresh database")


def _models_in_order() -> list[type[Model]]:
    """Every model, those that others refer to first, and last what the target fills by itself as the others come."""
    by_table = {mapper.local_table: mapper.class_ for mapper in Model.registry.mappers}
    return [by_table[table] for table in sorted(Model.metadata.sorted_tables, key=_is_of_one_database)]


def _is_of_one_database(table: Table) -> bool:
    return bool(table.info.get("of_one_database"))


async def _copy_table(
    reader: AsyncConnection, writer: AsyncConnection, model: type[Model], announce: Callable[[str], None]
) -> CopiedTable:
    table = Model.metadata.tables[model.__tablename__]
    announce(table.name)
    read, forward = ContentHash(), _ForwardReferences(table)
    if _is_of_one_database(table):
        await writer.execute(delete(table))
    result = await reader.stream(select(table).order_by(*table.primary_key.columns))
    async for batch in result.partitions(_BATCH):
        rows = [tuple(row) for row in batch]
        read.add(rows)
        await bulk_insert(writer, model, table.c.keys(), [forward.without(row) for row in rows])
    await forward.complete(writer)
    written = ContentHash()
    result = await writer.stream(select(table))
    async for batch in result.partitions(_BATCH):
        written.add(batch)
    if read != written:
        raise UserError(
            f"{table.name} differs after the copy ({read.rows:,} rows read, {written.rows:,} found); nothing was stored"
        )
    return CopiedTable(table.name, read.rows, read.hexdigest())


class _ForwardReferences:
    """References of a table to itself. Rows go in by id; one that points at a later row gets its pointer at the end."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names = table.c.keys()
        self._columns = [column for column in table.c if _refers_to_id_of(table, column)]
        self._later: list[Mapping[str, Any]] = []

    def without(self, row: Sequence[Any]) -> Sequence[Any]:
        """The row as it can be inserted now."""
        if not self._columns:
            return row
        values = dict(zip(self._names, row, strict=True))
        forward = {
            column.name: values[column.name] for column in self._columns if (values[column.name] or 0) > values["id"]
        }
        if not forward:
            return row
        self._later.append({"row_id": values["id"]} | {column.name: values[column.name] for column in self._columns})
        return tuple((values | dict.fromkeys(forward)).values())

    async def complete(self, writer: AsyncConnection) -> None:
        """Set what was left out."""
        if self._later:
            pointers: dict[str, Any] = {column.name: bindparam(column.name) for column in self._columns}
            statement = update(self._table).where(self._table.c.id == bindparam("row_id")).values(pointers)
            await writer.execute(statement, self._later)


def _refers_to_id_of(table: Table, column: Column[Any]) -> bool:
    return any(key.column is table.c.get("id") and column is not key.column for key in column.foreign_keys)
