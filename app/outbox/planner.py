"""Telling SQLite's planner what PostgreSQL knows by its statistics."""

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Common(FunctionElement[bool]):
    """A condition that is not worth an index of its own: ``Common(condition)`` is the condition.

    Without it SQLite takes ``settled_at IS NULL`` for rare: for each claim it reads every unsettled event by the index
    of ``settled_at`` and sorts them, instead of walking the few it needs along the partial index of due ones.
    """

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "Common":
        """Stand as it is: SQLAlchemy would append ``= 1``, which no index serves."""
        return self


@compiles(Common)
def _plain(element: Common, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Common, "sqlite")
def _likely(element: Common, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.95)"
