"""Workers and the API killed at random under load, with the ledger outside: is every acknowledged comment pushed?

Two workers, one API process and a stand-in for FCM run; comments are posted until they are acknowledged, each on an
idea of its own, so that each means one push with a tag of its own. A seed decides who is killed when. The long form::

    python -m tests.faults.push_kills --engine sqlite --kills 100 --seed 7
"""

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select, update

from app.core import migrations
from app.core.clock import now
from app.core.database import Database
from app.models import AccessToken, Comment, InboxItem
from tests.factories import Factory, client_id
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.journeys.real_server import ROOT, command_environment
from tests.notifications.story import Clock, Story
from tests.postgres import running_postgres
from tests.push.recording import RecordingTransport

IN_FLIGHT = 16
"""Sends at one time per worker: a kill may cost so many duplicates."""
COMMENTS_PER_KILL = 15
WORKERS = ("worker 1", "worker 2")
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Stage:
    """Who writes, and the ideas written on, each with the tag by which its author's phone knows it."""

    headers: dict[str, str]
    idea_ids: Sequence[str]

    def tag(self, idea_id: str) -> str:
        """The tag of pushes about comments on an idea."""
        return f"idea-{idea_id}-responses"


@dataclass
class Outcome:
    """What the ledger says at the end."""

    seed: int
    kills: Counter[str]
    acknowledged: int
    lost: list[str] = field(default_factory=list)
    """Ideas whose author was not pushed."""
    pushes: int = 0
    duplicates: int = 0
    odd_tags: list[str] = field(default_factory=list)
    doubly_told: int = 0
    """Comments that stand in an inbox more than once."""
    untold: int = 0
    seconds_to_recover: float = 0.0

    @property
    def duplicates_allowed(self) -> int:
        """The sends that were in flight at each kill of a worker."""
        return IN_FLIGHT * sum(self.kills[name] for name in WORKERS)

    def __str__(self) -> str:
        killed = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"seed {self.seed}: killed {killed}; {self.acknowledged} comments acknowledged, {len(self.lost)} lost,"
            f" {self.pushes} pushes, {self.duplicates} duplicates (at most {self.duplicates_allowed}),"
            f" {len(self.odd_tags)} other tags, {self.untold} untold, {self.doubly_told} told twice,"
            f" all pushed {self.seconds_to_recover:.1f} s after the last comment"
        )


class Processes:
    """The processes of the installation, by name; a killed one is begun again at once."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        # Held here: no other connection takes the port while the API is dead, and requests wait for its return.
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._environment = environment
        self._log = (folder / "processes.log").open("ab")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        uvicorn = ("uvicorn", "app.main:create_app", "--factory", "--fd", str(self._listener.fileno()))
        self._commands = {"api": uvicorn} | dict.fromkeys(WORKERS, ("tests.faults.short_lease_worker",))
        for name in self._commands:
            self._begin(name)

    def _begin(self, name: str) -> None:
        command = [sys.executable, "-m", *self._commands[name]]
        self._running[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[self._listener.fileno()] if name == "api" else [],
        )

    def kill(self, name: str) -> None:
        """SIGKILL, and begin anew."""
        self._running[name].kill()
        self._running[name].wait()
        self._begin(name)

    def close(self) -> None:
        """End all."""
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.wait()
        self._log.close()
        self._listener.close()


class Writer(threading.Thread):
    """Posts comments, each until it is acknowledged: then it stands in the ledger."""

    def __init__(self, stage: Stage, port: int, pause: float) -> None:
        super().__init__(name="writer")
        self.ledger: list[str] = []
        self.failure: str | None = None
        self._stage = stage
        self._address = f"http://127.0.0.1:{port}"
        self._pause = pause
        self._ended = threading.Event()

    def stop(self) -> None:
        """Write no further comment; the one under way is finished."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        for idea_id in self._stage.idea_ids:
            if self._ended.is_set():
                return
            self._post(idea_id, {"id": client_id(), "body": "센서를 달면 어떨까요?"})
            time.sleep(self._pause)

    def _post(self, idea_id: str, comment: dict[str, str]) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        path = f"{self._address}/v1/ideas/{idea_id}/comments"
        while time.monotonic() < until:
            try:
                reply = httpx.post(path, json=comment, headers=self._stage.headers, timeout=10, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.05)  # the process was killed; the retry bears the same id
                continue
            if reply.status_code == 201:
                self.ledger.append(idea_id)
                return
            if reply.status_code != 503:
                self.failure = reply.text
                return
        self.failure = "no answer"


async def set_stage(database_url: str, ideas: int) -> Stage:
    """Authors with phones, and somebody who comments on their ideas."""
    database = Database(database_url, pool_size=2)
    factory = Factory(database)
    story = Story(database, factory, RecordingTransport(), Clock(), await factory.mini_cluster())
    authors = [await story.person() for _ in range(5)]
    writer = await story.person(device=False)
    async with database.write() as session:
        await session.execute(update(AccessToken).values(expires_at=now() + timedelta(days=1)))
    made = [await story.idea(authors[number % len(authors)]) for number in range(ideas)]
    await database.aclose()
    return Stage(dict(writer.headers), [str(idea.public_id) for idea in made])


def run(database_url: str, folder: Path, *, kills: int, seed: int) -> Outcome:
    """Play it on a migrated, empty database."""
    chance = random.Random(seed)
    stage = asyncio.run(set_stage(database_url, kills * COMMENTS_PER_KILL))
    with ExitStack() as stack:
        fcm = stack.enter_context(FcmServer())
        fcm.delay = 0.02
        environment = command_environment(
            database_url,
            FCM_CREDENTIALS_JSON=json.dumps(throwaway_service_account(fcm)),
            FCM_BASE_URL=fcm.base_url,
            FCM_TIMEOUT_SECONDS="1",
            FCM_MAX_IN_FLIGHT=str(IN_FLIGHT),
        )
        processes = Processes(environment, folder)
        stack.callback(processes.close)
        writer = Writer(stage, processes.port, pause=0.03)
        writer.start()
        stack.callback(writer.stop)
        outcome = Outcome(seed, Counter(), 0)
        for _ in range(kills):
            _under_load(writer, chance)
            victim = chance.choice([*WORKERS, "api"])
            processes.kill(victim)
            outcome.kills[victim] += 1
        writer.stop()
        assert writer.failure is None, writer.failure
        _judge(outcome, stage, writer.ledger, fcm)
    asyncio.run(_ask_inboxes(database_url, outcome))
    return outcome


def _under_load(writer: Writer, chance: random.Random) -> None:
    """Let some comments be acknowledged, and then some moment pass."""
    enough = len(writer.ledger) + chance.randint(2, COMMENTS_PER_KILL - 5)
    _wait(lambda: len(writer.ledger) >= enough or writer.failure is not None, 30)
    time.sleep(chance.uniform(0.0, 0.3))


def _judge(outcome: Outcome, stage: Stage, ledger: Sequence[str], fcm: FcmServer) -> None:
    expected = {stage.tag(idea_id): idea_id for idea_id in ledger}
    begun = time.monotonic()
    _wait(lambda: expected.keys() <= _tags(fcm).keys())
    outcome.seconds_to_recover = time.monotonic() - begun
    tags = _tags(fcm)
    outcome.acknowledged = len(expected)
    outcome.lost = [idea_id for tag, idea_id in expected.items() if tag not in tags]
    outcome.pushes = sum(tags.values())
    outcome.duplicates = sum(count - 1 for count in tags.values())
    outcome.odd_tags = sorted(tags.keys() - expected.keys())


def _tags(fcm: FcmServer) -> Counter[str]:
    return Counter(message["android"]["notification"]["tag"] for message in fcm.accepted())


def _wait(condition: Callable[[], object], seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait for a condition, or until patience ends: what is missing then is lost."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)


async def _ask_inboxes(database_url: str, outcome: Outcome) -> None:
    database = Database(database_url, pool_size=1)
    told = select(InboxItem.comment_id, func.count()).group_by(InboxItem.comment_id)
    async with database.read() as connection:
        counts = [count for _, count in await connection.execute(told)]
        comments = await connection.scalar(select(func.count()).select_from(Comment)) or 0
    await database.aclose()
    outcome.doubly_told = sum(1 for count in counts if count > 1)
    outcome.untold = comments - len(counts)


@contextmanager
def fresh_database(engine: str, folder: Path) -> Iterator[str]:
    """A migrated, empty database for a run by hand."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'kills.db'}"
        migrations.upgrade(url)
        yield url
        return
    with running_postgres(folder, None) as server:
        server.execute("CREATE DATABASE kills")
        url = server.url("kills")
        migrations.upgrade(url)
        yield url


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"{options.engine}, {options.kills} kills, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with fresh_database(options.engine, folder) as url:
            outcome = run(url, folder, kills=options.kills, seed=options.seed)
    print(outcome)
    failed = outcome.lost or outcome.odd_tags or outcome.untold or outcome.doubly_told
    sys.exit(1 if failed or outcome.duplicates > outcome.duplicates_allowed else 0)


if __name__ == "__main__":
    main()
