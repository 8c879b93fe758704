"""``idea-storage worker``: events, pushes, mails and upkeep as a process of its own."""

import asyncio
from typing import Annotated

import typer

from app.cli.children import end_with_parent
from app.cli.configuration import load_settings, refuse_emulator
from app.cli.errors import one_line_errors
from app.cli.schema_state import require_current_schema


def worker(
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when the process that started this one ends.")
    ] = False,
) -> None:
    """Run the worker apart from the API, until SIGTERM or Ctrl-C. Any number of workers may run on one database."""
    if with_parent:
        end_with_parent()
    with one_line_errors():
        settings = load_settings()
        refuse_emulator(settings)
        asyncio.run(require_current_schema(settings))
    # Imported here, so that the commands that need no worker begin at once.
    from app import worker as process

    process.main()
