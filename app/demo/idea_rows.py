"""Planned ideas as rows: the ideas with all that hangs on them, votes, and their places in feeds."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncConnection

from app.demo.idea_plans import Plan
from app.demo.keys import Counters, moment, public_id
from app.demo.rhythm import DAY, Rhythm
from app.demo.tables import Row, Watch, insert
from app.demo.texts import idea_text
from app.ideas.excerpts import excerpt_of
from app.ideas.ranking import calendar_keys, hot_key
from app.ideas.streams import streams_of_idea
from app.ideas.tags import normal_tags
from app.models import (
    FeedEntry,
    Idea,
    IdeaExclusion,
    IdeaFollow,
    IdeaReader,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    Vote,
)
from app.models.ideas import EXCERPT_LENGTH, IdeaState, IdeaStatus

_BATCH = 2_000
_STEPS = (IdeaState.OPEN, IdeaState.UNDER_REVIEW, IdeaState.CHOSEN, IdeaState.IN_PROGRESS, IdeaState.DONE)
_GOES_ON = 0.3
"""The share of ideas of each step that come to the next one: few of those that are shared become projects."""
_STEP_DAYS = 90


@dataclass
class _Batch:
    """Rows of some ideas, by table."""

    ideas: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    states: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    readers: list[Row] = field(default_factory=list)
    exclusions: list[Row] = field(default_factory=list)
    follows: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)


class IdeaWriter:
    """Writes planned ideas; it also notes in each plan what its comments should speak of."""

    def __init__(self, rng: random.Random, rhythm: Rhythm, ids: Counters) -> None:
        self._rng = rng
        self._rhythm = rhythm
        self._ids = ids

    async def insert(self, connection: AsyncConnection, plans: Sequence[Plan], watch: Watch) -> None:
        """Insert all, some thousand at a time."""
        watch.begin("아이디어와 추천", "ideas and votes", len(plans))
        left = iter(plans)
        while chunk := list(islice(left, _BATCH)):
            batch = _Batch()
            for plan in chunk:
                self._write(plan, batch)
            await _store(connection, batch)
            watch.advance(len(chunk))

    def _write(self, plan: Plan, batch: _Batch) -> None:
        published = moment(plan.published_at)
        title, body, tags = self._words(plan)
        state = self._write_states(plan, batch)
        edited_at = moment(self._rhythm.answer_to(plan.published_at)) if plan.is_edited else None
        if plan.is_edited:
            earlier = body.rpartition("\n\n")[0] or body
            batch.revisions.append((plan.id, 1, title, earlier, tags, plan.author.id, edited_at))
        batch.ideas.append(
            (
                plan.id,
                public_id(self._rng, plan.published_at),
                self._rng.randbytes(32),
                plan.place.id,
                plan.place.consortium_id,
                plan.author.id,
                plan.author.job_at(plan.published_at).id,
                title,
                body,
                # Its beginning is enough for the excerpt, and the whole takes twice as long as writing the idea.
                excerpt_of(body[: 2 * EXCERPT_LENGTH]),
                tags,
                plan.visibility,
                bool(plan.excluded),
                IdeaStatus.PUBLISHED,
                state,
                1 + plan.is_edited,
                len(plan.voters),
                plan.comment_count,
                published,
                published,
                edited_at,
            )
        )
        batch.tags.extend((plan.id, tag) for tag in tags)
        batch.readers.extend((plan.id, reader.id, published) for reader in plan.readers)
        batch.exclusions.extend((plan.id, employer.id) for employer in plan.excluded)
        batch.follows.append((plan.author.id, plan.id, False, published))
        answer_to = self._rhythm.answer_to
        batch.votes.extend((voter.id, plan.id, moment(answer_to(plan.published_at))) for voter in plan.voters)
        batch.entries.extend(_entries(plan))

    def _words(self, plan: Plan) -> tuple[str, str, list[str]]:
        if plan.showcase is not None:
            return plan.showcase.title, plan.showcase.text, normal_tags(list(plan.showcase.tags))
        text = idea_text(self._rng, plan.place.industry, plan.author.job_at(plan.published_at).employer.kind)
        plan.topic = text.topic
        return text.title, text.body, normal_tags(list(text.tags))

    def _write_states(self, plan: Plan, batch: _Batch) -> IdeaState:
        """The history of an idea's state, a step every few months, and the present one."""
        changed_at, state = plan.published_at, IdeaState.OPEN
        for step in _STEPS:
            state = step
            batch.states.append((next(self._ids[IdeaStateChange]), plan.id, state, plan.author.id, moment(changed_at)))
            changed_at += int(self._rng.uniform(0.3, 1.7) * _STEP_DAYS * DAY)
            if changed_at >= self._rhythm.end or self._rng.random() > _GOES_ON:
                break
        return state


def _entries(plan: Plan) -> Iterator[Row]:
    """The places of an idea in feeds, as ``app/ideas/entries.py`` writes them."""
    published, votes, comments = moment(plan.published_at), len(plan.voters), plan.comment_count
    keys = (
        plan.author.id,
        int(bool(plan.excluded)),
        int(comments > 0),
        plan.published_at,
        hot_key(published, votes, comments),
        *calendar_keys(published),
        votes,
    )
    readers = (reader.id for reader in plan.readers)
    streams = streams_of_idea(plan.visibility, plan.place.id, plan.place.consortium_id, plan.author.id, readers)
    return ((plan.id, stream, *keys) for stream in streams)


async def _store(connection: AsyncConnection, batch: _Batch) -> None:
    await insert(
        connection,
        Idea,
        "id public_id creation_digest mini_cluster_id consortium_id author_id affiliation_id title body excerpt tags"
        " visibility has_exclusions status state version vote_count comment_count created_at published_at edited_at",
        batch.ideas,
    )
    await insert(connection, IdeaRevision, "idea_id version title body tags edited_by_id replaced_at", batch.revisions)
    await insert(connection, IdeaStateChange, "id idea_id state changed_by_id changed_at", batch.states)
    await insert(connection, IdeaTag, "idea_id tag", batch.tags)
    await insert(connection, IdeaReader, "idea_id account_id named_at", batch.readers)
    await insert(connection, IdeaExclusion, "idea_id organisation_id", batch.exclusions)
    await insert(connection, IdeaFollow, "account_id idea_id muted created_at", batch.follows)
    await insert(connection, Vote, "account_id idea_id voted_at", batch.votes)
    await insert(
        connection,
        FeedEntry,
        "idea_id stream_id author_id has_exclusions answered published_at hot day week month vote_count",
        batch.entries,
    )
