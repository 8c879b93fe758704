"""Errors of commands: one line on stderr and exit code 1. A traceback is for faults of ours only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

_LONGEST_LINE = 1_000


class UserError(Exception):
    """What stops a command, in one sentence that says what to do."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what an operator can cause, and mend, into one line and exit code 1."""
    try:
        yield
    except UserError as error:
        fail(str(error))
    except Exception as error:
        from app.cli.explanations import explain

        if (explanation := explain(error)) is None:
            raise
        fail(explanation)


def fail(message: str) -> NoReturn:
    """Print one line on stderr and end the command with exit code 1."""
    typer.echo(f"Error: {message[:_LONGEST_LINE]}", err=True)
    raise typer.Exit(1)
