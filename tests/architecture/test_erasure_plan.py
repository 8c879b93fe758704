"""No table and no column can be added in which a person would outlast his erasure unnoticed."""

from collections.abc import Iterator

from sqlalchemy import Column, Enum, LargeBinary, String, Table
from sqlalchemy.sql import visitors
from sqlalchemy.types import JSON

from app.models import Model
from app.privacy.erasure.kept import COLUMNS, TABLES
from app.privacy.erasure.plan import STEPS, Step
from app.privacy.erasure.removal import table_of
from app.privacy.erasure.subject import Subject
from app.privacy.exports.sections import NOT_EXPORTED, sections

SUBJECT = Subject(account_id=1, public_id="019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60", email="a@example.kr")
WITHOUT_FOREIGN_KEY = {"account_id", "actor_id", "author_id", "subject_id"}


def name_of(column: Column[object]) -> str:
    return f"{column.table.name}.{column.name}"


def is_number_of_account(column: Column[object]) -> bool:
    return column.name in WITHOUT_FOREIGN_KEY or any(key.column.table.name == "accounts" for key in column.foreign_keys)


def is_telling(column: Column[object]) -> bool:
    """Whether it can hold words, a secret, or the number of a person."""
    holds_words = isinstance(column.type, String | JSON | LargeBinary) and not isinstance(column.type, Enum)
    return holds_words or is_number_of_account(column)


def telling_columns() -> Iterator[Column[object]]:
    for table in Model.metadata.sorted_tables:
        yield from (column for column in table.columns if is_telling(column))


def steps_of(table: Table) -> list[Step]:
    return [step for step in STEPS if table_of(step) is table]


def asked_for(step: Step) -> set[str]:
    """The columns by which a step finds its rows."""
    return {
        element.name
        for element in visitors.iterate(step.where(SUBJECT))
        if isinstance(element, Column) and element.table is table_of(step)
    }


def is_provided_for(column: Column[object]) -> bool:
    if column.table.name in TABLES or name_of(column) in COLUMNS:
        return True
    steps = steps_of(column.table)
    if any(step.put is not None and column.name in step.put for step in steps):
        return True
    deleting = [step for step in steps if step.put is None and step.is_all]
    if is_number_of_account(column):
        return any(column.name in asked_for(step) for step in deleting)
    return bool(deleting)


def test_every_column_that_can_hold_personal_data_is_provided_for() -> None:
    """Check 17."""
    forgotten = sorted(name_of(column) for column in telling_columns() if not is_provided_for(column))
    assert forgotten == [], (
        "what becomes of these when a person is erased? Add a step to app/privacy/erasure/plan.py,"
        " or the reason why they stay to app/privacy/erasure/kept.py"
    )


def test_what_is_kept_exists_and_would_be_missed() -> None:
    telling = {name_of(column) for column in telling_columns()}
    assert len(telling) > 150
    assert sorted(COLUMNS.keys() - telling) == []
    assert sorted(TABLES.keys() - Model.metadata.tables.keys()) == []
    assert sorted(name for name in COLUMNS if name.partition(".")[0] in TABLES) == []
    assert all(COLUMNS.values())
    assert all(TABLES.values())


def test_what_refers_to_rows_goes_before_them() -> None:
    """A table whose rows go is gone through after those that refer to it by a key that forbids it."""
    order = {table_of(step).name: number for number, step in enumerate(STEPS)}
    for number, step in enumerate(STEPS):
        if step.put is None:
            for table in Model.metadata.sorted_tables:
                refers = any(key.column.table is table_of(step) for key in table.foreign_keys)
                if refers and table.name in order and any(s.put is None for s in steps_of(table)):
                    first = next(n for n, other in enumerate(STEPS) if table_of(other) is table and other.put is None)
                    assert first <= number, (table.name, table_of(step).name)


def test_every_table_of_persons_is_exported_or_named() -> None:
    """Check 17."""
    read = {
        element.name
        for statement in sections(SUBJECT.account_id).values()
        for element in visitors.iterate(statement)
        if isinstance(element, Table)
    }
    of_persons = {column.table.name for column in telling_columns() if is_number_of_account(column)}
    forgotten = sorted(of_persons - read - NOT_EXPORTED.keys())
    assert forgotten == [], "add a section to app/privacy/exports/sections.py, or the reason to NOT_EXPORTED there"
    assert sorted(NOT_EXPORTED.keys() - Model.metadata.tables.keys()) == []
    assert all(NOT_EXPORTED.values())
