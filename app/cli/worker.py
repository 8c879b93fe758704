"""``idea-storage worker``: events, pushes, mails and upkeep as a process of its own."""

import asyncio
from typing import Annotated

import typer

from app.cli.configuration import load_settings, refuse_emulator
from app.cli.errors import one_line_errors


def worker(
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Give metrics over HTTP on this port of HOST; none are given without."),
    ] = None,
) -> None:
    """Run the worker apart from the API, until SIGTERM or Ctrl-C. Any number of workers may run on one database."""
    from app.cli.schema_state import require_current_schema

    with one_line_errors():
        settings = load_settings()
        refuse_emulator(settings)
        asyncio.run(require_current_schema(settings))
        if metrics_port is not None:
            from prometheus_client import start_http_server

            start_http_server(metrics_port, settings.host)
    run_process()


def run_process() -> None:
    """Be a worker until SIGTERM or SIGINT; what stops it from starting is logged, and ends it with exit code 1."""
    from app.worker import main

    main()
