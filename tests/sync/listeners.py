"""Many idle listeners on one process of the real server, all told of one change, and gone when it ends::

python -m tests.sync.listeners --listeners 1000
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.cli.children import GRACEFUL_SECONDS
from app.core import migrations
from app.core.database import Database
from app.sync.hub import MOST_OF_A_SESSION
from tests.factories import Factory, Person, client_id
from tests.journeys.real_server import ROOT, command_environment


@dataclass
class Measured:
    """What was seen."""

    connected_seconds: float
    megabytes: float
    """Of the API process, with all listening."""
    idle_cpu: float
    """Of one core, while nothing happens."""
    told_seconds: float
    """From the change to the last who was told."""
    ended: int
    """How many streams ended properly when the server did."""


async def make_people(url: str, listeners: int) -> tuple[list[Person], str]:
    """Members of one mini-cluster, as many as may listen, and its id."""
    database = Database(url, pool_size=1, durable=False)
    factory = Factory(database)
    place = await factory.mini_cluster()
    employer = await factory.organisation()
    people = [await factory.person(place, organisation=employer) for _ in range(-(-listeners // MOST_OF_A_SESSION) + 1)]
    await database.aclose()
    return people, str(place.public_id)


class Ear:
    """One listener, on a connection of its own."""

    def __init__(self, address: str, person: Person) -> None:
        self.host, _, port = address.removeprefix("http://").partition(":")
        self.port = int(port)
        self.person = person
        self.told = 0
        self.end = ""
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, and hear the first event."""
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        request = f"GET /v1/events HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {self.person.token}\r\n\r\n"
        self.writer.write(request.encode())
        await self.until_told(1)

    async def until_told(self, times: int) -> None:
        """Listen until so many pieces of news were told, or the end."""
        while self.told < times and not self.end:
            line = await self.reader.readline()
            self.told += line.startswith(b"event: changes")
            if line.startswith(b"event: end") or not line:
                self.end = line.decode().strip() or "cut off"


async def listen(address: str, ears: Sequence[Ear], author: Person, place: str, pid: int) -> Measured:
    """Let all listen, idle for a while, and then be told of an idea."""
    start = time.perf_counter()
    for portion in range(0, len(ears), 50):
        await asyncio.gather(*(ear.open() for ear in ears[portion : portion + 50]))
    await asyncio.gather(*(asyncio.wait_for(ear.until_told(2), 1.5) for ear in ears), return_exceptions=True)
    connected = time.perf_counter() - start
    for ear in ears:
        ear.told = 0
    before, at = cpu_seconds(pid), time.perf_counter()
    await asyncio.sleep(0.2 if len(ears) < 100 else 5)
    idle = (cpu_seconds(pid) - before) / (time.perf_counter() - at)
    start = time.perf_counter()
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        body = {"id": client_id(), "mini_cluster_id": place, "title": "새 소식", "body": "본문"}
        made = await client.post("/v1/ideas", headers=dict(author.headers), json=body)
        assert made.status_code == 201, made.text
    await asyncio.wait_for(asyncio.gather(*(ear.until_told(1) for ear in ears)), 30)
    return Measured(connected, megabytes(pid), idle, time.perf_counter() - start, 0)


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Memory of a process."""
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@contextmanager
def running_api(url: str) -> Iterator[tuple[str, int]]:
    """One API process without a worker, which would end the sessions that were made for this; address and process."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as listener:
        descriptor = listener.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.children", "api", str(descriptor)],
            cwd=ROOT,
            env=command_environment(url, LOG_LEVEL="ERROR"),
            stdin=subprocess.PIPE,
            pass_fds=(descriptor,),
        )
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield address, process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(GRACEFUL_SECONDS) in (0, -signal.SIGTERM), "it waited for streams"
    finally:
        process.kill()
        process.communicate()


def measure(url: str, listeners: int) -> Measured:
    """Start the real server on a database, and listen."""
    with asyncio.Runner() as runner:
        people, place = runner.run(make_people(url, listeners))
        with running_api(url) as (address, pid):
            ears = [Ear(address, people[number // MOST_OF_A_SESSION]) for number in range(listeners)]
            try:
                measured = runner.run(listen(address, ears, people[-1], place, pid))
            except BaseException:
                runner.run(close(ears))
                raise
        try:
            runner.run(hear_the_end(ears))
        finally:
            runner.run(close(ears))
        measured.ended = sum(ear.end == "event: end" for ear in ears)
        return measured


async def hear_the_end(ears: Sequence[Ear]) -> None:
    """Read what the server sent before it ended."""
    await asyncio.wait_for(asyncio.gather(*(ear.until_told(1_000) for ear in ears)), 30)


async def close(ears: Sequence[Ear]) -> None:
    """Hang up."""
    for ear in ears:
        if ear.writer is not None:
            ear.writer.close()
            with suppress(OSError):
                await ear.writer.wait_closed()


def main() -> None:
    """Measure, on an SQLite file of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="idea-storage-listeners-") as folder:
        url = f"sqlite:///{folder}/listeners.db"
        migrations.upgrade(url)
        print(measure(url, options.listeners))


if __name__ == "__main__":
    main()
