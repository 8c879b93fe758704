"""What a page of changes is made of, and how a kind of things is asked for its part of it."""

import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.identity.actor import Actor
from app.sync.access import Parts
from app.sync.watches import Watch


@dataclass
class Telling:
    """The rows of a page, as they come together."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[tuple[str, uuid.UUID]] = field(default_factory=list)

    def add(self, kind: str, rows: Iterable[Any]) -> None:
        """Tell present rows of a kind."""
        self.rows[kind].extend(rows)

    def forget(self, kind: str, ids: Iterable[uuid.UUID]) -> None:
        """Tell what is gone."""
        self.deleted.extend((kind, gone) for gone in ids)

    @property
    def size(self) -> int:
        """How much was told."""
        return sum(map(len, self.rows.values())) + len(self.deleted)


@dataclass(frozen=True)
class Touched:
    """What a stretch of the log names, by internal ids."""

    objects: frozenset[int] = frozenset()
    """Of the kind that is asked."""
    ideas: frozenset[int] = frozenset()
    comments: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Question:
    """What a kind is asked: whether things still are as its client has them."""

    actor: Actor
    since: datetime
    """Older things are not told of, where a kind has many."""
    touched: Touched | None
    """None for all there are: the client begins, or sees more or less than before."""
    known: Parts
    """By which the client may hold things."""
    before: int
    """Only things with a lower internal id: the others were told on an earlier page."""
    limit: int


@dataclass(frozen=True)
class Answer:
    """Present rows, and the public ids of what the actor is not shown any more."""

    rows: list[Any]
    gone: list[uuid.UUID]
    last: int | None
    """The lowest internal id that was looked at, where there is more; None at the end."""


Ask = Callable[[AsyncConnection, Question], Awaitable[Answer]]


@dataclass(frozen=True)
class Kind:
    """Something that clients store, told as present rows under its name. To add one, put it into ``KINDS``."""

    name: str
    """The plural, in snake case: the field of the page."""
    row: type[Any]
    """What a row looks like; its ``id`` is what is deleted by."""
    description: str
    entity: str
    """The name under which its changes are logged."""
    ask: Ask
    watches: tuple[Watch, ...]
    """Which changes of which tables are its changes."""
