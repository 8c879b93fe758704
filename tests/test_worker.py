"""The worker as a whole: from a committed event to a push, through outages, until it is told to end."""

import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from sqlalchemy import func, select

import app
from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.ideas.events import ResponseChanged
from app.identity.sign_in.events import SignInCodeRequested
from app.models import FeedEntry, Idea, OutboxEvent, SignInCode, Throttle, WorkerHeartbeat
from app.outbox.events import Event, append
from app.push.transport import OutcomeKind, PushMessage, PushOutcome
from app.worker import Tools, build_subscriptions, open_tools, push_settings, run_worker
from tests.factories import Factory
from tests.notifications.story import Clock, Story, token_of, until
from tests.postgres import PostgresServer
from tests.push.recording import RecordingTransport


@pytest.fixture
async def story(database: Database, factory: Factory) -> Story:
    return Story(database, factory, RecordingTransport(), Clock(), await factory.mini_cluster())


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a worker that doesn't wait long for the database."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        database_wait_seconds=0.5,
        secret_key="test-only-secret-key-of-40-characters-xx",
        quiet_hours="",
    )


@asynccontextmanager
async def working(settings: Settings, *names: str) -> AsyncIterator[None]:
    """Workers run meanwhile; at the end they are told to end, and must do so in time."""
    stop = anyio.Event()
    async with anyio.create_task_group() as tasks:
        for name in names or ("one",):
            tasks.start_soon(partial(run_worker, settings, stop=stop, name=name))
        yield
        stop.set()
        began = anyio.current_time()
    assert anyio.current_time() - began < 8


@pytest.fixture
def transport(story: Story, monkeypatch: pytest.MonkeyPatch) -> RecordingTransport:
    """What the worker sends with."""
    monkeypatch.setattr("app.worker.open_transport", lambda _settings: story.transport)
    return story.transport


async def sent(transport: RecordingTransport, count: int) -> None:
    """Wait for so many pushes."""
    await until(lambda: len(transport.sent) >= count)


async def settled(story: Story) -> None:
    """Wait until no event is left."""
    statement = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.settled_at.is_(None))

    async def is_settled() -> bool:
        async with story.database.read() as connection:
            return not await connection.scalar(statement)

    await until(is_settled)


async def pushed(story: Story) -> bool:
    """Whether the one delivery was sent."""
    return await story.codes() == [("sent", "sent")]


async def test_from_a_comment_to_the_phone(story: Story, settings: Settings, transport: RecordingTransport) -> None:
    author, other = await story.person(), await story.person("박바다")
    idea = await story.idea(author)
    async with working(settings):
        await story.comment(idea, other, "센서")
        await sent(transport, 1)
        await settled(story)
    assert [(message.token, message.body) for message in transport.sent] == [
        (token_of(author), "박바다님의 댓글: 센서")
    ]
    assert await story.codes() == [("sent", "sent")]
    assert transport.closed


async def test_two_workers_push_each_thing_once(
    story: Story, settings: Settings, transport: RecordingTransport
) -> None:
    author, other = await story.person(), await story.person("박바다")
    async with working(settings, "one", "two"):
        for _ in range(15):
            await story.comment(await story.idea(author), other)
        await sent(transport, 15)
        await settled(story)
        await anyio.sleep(0.3)
    tags = [message.tag for message in transport.sent]
    assert len(tags) == len(set(tags)) == 15


async def test_a_changed_response_moves_the_feeds(story: Story, settings: Settings) -> None:
    author = await story.person(device=False)
    idea = await story.idea(author)
    await story.change(Idea, idea.id, vote_count=3)
    async with working(settings):
        async with story.database.write() as session:
            for _ in range(5):
                await append(session, ResponseChanged(idea_id=idea.id))
        await settled(story)
    async with story.database.read() as connection:
        assert set((await connection.scalars(select(FeedEntry.vote_count))).all()) == {3}


async def test_a_sign_in_code_is_mailed(story: Story, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    person = await story.person(device=False)
    async with story.database.write() as session:
        code = SignInCode(account_id=person.id, nonce=b"n" * 16, expires_at=now() + timedelta(minutes=10))
        session.add(code)
        await session.flush()
        await append(session, SignInCodeRequested(code_id=code.id))
    async with working(settings):
        await settled(story)
    printed = capsys.readouterr().out
    assert f"to       {person.email}" in printed


async def test_without_credentials_pushes_are_printed(
    story: Story, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    author, other = await story.person(), await story.person("박바다")
    await story.comment(await story.idea(author), other, "센서")
    async with working(settings):
        await until(lambda: pushed(story))
    assert "박바다님의 댓글: 센서" in capsys.readouterr().out


async def test_it_says_that_it_lives_and_that_it_ends(story: Story, settings: Settings) -> None:
    async def beats() -> dict[str, float]:
        async with story.database.read() as connection:
            rows = await connection.execute(select(WorkerHeartbeat.worker, WorkerHeartbeat.beat_at))
            return {row.worker: (now() - row.beat_at).total_seconds() for row in rows}

    async def both_live() -> bool:
        return len(await beats()) == 2

    async with working(settings, "one", "two"):
        await until(both_live)
        assert all(age < 10 for age in (await beats()).values())
    assert await beats() == {}


async def test_it_prunes(story: Story, settings: Settings) -> None:
    await story.add(Throttle(key=b"k" * 32, tries=1, window_ends_at=now() - timedelta(days=1)))

    async def is_pruned() -> bool:
        async with story.database.read() as connection:
            return not await connection.scalar(select(func.count()).select_from(Throttle))

    async with working(settings):
        await until(is_pruned)


async def test_a_lost_database_ends_nothing(
    story: Story,
    settings: Settings,
    transport: RecordingTransport,
    engine: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    author, other = await story.person(), await story.person("박바다")
    first, second = await story.idea(author), await story.idea(author)
    async with working(settings):
        await story.comment(first, other)
        await sent(transport, 1)
        if engine == "sqlite":
            # Somebody holds the write lock for longer than the worker waits for it.
            async with story.database.write() as session:
                await append(session, ResponseChanged(idea_id=first.id))
                await anyio.sleep(2)
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            name = story.database.url.database
            await story.database.aclose()  # its own connections are about to be cut, too
            await anyio.to_thread.run_sync(server.execute, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            await anyio.to_thread.run_sync(server.execute, kill)
            await anyio.sleep(2)
            await anyio.to_thread.run_sync(server.execute, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await story.comment(second, other)
        await sent(transport, 2)
    assert len({message.tag for message in transport.sent}) == len(transport.sent) == 2
    assert "worker.task_failed" not in capsys.readouterr().out


class Slow(RecordingTransport):
    """Answers after a while, or never."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def send(self, message: PushMessage) -> PushOutcome:
        self.sent.append(message)
        await anyio.sleep(self.seconds)
        return PushOutcome(OutcomeKind.SENT)


@pytest.mark.parametrize(("seconds", "state"), [(0.5, "sent"), (3600, "pending")])
async def test_what_is_in_flight_at_the_end_is_finished_if_it_can_be(
    story: Story, settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: float, state: str
) -> None:
    monkeypatch.setattr("app.worker.DRAIN_SECONDS", 1.5)
    transport = story.transport = Slow(seconds)
    monkeypatch.setattr("app.worker.open_transport", lambda _settings: transport)
    author, other = await story.person(), await story.person()
    await story.comment(await story.idea(author), other)
    async with working(settings):
        await sent(transport, 1)
    assert [code for code, _ in await story.codes()] == [state]
    assert transport.closed


async def test_every_kind_of_event_is_known_to_the_worker(settings: Settings) -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {event.kind for event in subclasses(Event) if event.__module__.startswith("app.")}
    async with open_tools(settings) as tools:
        assert isinstance(tools, Tools)
        assert set(build_subscriptions(tools).kinds) == ours


def subclasses(kind: type[Event]) -> set[type[Event]]:
    return {found for child in kind.__subclasses__() for found in {child, *subclasses(child)}}


def test_push_settings_follow_the_settings(settings: Settings) -> None:
    plain = push_settings(settings)
    assert not plain.has_credentials
    chosen = settings.model_copy(
        update={
            "fcm_credentials_file": Path("account.json"),
            "fcm_base_url": "http://127.0.0.1:1",
            "fcm_timeout_seconds": 2.5,
            "fcm_max_in_flight": 7,
        }
    )
    push = push_settings(chosen)
    assert (push.credentials_file, push.fcm_base_url) == ("account.json", "http://127.0.0.1:1")
    assert (push.timeout_seconds, push.max_in_flight) == (2.5, 7)


class TestProcess:
    """The worker as a process of its own."""

    @staticmethod
    def start(settings: Settings, tmp_path: Path, **environment: str) -> subprocess.Popen[str]:
        variables = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": "test-only-secret-key-of-40-characters-xx",
            "LOG_FORMAT": "json",
            "QUIET_HOURS": "",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "app.worker"],
            env=variables | environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_it_works_and_ends_when_told(
        self, story: Story, settings: Settings, tmp_path: Path, number: signal.Signals
    ) -> None:
        author, other = await story.person(), await story.person("박바다")
        await story.comment(await story.idea(author), other, "센서")
        process = self.start(settings, tmp_path)
        try:
            await until(lambda: pushed(story), 40)
            began = time.monotonic()
            process.send_signal(number)
            printed, _ = process.communicate(timeout=10)
        finally:
            process.kill()
        assert time.monotonic() - began < 10
        assert process.returncode == 0
        for expected in ("worker.started", "박바다님의 댓글: 센서", "worker.stopping", "worker.stopped"):
            assert expected in printed

    @pytest.mark.parametrize(
        ("variable", "value", "reason"),
        [("FCM_CREDENTIALS_FILE", "nowhere.json", "check path and rights"), ("FCM_BASE_URL", "ftp://x", "https://")],
    )
    def test_settings_that_cannot_be_used_end_it_with_the_reason(
        self, settings: Settings, tmp_path: Path, variable: str, value: str, reason: str
    ) -> None:
        process = self.start(settings, tmp_path, **{variable: value})
        try:
            printed, _ = process.communicate(timeout=40)
        finally:
            process.kill()
        assert process.returncode == 1
        assert "worker.not_started" in printed
        assert reason in printed
        assert "Traceback" not in printed
