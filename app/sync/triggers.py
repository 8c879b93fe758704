"""The triggers that write the log of changes, made from the watches: nothing that writes can forget it.

They are no part of the history of migrations, but taken away before migrations and made again after them
(``migrations/env.py``): so a migration may rebuild any table, and a new kind needs no migration at all. What was
written meanwhile by a service that was not stopped is in no log; so a new epoch begins, and phones begin anew.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, inspect

from app.sync.watches import DELETE, UPDATE, Watch

_PREFIX = "log_change_"
_TARGET = "INSERT INTO changes (xid, account_id, entity, object_id, stream_id, public_id, at)"
_SQLITE_VALUES = ("0", "strftime('%Y-%m-%d %H:%M:%f000', 'now')")
# The id of the transaction, also within a savepoint.
_POSTGRESQL_VALUES = ("pg_current_xact_id()::text::bigint", "clock_timestamp()")


def are_made(connection: Connection, watches: Iterable[Watch]) -> bool:
    """Whether the triggers of the database are those of these watches."""
    return set(_present(connection)) == set(_statements(connection.dialect.name, watches))


def make_triggers(connection: Connection, watches: Iterable[Watch]) -> None:
    """Make the triggers of all watches, in the transaction of ``connection``; there must be none."""
    for statements in _statements(connection.dialect.name, watches).values():
        for statement in statements:
            connection.exec_driver_sql(statement)


def take_triggers_away(connection: Connection) -> None:
    """Drop every trigger of ours, with its function, and end the epoch. There need not be any."""
    for name in _present(connection):
        is_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql(f"DROP TRIGGER {name}" if is_sqlite else f"DROP FUNCTION {name} CASCADE")
    if inspect(connection).has_table("change_epochs"):
        connection.exec_driver_sql("DELETE FROM change_epochs")


def _present(connection: Connection) -> list[str]:
    query = "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return [name for (name,) in connection.exec_driver_sql(query) if name.startswith(_PREFIX)]


def _statements(engine: str, watches: Iterable[Watch]) -> Mapping[str, list[str]]:
    """What makes each trigger, by its name, which tells what it does: another trigger has another name."""
    make = _sqlite_trigger if engine == "sqlite" else _postgresql_trigger
    made: dict[str, list[str]] = {}
    for watch in watches:
        for event in watch.events:
            digest = hashlib.sha256("".join(make("", watch, event)).encode()).hexdigest()[:8]
            name = f"{_PREFIX}{watch.table}_{event.lower()}_{digest}"
            made[name] = list(make(name, watch, event))
    return made


def _sqlite_trigger(name: str, watch: Watch, event: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {name} AFTER {_event(watch, event)} ON {watch.table} {_when(watch, event, 'IS NOT')}"
        f"BEGIN {_insert(watch, event, *_SQLITE_VALUES)}; END"
    )


def _postgresql_trigger(name: str, watch: Watch, event: str) -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_insert(watch, event, *_POSTGRESQL_VALUES)}; RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {_event(watch, event)} ON {watch.table} FOR EACH ROW "
        f"{_when(watch, event, 'IS DISTINCT FROM')}EXECUTE FUNCTION {name}()"
    )


def _event(watch: Watch, event: str) -> str:
    return f"UPDATE OF {', '.join(watch.columns)}" if event == UPDATE else event


def _when(watch: Watch, event: str, differs: str) -> str:
    if event != UPDATE:
        return ""
    return f"WHEN ({' OR '.join(f'OLD.{column} {differs} NEW.{column}' for column in watch.columns)}) "


def _insert(watch: Watch, event: str, xid: str, at: str) -> str:
    row = "OLD" if event == DELETE else "NEW"
    public_id = f"{row}.public_id" if watch.has_public_id and event == DELETE else "NULL"
    values = (xid, watch.account_id, f"'{watch.entity}'", watch.object_id, watch.stream_id, public_id, at)
    return f"{_TARGET} SELECT {', '.join(values)} {watch.source}".replace("{row}", row).replace("{old}", "OLD").rstrip()
