"""What errors of libraries and of the product mean to an operator."""

import asyncpg
from alembic.util import CommandError as MigrationError
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.core.errors import AppError
from app.core.localisation import Locale


def explain(error: Exception) -> str | None:
    """One line that says what is wrong and what to do; None for a fault of ours."""
    if isinstance(error, AppError):
        return _in_english(error)
    if isinstance(error, ArgumentError):
        return "DATABASE_URL cannot be read; write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
    if isinstance(error, DBAPIError | asyncpg.PostgresError):
        return f"the database refused ({database_reason(error)}); `idea-storage check` looks closer"
    if isinstance(error, MigrationError):
        return f"the migration cannot run: {_first_line(error)}"
    if isinstance(error, OSError):
        return f"{error.strerror or _first_line(error)}{f': {error.filename}' if error.filename else ''}"
    return None


def database_reason(error: BaseException) -> str:
    """What a database said, in one line without the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return _first_line(cause)[:300]


def _in_english(error: AppError) -> str:
    fields = "; ".join(field.text.render(Locale.ENGLISH) for field in error.fields)
    return fields or error.detail_in(Locale.ENGLISH) or error.title.render(Locale.ENGLISH)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
