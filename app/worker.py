"""The composition root of the worker. Any number of workers may run on one database; its loss ends none of them."""

import importlib.util
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import structlog
from anyio.abc import TaskGroup

from app.consortia import mails as consortia_mails
from app.consortia.figures.storing import store_figures
from app.consortia.lifetime import archive_ended
from app.consortia.organisations.name_keys import fill_name_keys
from app.core.clock import now
from app.core.database import Database
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.feeds.refresh import refresh_ranks
from app.ideas.events import IdeaWithdrawn, ResponseChanged
from app.identity import mails
from app.identity.sessions.service import end_expired_sessions
from app.mail.factory import open_mail_transport
from app.mail.transport import MailTransport
from app.moderation.watch import watching
from app.notifications import fan_out
from app.notifications import mails as notification_mails
from app.notifications.digests import dispatch_due_digests
from app.notifications.jobs import dispatch_due, oldest_due_delivery
from app.notifications.metrics import OLDEST_DUE_DELIVERY_SECONDS
from app.notifications.quiet_hours import QuietHours
from app.notifications.sender import Sender
from app.outbox import heartbeats
from app.outbox.claims import oldest_due
from app.outbox.metrics import OLDEST_DUE_EVENT_SECONDS
from app.outbox.pacing import Pace, Wakeup, repeat
from app.outbox.relay import Lane, Relay
from app.outbox.subscriptions import Subscriptions
from app.privacy.erasure.due import erase_due
from app.privacy.exports.archive import DataExportBuilder
from app.privacy.exports.events import DataExportRequested
from app.push.factory import open_transport
from app.push.settings import PushSettings
from app.push.transport import PushTransport
from app.retention.pruning import prune
from app.showcases.figures import refresh_figures

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 15.0
UPKEEP_SECONDS = 3600.0
MAIL_LANES = 3
"""Mails under way at one time: each waits for the mail server."""
DRAIN_SECONDS = 6.5
"""From the request to end until what is still in flight is abandoned; its leases end, and another worker takes it."""
_CLOSE_SECONDS = 1.0
EXIT_SECONDS = 8.5
"""From the signal until the process ends whatever hangs: a thread waiting for an answer can't be interrupted."""
_EXPIRED_AT_ONCE = 500
_DIGEST_PACE = Pace(5.0, 60.0)


@dataclass(frozen=True)
class Tools:
    """What a worker works with."""

    settings: Settings
    database: Database
    mail: MailTransport
    push: PushTransport


def build_subscriptions(tools: Tools) -> Subscriptions:
    """Who handles which event. A test holds that every kind of event is known here."""
    subscriptions = Subscriptions()
    subscriptions.declare(IdeaWithdrawn)
    watching.subscribe(subscriptions)  # before people are told: what is held is news to nobody
    subscriptions.in_batches(ResponseChanged, refresh_ranks, lambda event: event.idea_id)
    fan_out.subscribe(subscriptions)
    notification_mails.subscribe(subscriptions, tools.database, tools.mail, tools.settings)
    mails.subscribe(subscriptions, tools.database, tools.mail, tools.settings.signing_key)
    consortia_mails.subscribe(subscriptions, tools.database, tools.mail, tools.settings)
    subscriptions.outside(DataExportRequested, DataExportBuilder(tools.database).build)
    return subscriptions


def push_settings(settings: Settings) -> PushSettings:
    """The part of the settings that the push transport needs.

    :raises ValueError: they contradict each other.
    """
    secret = settings.fcm_credentials_json
    return PushSettings(
        credentials_file=str(settings.fcm_credentials_file) if settings.fcm_credentials_file else None,
        credentials_json=secret.get_secret_value() if secret else None,
        fcm_base_url=settings.fcm_base_url,
        timeout_seconds=settings.fcm_timeout_seconds,
        max_in_flight=settings.fcm_max_in_flight,
    )


async def run_worker(settings: Settings, *, stop: anyio.Event, name: str | None = None) -> None:
    """Work until ``stop`` is set; then finish what is in flight, within 8 seconds.

    :raises PushCredentialsError: the push credentials can't be used.
    :raises ValueError: push or mail settings contradict each other.
    """
    worker = (name or f"{socket.gethostname()}-{os.getpid()}")[:80]
    async with open_tools(settings) as tools:
        log.info("worker.started", worker=worker)
        await _Loops(tools, worker, stop).run()
    log.info("worker.stopped", worker=worker)


@asynccontextmanager
async def open_tools(settings: Settings) -> AsyncIterator[Tools]:
    """Open database and transports; closed at the end of the block."""
    # What a worker writes repeats itself after a power loss, so that SQLite need not wait for the disk each time.
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        wait_seconds=settings.database_wait_seconds,
        durable=False,
    )
    try:
        mail = open_mail_transport(settings)
        push = open_transport(push_settings(settings))
        try:
            yield Tools(settings, database, mail, push)
        finally:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await push.aclose()
                await mail.aclose()
    finally:
        with anyio.CancelScope(shield=True):
            await database.aclose()


@dataclass
class _Loops:
    """The tasks of one worker."""

    tools: Tools
    worker: str
    stop: anyio.Event
    started_at: datetime = field(default_factory=now)
    _wakeups: list[Wakeup] = field(default_factory=list)

    async def run(self) -> None:
        async with anyio.create_task_group() as tasks:
            self._begin_all(tasks)
            await self.stop.wait()
            tasks.cancel_scope.deadline = anyio.current_time() + DRAIN_SECONDS
            for wakeup in self._wakeups:
                wakeup.set()
        if tasks.cancel_scope.cancelled_caught:
            log.warning("worker.drain_cut", seconds=DRAIN_SECONDS)
        await self._leave()

    def _begin_all(self, tasks: TaskGroup) -> None:
        database, settings = self.tools.database, self.tools.settings
        subscriptions = build_subscriptions(self.tools)
        sender = Sender(
            database,
            self.tools.push,
            max_in_flight=settings.fcm_max_in_flight,
            # The transport answers within 2.5 times its time-out.
            lease=timedelta(seconds=max(60.0, 2.5 * settings.fcm_timeout_seconds + 15)),
        )
        usual_quiet = QuietHours.parse(settings.quiet_hours)
        to_send, to_dispatch = self._wakeup(), self._wakeup()
        tasks.start_soon(sender.run, self.stop, to_send)
        self._begin(
            tasks, "push_jobs", lambda: dispatch_due(database, now(), usual_quiet), wakeup=to_dispatch, then=to_send
        )
        self._begin(tasks, "digests", lambda: dispatch_due_digests(database, now(), usual_quiet), pace=_DIGEST_PACE)
        relay = Relay(database, subscriptions, lane=Lane.INSIDE)
        self._begin(tasks, "events", lambda: relay.run_round(now()), then=to_dispatch)
        for _ in range(MAIL_LANES):
            outside = Relay(database, subscriptions, lane=Lane.OUTSIDE, batch_size=1)
            self._begin(tasks, "mails", _round_of(outside))
        every = Pace(HEARTBEAT_SECONDS, HEARTBEAT_SECONDS)
        self._begin(tasks, "heartbeat", self._beat, pace=every)
        self._begin(tasks, "gauges", self._observe, pace=every)
        self._begin(tasks, "upkeep", self._keep_up, pace=Pace(UPKEEP_SECONDS, UPKEEP_SECONDS))

    def _begin(
        self,
        tasks: TaskGroup,
        name: str,
        work: Callable[[], Awaitable[int]],
        *,
        pace: Pace | None = None,
        wakeup: Wakeup | None = None,
        then: Wakeup | None = None,
    ) -> None:
        woken_by = wakeup or self._wakeup()

        async def loop() -> None:
            await repeat(name, work, stop=self.stop, wakeup=woken_by, pace=pace, then=then)

        tasks.start_soon(loop, name=name)

    def _wakeup(self) -> Wakeup:
        self._wakeups.append(Wakeup())
        return self._wakeups[-1]

    async def _beat(self) -> int:
        async with self.tools.database.write() as session:
            await heartbeats.beat(session, self.worker, self.started_at, now())
        return 0

    async def _observe(self) -> int:
        async with self.tools.database.read() as connection:
            event, delivery = await oldest_due(connection, now()), await oldest_due_delivery(connection)
        OLDEST_DUE_EVENT_SECONDS.set(_age(event))
        OLDEST_DUE_DELIVERY_SECONDS.set(_age(delivery))
        return 0

    async def _keep_up(self) -> int:
        """End what is over, erase those who asked for it, count what is shown, and delete what is past its time."""
        database = self.tools.database
        while True:
            async with database.write() as session:
                ended = await end_expired_sessions(session, _EXPIRED_AT_ONCE)
            if ended < _EXPIRED_AT_ONCE:
                break
        async with database.write() as session:
            await archive_ended(session)
        await erase_due(database, self.tools.settings.signing_key, now())
        await refresh_figures(database)
        await store_figures(database, now())
        await fill_name_keys(database)
        kept = {"roster_rows": timedelta(days=self.tools.settings.roster_unverified_days)}
        await prune(database, now(), kept=kept)
        return 0

    async def _leave(self) -> None:
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
            try:
                async with self.tools.database.write() as session:
                    await heartbeats.leave(session, self.worker)
            except Exception as error:  # noqa: BLE001 - it ends either way; its last beat grows old by itself
                log.warning("worker.left_silently", error=type(error).__name__)


def _round_of(relay: Relay) -> Callable[[], Awaitable[int]]:
    return lambda: relay.run_round(now())


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now() - since).total_seconds())


def main() -> None:
    """Run one worker until SIGTERM or SIGINT; exit code 1 when it can't be started."""
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    has_uvloop = importlib.util.find_spec("uvloop") is not None
    try:
        anyio.run(_run_until_signalled, settings, backend_options={"use_uvloop": has_uvloop})
    except ValueError as error:  # of the settings; PushCredentialsError is one
        log.error("worker.not_started", reason=str(error))  # noqa: TRY400 - the reason says what to do
        sys.exit(1)


async def _run_until_signalled(settings: Settings) -> None:
    stop = anyio.Event()
    failure: ValueError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_stop_on_signal, stop)
        try:
            await run_worker(settings, stop=stop)
        except ValueError as error:
            failure = error  # raised outside the group, which would wrap it
        tasks.cancel_scope.cancel()
    if failure:
        raise failure


async def _stop_on_signal(stop: anyio.Event) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for received in signals:
            log.info("worker.stopping", signal=signal.Signals(received).name)
            if not stop.is_set():
                # Threads that hang in a request would keep the process from ending.
                exit_at_last = threading.Timer(EXIT_SECONDS, os._exit, (0,))
                exit_at_last.daemon = True
                exit_at_last.start()
            stop.set()


if __name__ == "__main__":
    main()
