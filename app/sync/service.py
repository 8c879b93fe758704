"""Telling a client what has changed for its person since it asked last.

The log says only *that* something may have changed. What is told are present rows, read through the same conditions as
everywhere: so nobody is told what he may not see, however late he asks, and telling twice does no harm.

A cursor is at a place in the log. From there the client is told in rounds, each over one or more pages: first, where
its person sees more or less than when the cursor was made, all that this touches (a client that begins sees everything
more); then stretch after stretch of the log. In a round, one kind follows another, the newest rows first.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import from_micros, now, to_micros
from app.core.cursor import CursorCodec
from app.core.errors import DatabaseBusy
from app.identity.actor import Actor
from app.models import Comment, Idea
from app.sync import cursors
from app.sync.access import Tokens, parts_of, tokens_of
from app.sync.comments import ideas_of_comments, of_persons, tell_changed_comments, tell_comments, tell_moved_comments
from app.sync.cursors import ChangeCursor, Round
from app.sync.epoch import current_epoch
from app.sync.errors import CursorExpired
from app.sync.ideas import (
    MARKS,
    WINDOW_DAYS,
    Held,
    View,
    tell_ideas,
    tell_parts,
    touched_by_access,
    touched_by_log,
    window_floor,
)
from app.sync.kinds import KINDS
from app.sync.log import BATCH, Place, newest_place, read_batch, still_holds
from app.sync.stretches import Stretch, sort_entries
from app.sync.telling import Kind, Question, Telling
from app.sync.watches import COMMENT, MOVED, PERSON

PAGE = 300
"""Rows after which a page ends; an idea counts for three."""
_STEPS = 60
"""A page ends after so many steps, though little of what was looked at concerns the person."""


_Phase = Callable[[int, int], Awaitable[int | None]]
"""Tells things with ids below the first number, about as many as the second; the last id where there are more."""


class Told(NamedTuple):
    """A page of changes."""

    telling: Telling
    cursor: str
    has_more: bool


async def read_changes(connection: AsyncConnection, actor: Actor, codec: CursorCodec, cursor: str | None) -> Told:
    """The next page after ``cursor``, or the first one.

    :raises Invalid: the cursor was cut or altered, or is another member's.
    :raises CursorExpired: it is too old, or of a database before a restore.
    """
    epoch, newest = await current_epoch(connection), await newest_place(connection)
    if epoch is None or newest is None:
        raise DatabaseBusy
    present = tokens_of(actor)
    if cursor is None:
        known = await _begin(connection, actor.account_id, epoch, newest, present)
    else:
        known = cursors.decode(codec, cursor, actor.account_id)
        if known.epoch != epoch or not await still_holds(connection, known.place):
            raise CursorExpired
    told = await _Page(connection, actor, newest, known).fill(present)
    if known.access.former == told.cursor.access.former and told.cursor.place == newest:
        told.cursor = replace(told.cursor, access=told.cursor.access.without_former())
    has_more = told.cursor.round is not None or told.cursor.place != newest
    return Told(told.telling, cursors.encode(codec, told.cursor), has_more)


async def _begin(
    connection: AsyncConnection, account_id: int, epoch: str, newest: Place, present: Tokens
) -> ChangeCursor:
    since = to_micros(now() - timedelta(days=WINDOW_DAYS))
    floor = await window_floor(connection, parts_of(present).streams, since)
    return ChangeCursor(epoch, account_id, since, floor, newest)


@dataclass
class _Page:
    """A page as it fills; ``cursor`` moves along."""

    connection: AsyncConnection
    actor: Actor
    newest: Place
    cursor: ChangeCursor

    def __post_init__(self) -> None:
        self.telling = Telling()
        self.view = View(self.actor, self.cursor.floor)
        self._stretch = Stretch()
        self._is_read = False

    async def fill(self, present: Tokens) -> "_Page":
        """Tell until the page is full or nothing is left."""
        if self.cursor.access.present != present:
            access = self.cursor.access.moved_to(present)
            self.cursor = replace(self.cursor, access=access, round=Round(self.cursor.place))
        for _ in range(_STEPS):
            going = await self._round()
            if going is None or self.telling.size >= PAGE:
                break
            await self._step(going, self._phases())
        return self

    async def _round(self) -> Round | None:
        """The round to go on with, or the next one; None at the end of the log."""
        going = self.cursor.round
        if going is None and self.cursor.place != self.newest:
            going = Round(await self._read(self.newest))
        elif going is not None and self.cursor.access.is_in_step and not self._is_read:
            await self._read(going.until)
        self.cursor = replace(self.cursor, round=going)
        return going

    async def _read(self, until: Place) -> Place:
        """Read a stretch; up to where it goes."""
        account_id, place = self.actor.account_id, self.cursor.place
        entries = await read_batch(self.connection, account_id, place, until)
        self._stretch = sort_entries(entries, parts_of(self.cursor.access.known).streams)
        self._is_read = True
        return entries[-1].place if len(entries) == BATCH else until

    def _phases(self) -> Sequence[_Phase]:
        return (self._parts, self._ideas, self._comments, *(self._kind(kind) for kind in KINDS))

    async def _step(self, going: Round, phases: Sequence[_Phase]) -> None:
        last = await phases[going.phase](going.before, max(PAGE - self.telling.size, 1))
        if last is not None:
            self.cursor = replace(self.cursor, round=going.at(going.phase, last))
        elif going.phase + 1 < len(phases):
            self.cursor = replace(self.cursor, round=going.at(going.phase + 1))
        else:
            access = self.cursor.access.in_step()
            self.cursor = replace(self.cursor, place=going.until, access=access, round=None)

    async def _parts(self, _before: int, _room: int) -> int | None:
        """What the log names one by one; nothing in a round about access."""
        stretch, parts = self._stretch, self._stretch.parts()
        changed = stretch.objects[COMMENT]
        parts[MARKS] |= await ideas_of_comments(self.connection, changed) - stretch.audience
        await tell_parts(self.connection, self.view, parts, self.telling)
        await tell_changed_comments(self.connection, self.view, changed, self.telling)
        await tell_moved_comments(self.connection, self.view, stretch.objects[MOVED], self.telling)
        self.telling.deleted += stretch.deleted
        return None

    async def _ideas(self, before: int, room: int) -> int | None:
        touched = self._touched_ideas()
        if touched is None:
            return None
        parts = parts_of(self.cursor.access.known)
        held = Held(self.actor, parts, self._stretch.left, from_micros(self.cursor.place.at))
        return await tell_ideas(self.connection, self.view, touched, held, before, room // 3 + 1, self.telling)

    async def _comments(self, before: int, room: int) -> int | None:
        touched = self._touched_ideas()
        if touched is None:
            return None
        persons = self._stretch.objects[PERSON]
        below = or_(Comment.idea_id.in_(select(Idea.id).where(touched)), of_persons(persons))
        return await tell_comments(
            self.connection, self.view, below, before, room, self.telling, with_marks=bool(persons)
        )

    def _touched_ideas(self) -> ColumnElement[bool] | None:
        access, stretch = self.cursor.access, self._stretch
        if not access.is_in_step:
            return touched_by_access(parts_of(access.lost | access.gained), self.cursor.floor)
        if stretch.audience or stretch.objects[PERSON]:
            return touched_by_log(stretch.audience, stretch.objects[PERSON])
        return None

    def _kind(self, kind: Kind) -> _Phase:
        async def tell(before: int, room: int) -> int | None:
            touched = self._stretch.touched(kind.entity) if self.cursor.access.is_in_step else None
            if touched is not None and not any((touched.objects, touched.ideas, touched.comments, touched.persons)):
                return None
            since = from_micros(self.cursor.since)
            answer = await kind.ask(
                self.connection, Question(self.actor, since, touched, parts_of(self.cursor.access.known), before, room)
            )
            self.telling.add(kind.name, answer.rows)
            if not self.cursor.access.is_new:
                self.telling.forget(kind.name, answer.gone)
            return answer.last

        return tell
