"""The news that something has changed, for the listeners of one process: one poll of the log, however many listen.

Each process asks the database for the newest place in the log, so several processes, and the worker, need not know of
each other. While nobody listens nothing is asked. Whether a listener may still listen is asked as for any request of
his, every few seconds.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database import Database
from app.core.errors import AppError
from app.identity.actor import Actor
from app.sync.access import parts_of, tokens_of
from app.sync.concern import Concern, concern_of
from app.sync.log import Place, newest_place
from app.sync.metrics import LISTENERS

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
ADMISSION_SECONDS = 15.0
MOST_OF_A_SESSION = 3
"""Streams of one session; a further one ends the oldest, which its phone has probably lost."""

Admit = Callable[[AsyncConnection], Awaitable[Actor]]
"""The actor of a listener as of now.

:raises AppError: he is let in no more.
"""


@dataclass(eq=False)
class Listener:
    """Somebody who wants to know when to ask for changes."""

    admit: Admit
    account_id: int
    session_id: int | None
    streams: frozenset[int]
    has_news: bool = True
    """At the beginning, too: nobody knows what happened before."""
    ended_by: str | None = None
    """The code of why it is over."""
    _stir: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """There is news."""
        self.has_news = True
        self._stir.set()

    def end(self, code: str) -> None:
        """It is over."""
        self.ended_by = self.ended_by or code
        self._stir.set()

    async def wait(self, seconds: float) -> None:
        """Wait until there is news or it is over, for so long at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        except TimeoutError:
            pass
        self._stir.clear()


class NewsHub:
    """The listeners of one process, and the task that watches the log for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[Listener, None] = {}
        self._somebody = asyncio.Event()
        self._is_closed = False
        self._place: Place | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to watch."""
        self._tasks = [
            asyncio.create_task(self._repeat(self._look, POLL_SECONDS)),
            asyncio.create_task(self._repeat(self._admit_again, ADMISSION_SECONDS)),
        ]

    async def aclose(self) -> None:
        """End all listeners, and the watching."""
        self.end_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end_all(self) -> None:
        """The process is about to end: let all listen elsewhere."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end("shutting_down")

    def add(self, admit: Admit, actor: Actor) -> Listener:
        """Listen for an actor."""
        listener = Listener(admit, actor.account_id, actor.session_id, _streams(actor))
        of_session = [each for each in self._listeners if each.session_id == actor.session_id and not each.ended_by]
        for oldest in of_session[: max(0, len(of_session) + 1 - MOST_OF_A_SESSION)]:
            oldest.end("replaced")
        self._listeners[listener] = None
        LISTENERS.set(len(self._listeners))
        self._somebody.set()
        if self._is_closed:
            listener.end("shutting_down")
        return listener

    def remove(self, listener: Listener) -> None:
        """Listen no more."""
        self._listeners.pop(listener, None)
        LISTENERS.set(len(self._listeners))
        if not self._listeners:
            self._somebody.clear()
            self._place = None

    async def _repeat(self, work: Callable[[AsyncConnection], Awaitable[None]], seconds: float) -> None:
        while True:
            await self._somebody.wait()
            try:
                async with self._database.read() as connection:
                    await work(connection)
            except (AppError, SQLAlchemyError, OSError) as error:
                log.warning("news.unavailable", error=type(error).__name__)
            # Not all processes at the same moment.
            await asyncio.sleep(seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no secret

    async def _look(self, connection: AsyncConnection) -> None:
        """Ask for the newest place; where it moved, tell those it concerns."""
        before, self._place = self._place, await newest_place(connection)
        if self._place is None or before == self._place:
            return
        # Between the first listener's beginning and the first look there may have been something.
        concern = Concern(is_for_all=True) if before is None else await concern_of(connection, before, self._place)
        for listener in list(self._listeners):
            if _concerns(concern, listener):
                listener.tell()

    async def _admit_again(self, connection: AsyncConnection) -> None:
        for listener in list(self._listeners):
            if listener.ended_by is None:
                try:
                    listener.streams = _streams(await listener.admit(connection))
                except AppError as refusal:
                    listener.end(refusal.code)


def _streams(actor: Actor) -> frozenset[int]:
    return frozenset(parts_of(tokens_of(actor)).streams)


def _concerns(concern: Concern, listener: Listener) -> bool:
    return (
        concern.is_for_all
        or listener.account_id in concern.account_ids
        or not concern.streams.isdisjoint(listener.streams)
    )
