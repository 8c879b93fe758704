"""Telling of ideas, their numbers and what is mine of them. Who sees what is decided by ``visible_to`` alone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, false, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import from_micros
from app.ideas.queries import idea_columns, join_cards, visible_to
from app.ideas.rows import idea_fields
from app.identity.actor import Actor
from app.models import Block, FeedEntry, Idea, IdeaExclusion
from app.sync.access import Parts
from app.sync.schemas import IdeaCounters, IdeaMarks, SyncedIdea
from app.sync.telling import Telling

IDEAS, COUNTERS, MARKS = "ideas", "idea_counters", "idea_marks"
WINDOW_DAYS = 90
WINDOW_IDEAS = 500
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class View:
    """An actor and the window of his client."""

    actor: Actor
    floor: int
    """Microseconds: of other people's ideas the client has only those published since."""

    def shown(self) -> ColumnElement[bool]:
        """The condition on ``ideas`` that the client has: his own, and visible ones of the window."""
        return or_(
            Idea.author_id == self.actor.account_id,
            and_(Idea.published_at >= from_micros(self.floor), visible_to(self.actor)),
        )

    def in_window(self) -> ColumnElement[bool]:
        """The condition on ``ideas`` that the client may have, whoever sees them."""
        return or_(Idea.author_id == self.actor.account_id, Idea.published_at >= from_micros(self.floor))


async def window_floor(connection: AsyncConnection, streams: Collection[int], since: int) -> int:
    """Where the window of a client that begins now begins: at ``since``, or later if there are too many ideas."""
    entries = (
        select(FeedEntry.idea_id, FeedEntry.published_at)
        .where(FeedEntry.stream_id.in_(sorted(streams)), FeedEntry.published_at >= since)
        .group_by(FeedEntry.idea_id, FeedEntry.published_at)
        .order_by(FeedEntry.published_at.desc())
        .limit(literal_column("1"))
        .offset(literal_column(str(WINDOW_IDEAS - 1)))
    )
    row = (await connection.execute(entries)).first()
    return since if row is None else int(row.published_at)


def touched_by_access(parts: Parts, floor: int) -> ColumnElement[bool]:
    """The condition on ``ideas`` that may be shown otherwise, or to others, since these parts of an access changed."""
    standing = select(FeedEntry.idea_id).where(FeedEntry.stream_id.in_(parts.streams), FeedEntry.published_at >= floor)
    excluding = select(IdeaExclusion.idea_id).where(IdeaExclusion.organisation_id.in_(parts.organisations))
    return or_(
        Idea.id.in_(standing),
        Idea.id.in_(excluding),
        Idea.author_id.in_(parts.accounts),
        Idea.consortium_id.in_(parts.consortia),
        Idea.mini_cluster_id.in_(parts.mini_clusters),
    )


def touched_by_log(idea_ids: Collection[int], person_ids: Collection[int]) -> ColumnElement[bool]:
    """The condition on ``ideas`` whose audience changed, or whose authors are shown otherwise."""
    if not (idea_ids or person_ids):
        return false()
    return or_(Idea.id.in_(sorted(idea_ids)), Idea.author_id.in_(sorted(person_ids)))


@dataclass(frozen=True)
class Held:
    """What tells whether a client may have an idea that its person does not see. Of others it is told nothing."""

    actor: Actor
    known: Parts
    """By which the client may hold things."""
    left: Collection[int]
    """Ideas that left a stream of these since."""
    at: datetime
    """Up to when the client was told."""

    def may_hold(self) -> ColumnElement[bool]:
        """The condition on ``ideas``: it was to be seen at that time, as far as can be known; in doubt it was."""
        stands = exists().where(FeedEntry.idea_id == Idea.id, FeedEntry.stream_id.in_(self.known.streams))
        return and_(
            Idea.published_at <= self.at + CLOCKS_DIFFER,
            or_(stands, Idea.id.in_(sorted(self.left))),
            ~exists().where(or_(*self._blocks()), Block.created_at <= self.at - CLOCKS_DIFFER),
            ~self._was_excluded(),
        )

    def _blocks(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        me = self.actor.account_id
        return (
            and_(Block.blocker_id == me, Block.blocked_id == Idea.author_id),
            and_(Block.blocker_id == Idea.author_id, Block.blocked_id == me),
        )

    def _was_excluded(self) -> ColumnElement[bool]:
        if len(self.known.organisations) > 1:  # the person has changed his employer: it may have been seen
            return false()
        return exists().where(
            IdeaExclusion.idea_id == Idea.id,
            IdeaExclusion.organisation_id.in_(self.known.organisations),
            or_(IdeaExclusion.excluded_at.is_(None), IdeaExclusion.excluded_at <= self.at - CLOCKS_DIFFER),
        )


async def tell_ideas(
    connection: AsyncConnection,
    view: View,
    touched: ColumnElement[bool],
    held: Held,
    before: int,
    limit: int,
    telling: Telling,
) -> int | None:
    """Tell up to ``limit`` ideas below an id whole, or that they are gone; the last id where there are more."""
    statement = (
        select(Idea.id, Idea.public_id, view.shown().label("shown"), held.may_hold().label("held"))
        .where(Idea.id < before, view.in_window(), touched)
        .order_by(Idea.id.desc())
        .limit(literal_column(str(limit + 1)))
    )
    found = (await connection.execute(statement)).all()
    page = found[:limit]
    rows = await _rows(connection, view, [row.id for row in page if row.shown])
    _tell(telling, view.actor, rows, {IDEAS, COUNTERS, MARKS})
    present = {row.id for row in rows}
    telling.forget(IDEAS, (row.public_id for row in page if row.held and row.id not in present))
    return page[-1].id if len(found) > limit else None


async def tell_parts(connection: AsyncConnection, view: View, parts: dict[str, set[int]], telling: Telling) -> None:
    """Tell of some ideas only what has changed of them: ids by kind. Of those he does not see nothing is said."""
    rows = await _rows(connection, view, set().union(*parts.values()))
    for row in rows:
        _tell(telling, view.actor, [row], {kind for kind, ids in parts.items() if row.id in ids})


async def _rows(connection: AsyncConnection, view: View, ids: Iterable[int]) -> list[Row[Any]]:
    wanted = sorted(set(ids), reverse=True)
    if not wanted:
        return []
    columns: list[Any] = idea_columns(view.actor.account_id)
    statement = select(*columns).select_from(join_cards(Idea.__table__)).where(Idea.id.in_(wanted), view.shown())
    return list((await connection.execute(statement.order_by(Idea.id.desc()))).all())


def _tell(telling: Telling, actor: Actor, rows: list[Row[Any]], kinds: Collection[str]) -> None:
    for row in rows:
        fields = idea_fields(row, actor)
        ours = fields | {"idea_id": fields["id"]}
        for kind, model in ((IDEAS, SyncedIdea), (COUNTERS, IdeaCounters), (MARKS, IdeaMarks)):
            if kind in kinds:
                telling.add(kind, [model.model_construct(**{name: ours[name] for name in model.model_fields})])
