"""How many pushes a worker delivers a second, and how long one takes from the commit to FCM's acknowledgement.

Run ``python -m bench.push``: for each engine a real worker process sends through firebase-admin to a local server of a
process of its own that takes 20 ms for each answer. First a backlog of comments, each on an idea of its own, is worked
off; then comments are committed one by one at a steady rate, each pushed at once, and their way is timed. Give
``--least 400`` to fail below so many deliveries a second.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select

from app.core import migrations
from app.core.clock import now
from app.core.database import Database
from app.ideas.events import CommentAdded
from app.models import Comment, Delivery, Idea, InboxItem, OutboxEvent, PushJob
from app.models.ideas import IdeaStatus, Visibility
from app.models.notifications import DeliveryState
from app.outbox.events import append
from tests.factories import Factory, Person
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.journeys.real_server import ROOT, command_environment
from tests.notifications.story import Clock, Story
from tests.postgres import running_postgres
from tests.push.recording import RecordingTransport

ANSWER_SECONDS = 0.02
AUTHORS = 20


@dataclass(frozen=True)
class Figures:
    """What was measured on one engine."""

    engine: str
    pushes: int
    per_second: float
    cpu_milliseconds: float
    """Of the worker process for each push of the backlog, its start included."""
    p50: float
    p99: float

    def __str__(self) -> str:
        return (
            f"{self.engine}: {self.pushes} pushes, {self.per_second:.0f}/s, {self.cpu_milliseconds:.1f} ms of CPU each;"
            f" commit to acknowledgement p50 {self.p50 * 1000:.0f} ms, p99 {self.p99 * 1000:.0f} ms"
        )


class Place:
    """Authors with phones, and somebody who comments on their ideas."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.authors: Sequence[Person] = ()
        self.writer: Person | None = None
        self.mini_cluster_id = self.consortium_id = 0

    async def build(self) -> None:
        """Make the people."""
        factory = Factory(self.database)
        home = await factory.mini_cluster()
        self.mini_cluster_id, self.consortium_id = home.id, home.consortium_id
        story = Story(self.database, factory, RecordingTransport(), Clock(), home)
        self.authors = [await story.person() for _ in range(AUTHORS)]
        self.writer = await story.person(device=False)

    async def comment(self, count: int) -> None:
        """So many comments, each on a new idea, in one commit."""
        assert self.writer is not None
        async with self.database.write() as session:
            ideas = [self._idea(number) for number in range(count)]
            session.add_all(ideas)
            await session.flush()
            comments = [
                Comment(creation_digest=b"c" * 32, idea_id=idea.id, author_id=self.writer.id, body="센서를 달까요?")
                for idea in ideas
            ]
            session.add_all(comments)
            await session.flush()
            for comment in comments:
                event = CommentAdded(idea_id=comment.idea_id, comment_id=comment.id, author_id=comment.author_id)
                await append(session, event)

    def _idea(self, number: int) -> Idea:
        return Idea(
            creation_digest=b"i" * 32,
            mini_cluster_id=self.mini_cluster_id,
            consortium_id=self.consortium_id,
            author_id=self.authors[number % AUTHORS].id,
            title="절삭유 미스트 집진 장치 공동 시험",
            body="가공 현장의 미스트를 줄이려고 합니다.",
            excerpt="가공 현장의 미스트를 줄이려고 합니다.",
            visibility=Visibility.MINI_CLUSTER,
            status=IdeaStatus.PUBLISHED,
            published_at=now(),
        )


def serve_fcm(pipe: "Connection[object, object]") -> None:
    """The process of the local FCM server: tells where it is, and ends when told anything."""
    with FcmServer() as server:
        server.delay = ANSWER_SECONDS
        pipe.send((server.base_url, json.dumps(throwaway_service_account(server))))
        pipe.recv()


@contextmanager
def running_fcm() -> Iterator[tuple[str, str]]:
    """Address and service account of the local server."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_fcm, args=(theirs,))
    process.start()
    try:
        address, account = ours.recv()
        yield str(address), str(account)
    finally:
        ours.send("end")
        process.join()


@contextmanager
def running_worker(database_url: str, fcm: tuple[str, str]) -> Iterator[None]:
    """A worker process, with its log thrown away."""
    environment = command_environment(database_url, FCM_BASE_URL=fcm[0], FCM_CREDENTIALS_JSON=fcm[1])
    environment |= {"LOG_LEVEL": "ERROR"}
    worker = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


async def measure(engine: str, database_url: str, pushes: int, rate: int, seconds: int) -> Figures:
    """Work off a backlog, then time single comments."""
    database = Database(database_url, pool_size=4)
    place = Place(database)
    await place.build()
    await place.comment(pushes)
    with running_fcm() as fcm:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with running_worker(database_url, fcm):
            await _sent(database, pushes)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        first, last = await _span(database)
        with running_worker(database_url, fcm):
            times = await _one_by_one(place, pushes, rate, seconds)
    await database.aclose()
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Figures(
        engine,
        pushes,
        pushes / (last - first).total_seconds(),
        cpu * 1000 / pushes,
        statistics.median(times),
        statistics.quantiles(times, n=100)[98],
    )


async def _sent(database: Database, count: int) -> None:
    statement = select(func.count()).where(Delivery.state == DeliveryState.SENT)
    while True:
        async with database.read() as connection:
            if (await connection.scalar(statement) or 0) >= count:
                return
        await asyncio.sleep(0.2)


async def _span(database: Database) -> tuple[datetime, datetime]:
    async with database.read() as connection:
        row = (await connection.execute(select(func.min(Delivery.settled_at), func.max(Delivery.settled_at)))).one()
    first, last = row
    assert first is not None
    assert last is not None
    return first, last


async def _one_by_one(place: Place, pushes: int, rate: int, seconds: int) -> list[float]:
    await place.comment(1)
    await _sent(place.database, pushes + 1)  # the worker has begun
    count = rate * seconds
    begun = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        await place.comment(1)
    await _sent(place.database, pushes + 1 + count)
    statement = (
        select(Delivery.settled_at, OutboxEvent.created_at)
        .join(PushJob, PushJob.id == Delivery.push_job_id)
        .join(InboxItem, InboxItem.idea_id == PushJob.idea_id)
        .join(OutboxEvent, OutboxEvent.id == InboxItem.event_id)
        .order_by(Delivery.id.desc())
        .limit(count)
    )
    async with place.database.read() as connection:
        rows = (await connection.execute(statement)).all()
    return [(row.settled_at - row.created_at).total_seconds() for row in rows]


def main() -> None:
    """Measure on the engines named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--pushes", type=int, default=2_000)
    parser.add_argument("--rate", type=int, default=20, help="comments a second whose way is timed")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--least", type=float, default=0.0, help="fail below so many deliveries a second")
    options = parser.parse_args()
    slowest = float("inf")
    with tempfile.TemporaryDirectory(prefix="bench-push-", ignore_cleanup_errors=True) as name:
        for engine in options.engine:
            with database_of(engine, Path(name)) as url:
                figures = asyncio.run(measure(engine, url, options.pushes, options.rate, options.seconds))
            print(figures, flush=True)
            slowest = min(slowest, figures.per_second)
    sys.exit(1 if slowest < options.least else 0)


@contextmanager
def database_of(engine: str, folder: Path) -> Iterator[str]:
    """A migrated, empty database."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'push.db'}"
        migrations.upgrade(url)
        yield url
        return
    with running_postgres(folder, None) as server:
        server.execute("CREATE DATABASE push")
        migrations.upgrade(server.url("push"))
        yield server.url("push")


if __name__ == "__main__":
    main()
