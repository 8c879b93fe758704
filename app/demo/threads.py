"""Comments as rows, all ideas together in the order of time, so that ids rise with it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from app.demo.idea_plans import Plan
from app.demo.keys import Counters, moment, public_id
from app.demo.members import Member
from app.demo.population import Population
from app.demo.rhythm import Rhythm
from app.demo.showcase import ShowcaseIdea
from app.demo.tables import Row, Watch, insert
from app.demo.texts import comment_text
from app.models import Comment, CommentMention, IdeaFollow, IdeaReadMark

LONGEST = 200
_BATCH = 10_000
_PLACE_BITS = 20
_REPLY_SHARE = 0.4
_TAKES_PART_AGAIN = 0.4
_MENTION_SHARE = 0.08
"""Of the replies."""
_UP_TO_DATE_SHARE = 0.6


@dataclass(slots=True)
class _Top:
    """A top comment, and the last word under it."""

    id: int
    last_id: int
    last_author: Member


class _Line(NamedTuple):
    """A comment of the showcase."""

    author: Member
    text: str
    is_reply: bool


@dataclass(slots=True)
class _Thread:
    """The comments of an idea as far as they are written."""

    plan: Plan
    script: Iterator[_Line] | None
    tops: list[_Top] = field(default_factory=list)
    speakers: list[Member] = field(default_factory=list)


@dataclass
class _Batch:
    """Rows of some comments, by table."""

    comments: list[Row] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    follows: list[Row] = field(default_factory=list)


class ThreadWriter:
    """Writes the comments that plans ask for, then how far everybody has read."""

    def __init__(self, rng: random.Random, rhythm: Rhythm, population: Population, ids: Counters) -> None:
        self._rng = rng
        self._rhythm = rhythm
        self._population = population
        self._ids = ids[Comment]

    async def insert(self, connection: AsyncConnection, plans: Sequence[Plan], watch: Watch) -> None:
        """Insert all, ten thousand at a time."""
        threads = [_Thread(plan, self._script(plan.showcase) if plan.showcase else None) for plan in plans]
        order = self._order(plans)
        watch.begin("댓글", "comments", len(order))
        left = iter(order)
        while chunk := list(islice(left, _BATCH)):
            batch = _Batch()
            for key in chunk:
                self._write(threads[key & (1 << _PLACE_BITS) - 1], key >> _PLACE_BITS, batch)
            await _store(connection, batch)
            watch.advance(len(chunk))
        await self._insert_marks(connection, plans, watch)

    def _order(self, plans: Sequence[Plan]) -> list[int]:
        """When each comment is made and on which plan, as one number, since a million of those sort in a second."""
        answer_to = self._rhythm.answer_to
        return sorted(
            answer_to(plan.published_at) << _PLACE_BITS | place
            for place, plan in enumerate(plans)
            for _ in range(plan.comments)
        )

    def _script(self, idea: ShowcaseIdea) -> Iterator[_Line]:
        for comment in idea.comments:
            yield _Line(self._population.speakers[idea.code, comment.by], comment.text, is_reply=False)
            for reply in comment.replies:
                yield _Line(self._population.speakers[idea.code, reply.by], reply.text, is_reply=True)

    def _write(self, thread: _Thread, micros: int, batch: _Batch) -> None:
        plan, number = thread.plan, next(self._ids)
        line = next(thread.script) if thread.script else None
        top = self._answered(thread, line)
        author = line.author if line else self._author(thread, top)
        text = line.text if line else comment_text(self._rng, plan.place.industry, plan.topic)
        if top and line is None and self._rng.random() < _MENTION_SHARE and top.last_author is not author:
            text = self._mention(number, top.last_author, text, batch)
        is_deleted = plan.loses_first_comment and not thread.tops
        created = moment(micros)
        batch.comments.append(
            (
                number,
                public_id(self._rng, micros),
                self._rng.randbytes(32),
                plan.id,
                top.id if top else None,
                top.last_id if top else None,
                author.id,
                author.job_at(micros).id,
                "" if is_deleted else text,
                1,
                created,
                moment(self._rhythm.end) if is_deleted else None,
            )
        )
        if author.id not in plan.last_comments and author is not plan.author:
            batch.follows.append((author.id, plan.id, False, created))
        self._remember(thread, top, number, author)

    def _answered(self, thread: _Thread, line: _Line | None) -> _Top | None:
        """The thread that is gone on with; None for a new one."""
        if not thread.tops:
            return None
        if line is not None:
            return thread.tops[-1] if line.is_reply else None
        first = thread.tops[0]
        if thread.plan.loses_first_comment and first.last_id == first.id:
            return first  # a deleted comment leaves a placeholder where it was answered
        if self._rng.random() > _REPLY_SHARE:
            return None
        return thread.tops[~int(self._rng.random() ** 2 * len(thread.tops))]

    def _author(self, thread: _Thread, top: _Top | None) -> Member:
        """Somebody of the audience, or one who has spoken before; the idea's author only answers."""
        if top is not None and self._rng.random() < _TAKES_PART_AGAIN:
            return thread.plan.author
        if thread.speakers and self._rng.random() < _TAKES_PART_AGAIN:
            return thread.speakers[int(self._rng.random() * len(thread.speakers))]
        audience = thread.plan.audience
        drawn = audience[int(self._rng.random() * len(audience))]
        if drawn is thread.plan.author and top is None:
            return next(person for person in audience if person is not drawn)
        return drawn

    def _mention(self, number: int, person: Member, text: str, batch: _Batch) -> str:
        named = f"@{person.name} 님, {text}"
        if len(named) > LONGEST:
            return text
        batch.mentions.append((number, person.id))
        return named

    def _remember(self, thread: _Thread, top: _Top | None, number: int, author: Member) -> None:
        if author.id not in thread.plan.last_comments:
            thread.speakers.append(author)
        thread.plan.last_comments[author.id] = number
        if top is None:
            thread.tops.append(_Top(number, number, author))
        else:
            top.last_id, top.last_author = number, author

    async def _insert_marks(self, connection: AsyncConnection, plans: Sequence[Plan], watch: Watch) -> None:
        """Everybody has read up to his own last comment, most to the end; authors open their ideas too."""
        total = sum(len(plan.last_comments | {plan.author.id: 0}) for plan in plans)
        watch.begin("읽음 표시", "read marks", total)
        rows = (
            (account, plan.id, up_to, moment(self._rhythm.answer_to(plan.published_at)))
            for plan in plans
            for account, up_to in self._marks(plan)
        )
        while chunk := list(islice(rows, _BATCH)):
            await insert(connection, IdeaReadMark, "account_id idea_id last_comment_id read_at", chunk)
            watch.advance(len(chunk))

    def _marks(self, plan: Plan) -> Iterator[tuple[int, int]]:
        newest = max(plan.last_comments.values(), default=0)
        for account, own in ({plan.author.id: 0} | plan.last_comments).items():
            yield account, newest if self._rng.random() < _UP_TO_DATE_SHARE else own


async def _store(connection: AsyncConnection, batch: _Batch) -> None:
    await insert(
        connection,
        Comment,
        "id public_id creation_digest idea_id parent_id reply_to_id author_id affiliation_id body version created_at"
        " deleted_at",
        batch.comments,
    )
    await insert(connection, CommentMention, "comment_id account_id", batch.mentions)
    await insert(connection, IdeaFollow, "account_id idea_id muted created_at", batch.follows)
