"""Who handles which event: built once in the composition root of the worker, read by the relay."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.events import Event

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Occurrence(Generic[EventT]):
    """An event as it stands in the outbox."""

    id: int
    at: datetime
    """When it was written, which is just before its commit."""
    event: EventT


TransactionalHandler = Callable[[AsyncSession, Occurrence[EventT]], Awaitable[object]]
"""Writes its effect into the transaction in which the event is completed. Must do no harm when repeated."""

ExternalHandler = Callable[[EventT], Awaitable[object]]
"""Acts on the outside (mail) while no transaction is open. It may be repeated after a crash."""

BatchSubscriber = Callable[[AsyncSession, list[int]], Awaitable[object]]
"""Takes what many events are about at once, as sorted distinct ids. Must do no harm when repeated."""


@dataclass(slots=True)
class Plan:
    """All that is to be done for one kind of event."""

    event: type[Event]
    batch: list[tuple[BatchSubscriber, Callable[[Any], int]]] = field(default_factory=list)
    transactional: list[TransactionalHandler[Any]] = field(default_factory=list)
    external: list[ExternalHandler[Any]] = field(default_factory=list)


class Subscriptions:
    """The handlers of every kind of event this release knows."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}

    def declare(self, *events: type[Event]) -> None:
        """Make kinds known. An event of a known kind that nobody handles is simply completed.

        :raises ValueError: two classes of events have the same kind.
        """
        for event in events:
            plan = self._plans.setdefault(event.kind, Plan(event))
            if plan.event is not event:
                raise ValueError(f"the kind {event.kind!r} belongs to {plan.event.__name__} and {event.__name__}")

    def in_transaction(self, event: type[EventT], handler: TransactionalHandler[EventT]) -> None:
        """Let ``handler`` write into the transaction that completes the event."""
        self._plan(event).transactional.append(handler)

    def in_batches(self, event: type[EventT], subscriber: BatchSubscriber, about: Callable[[EventT], int]) -> None:
        """Let ``subscriber`` hear, once for many events, which ids they are ``about``."""
        self._plan(event).batch.append((subscriber, about))

    def outside(self, event: type[EventT], handler: ExternalHandler[EventT]) -> None:
        """Let ``handler`` act on the outside before the event is completed."""
        self._plan(event).external.append(handler)

    def plan_of(self, kind: str) -> Plan | None:
        """What is to be done for a kind; None for one of a newer release."""
        return self._plans.get(kind)

    @property
    def kinds(self) -> Collection[str]:
        """Every kind this release knows."""
        return self._plans.keys()

    @property
    def external_kinds(self) -> list[str]:
        """The kinds with a handler that acts on the outside and may therefore take long."""
        return sorted(kind for kind, plan in self._plans.items() if plan.external)

    def _plan(self, event: type[Event]) -> Plan:
        self.declare(event)
        return self._plans[event.kind]


def ids_by_subscriber(work: Collection[tuple[Plan, Event]]) -> dict[BatchSubscriber, list[int]]:
    """What each batch subscriber is to be told of these events."""
    ids: defaultdict[BatchSubscriber, set[int]] = defaultdict(set)
    for plan, event in work:
        for subscriber, about in plan.batch:
            ids[subscriber].add(about(event))
    return {subscriber: sorted(found) for subscriber, found in ids.items()}
