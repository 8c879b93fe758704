"""One parent, several child processes: they begin together and end together."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from app.cli.errors import UserError

log = structlog.get_logger(__name__)

GRACE_SECONDS = 9.0
"""From the request to end until what still runs is killed. Each child ends its own work within 8 seconds."""


@dataclass(frozen=True)
class ChildProcess:
    """A process of ``app/cli/children.py``; it inherits the descriptors."""

    name: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


async def supervise(
    children: Sequence[ChildProcess], environment: Mapping[str, str], listener: socket.socket | None = None
) -> None:
    """Start ``children`` and wait for SIGTERM, SIGINT or the end of one of them; then end all.

    ``listener`` is closed here once the children have inherited it.

    :raises UserError: a child ended although nobody asked for it.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running: dict[asyncio.Task[int], tuple[ChildProcess, Process]] = {}
    try:
        for child in children:
            process = await _start(child, environment)
            running[asyncio.create_task(process.wait())] = (child, process)
        if listener is not None:
            listener.close()
        stopped = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait({stopped, *running}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
    finally:
        await _end_all(running)
    if not stop.is_set():
        raise UserError("; ".join(_epitaph(*running[task]) for task in running if task in ended))


async def _start(child: ChildProcess, environment: Mapping[str, str]) -> Process:
    """Start a child. Its stdin is a pipe held by this process: it reads the end of the pipe when we die.

    It gets a session of its own, so that Ctrl-C reaches only this process, which ends the children in order.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli.children", *child.arguments),
        stdin=asyncio.subprocess.PIPE,
        env=environment,
        pass_fds=child.descriptors,
        start_new_session=True,
    )
    log.info("serve.process_started", process=child.name, pid=process.pid)
    return process


async def _end_all(running: Mapping[asyncio.Task[int], tuple[ChildProcess, Process]]) -> None:
    for task, (_, process) in running.items():
        if not task.done():
            process.send_signal(signal.SIGTERM)
    if not running:
        return
    _, slow = await asyncio.wait(running, timeout=GRACE_SECONDS)
    for task in slow:
        child, process = running[task]
        log.warning("serve.process_killed", process=child.name, pid=process.pid, after_seconds=GRACE_SECONDS)
        process.kill()
    if slow:
        await asyncio.wait(slow)


def _epitaph(child: ChildProcess, process: Process) -> str:
    code = process.returncode or 0
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    return f"the {child.name} (process {process.pid}) ended unexpectedly {how}; everything was stopped"
