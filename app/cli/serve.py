"""``idea-storage serve``: the API, and the worker beside it."""

import asyncio
import os
import socket
from typing import Annotated

import typer

from app.cli.configuration import load_settings, refuse_emulator
from app.cli.errors import UserError, one_line_errors
from app.cli.metrics_folder import METRICS_VARIABLE, metrics_folder
from app.cli.supervisor import ChildProcess, supervise

_BACKLOG = 2048


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port, instead of PORT; 0 takes a free one.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of API processes.")] = 1,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run the worker (pushes, mails, upkeep) beside the API.")
    ] = True,
) -> None:
    """Run the API, with the worker beside it, until SIGTERM or Ctrl-C."""
    from app.cli.schema_state import require_current_schema
    from app.core.logging import configure_logging

    with one_line_errors():
        settings = load_settings(host=host, port=port)
        configure_logging(settings.log_level, settings.log_format)
        refuse_emulator(settings)
        asyncio.run(require_current_schema(settings))
        with metrics_folder(settings.data_directory) as folder:
            listener = _listen(settings.host, settings.port)
            typer.echo(f"Idea Storage listens on {_address(listener)} (Ctrl-C ends it)")
            environment = os.environ | {METRICS_VARIABLE: str(folder)}
            asyncio.run(supervise(_children(listener, workers, with_worker), environment, listener))


def _children(listener: socket.socket, workers: int, with_worker: bool) -> list[ChildProcess]:
    descriptor = listener.fileno()
    api = ChildProcess("API process", ("api", str(descriptor)), (descriptor,))
    worker = ChildProcess("worker", ("worker",))
    return [api] * workers + [worker] * with_worker


def _listen(host: str, port: int) -> socket.socket:
    """A socket on which connections queue up from now on.

    :raises UserError: the address is not of this machine, or taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        # Makes the address free again at once when an earlier run has just ended.
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        raise UserError(
            f"cannot listen on {host}, port {port} ({reason}): choose another HOST or PORT, or end what uses it"
        ) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
