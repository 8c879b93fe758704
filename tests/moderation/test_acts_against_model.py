"""Acts and their undoing in any order, with votes and comments between them, against the plain rules."""

import asyncio
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.comments.reading import list_comments
from app.comments.schemas import CommentCreate
from app.comments.service import create_comment
from app.core.cursor import CursorCodec
from app.core.database import Database
from app.core.ids import new_public_id
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.models import Consortium, FeedEntry, Idea, Vote
from app.moderation.acts.schemas import ActCreate
from app.moderation.acts.service import create_act, undo_act
from app.votes.service import cast_vote, withdraw_vote
from tests.factories import Factory
from tests.ideas_factory import actor_of, published_idea

IDEAS, PEOPLE = 4, 3
CURSORS = CursorCodec(b"a key of tests")
_idea, _person, _any = st.integers(0, IDEAS - 1), st.integers(0, PEOPLE - 1), st.integers(0, 1_000)


@dataclass
class Thread:
    """A top comment with its replies: where it stands, and which of them are hidden."""

    idea: int
    keys: list[uuid.UUID]
    hidden: set[uuid.UUID] = field(default_factory=set)


@dataclass
class Merge:
    """What the plain rules remember of a merge: whose votes came, and whether they were the first there."""

    source: int
    target: int
    votes: dict[int, bool]
    threads: list[Thread]


@dataclass
class Model:
    """The plain rules."""

    votes: list[set[int]] = field(default_factory=lambda: [set() for _ in range(IDEAS)])
    gone: set[int] = field(default_factory=set)
    threads: list[Thread] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)

    def merge(self, source: int, target: int) -> Merge:
        came = {who: who not in self.votes[target] for who in self.votes[source]}
        self.votes[target] |= self.votes[source]
        self.votes[source] = set()
        made = Merge(source, target, came, [each for each in self.threads if each.idea == source])
        for thread in made.threads:
            thread.idea = target
        self.gone.add(source)
        self.merges.append(made)
        return made

    def part(self, merge: Merge) -> None:
        self.merges.remove(merge)
        for who, was_first in merge.votes.items():
            if who in self.votes[merge.target]:
                self.votes[merge.source].add(who)
            if was_first and not self._inherits(who, merge.target):
                self.votes[merge.target].discard(who)
        for thread in merge.threads:
            thread.idea = merge.source
        self.gone.discard(merge.source)

    def _inherits(self, who: int, target: int) -> bool:
        """Whether another idea that was merged there had this vote, too: then it is that one's from now on."""
        heir = next((each for each in self.merges if each.target == target and each.votes.get(who) is False), None)
        if heir is not None:
            heir.votes[who] = True
        return heir is not None

    def readable(self, idea: int) -> int:
        return sum(len(each.keys) - len(each.hidden) for each in self.threads if each.idea == idea)


class Acts(RuleBasedStateMachine):
    """Does the same to the service and to the model. ``url`` is set for each engine."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=3)
        self.model = Model()
        self.standing: list[tuple[uuid.UUID, Any]] = []
        self.run(self._place())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def _place(self) -> None:
        make = Factory(self.database)
        place = await make.mini_cluster()
        authors = [await make.person(place) for _ in range(IDEAS)]
        self.ideas = [await published_idea(self.database, author, place) for author in authors]
        people = [await make.person(place) for _ in range(PEOPLE)]
        coordinator = await make.person(coordinates=await self._consortium(place.consortium_id))
        self.people = [await actor_of(self.database, person.id) for person in people]
        self.coordinator = await actor_of(self.database, coordinator.id)

    async def _consortium(self, consortium_id: int) -> Consortium:
        async with self.database.write() as session:
            return await session.get_one(Consortium, consortium_id)

    def teardown(self) -> None:
        self.run(self.database.aclose())
        self.runner.close()

    def open(self, number: int) -> bool:
        return number not in self.model.gone

    @rule(idea=_idea, who=_person)
    def vote(self, idea: int, who: int) -> None:
        if self.open(idea):
            self.run(self._with(cast_vote, self.people[who], self.ideas[idea].public_id))
            self.model.votes[idea].add(who)

    @rule(idea=_idea, who=_person)
    def unvote(self, idea: int, who: int) -> None:
        if self.open(idea):
            self.run(self._with(withdraw_vote, self.people[who], self.ideas[idea].public_id))
            self.model.votes[idea].discard(who)

    @rule(idea=_idea, who=_person)
    def comment(self, idea: int, who: int) -> None:
        if self.open(idea):
            request = CommentCreate(id=new_public_id(), body="한마디")
            self.run(self._with(create_comment, self.people[who], self.ideas[idea].public_id, request))
            self.model.threads.append(Thread(idea, [request.id]))

    @precondition(lambda self: self.model.threads)
    @rule(which=_any, who=_person)
    def reply(self, which: int, who: int) -> None:
        thread = self.model.threads[which % len(self.model.threads)]
        if self.open(thread.idea) and thread.keys[0] not in thread.hidden:
            request = CommentCreate(id=new_public_id(), body="답글", reply_to=thread.keys[0])
            self.run(self._with(create_comment, self.people[who], self.ideas[thread.idea].public_id, request))
            thread.keys.append(request.id)

    @precondition(lambda self: self.model.threads)
    @rule(which=_any, part=_any)
    def hide_comment(self, which: int, part: int) -> None:
        thread = self.model.threads[which % len(self.model.threads)]
        key = thread.keys[part % len(thread.keys)]
        if key not in thread.hidden:
            self._act((thread, key), kind="hide", comment_id=key)
            thread.hidden.add(key)

    @rule(idea=_idea)
    def hide_idea(self, idea: int) -> None:
        if self.open(idea):
            self._act(idea, kind="hide", idea_id=self.ideas[idea].public_id)
            self.model.gone.add(idea)

    @rule(source=_idea, into=_idea)
    def merge(self, source: int, into: int) -> None:
        taken = any(merge.target == source for merge in self.model.merges)
        if source != into and self.open(source) and self.open(into) and not taken:
            ids = {"idea_id": self.ideas[source].public_id, "into_idea_id": self.ideas[into].public_id}
            self._act(None, kind="merge", **ids)
            act_id, _ = self.standing.pop()
            self.standing.append((act_id, self.model.merge(source, into)))

    @precondition(lambda self: self.standing)
    @rule(which=_any)
    def undo(self, which: int) -> None:
        act_id, done = self.standing.pop(which % len(self.standing))
        self.run(self._with(undo_act, self.coordinator, act_id, "되돌립니다."))
        if isinstance(done, Merge):
            self.model.part(done)
        elif isinstance(done, int):
            self.model.gone.discard(done)
        else:
            thread, key = done
            thread.hidden.discard(key)

    def _act(self, done: Any, **fields: Any) -> None:
        request = ActCreate(id=new_public_id(), words="까닭", **fields)
        self.run(self._with(create_act, self.coordinator, request))
        self.standing.append((request.id, done))

    async def _with(self, work: Any, actor: Actor, *arguments: Any) -> None:
        async with self.database.write() as session:
            await work(session, actor, *arguments)

    @invariant()
    def equal(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        viewer = self.people[0]
        async with self.database.read() as connection:
            for number, idea in enumerate(self.ideas):
                votes = select(func.count()).where(Vote.idea_id == idea.id).scalar_subquery()
                entries = select(func.count()).where(FeedEntry.idea_id == idea.id).scalar_subquery()
                row = (
                    await connection.execute(
                        select(Idea.vote_count, votes, Idea.comment_count, entries).where(Idea.id == idea.id)
                    )
                ).one()
                expected = len(self.model.votes[number])
                assert tuple(row[:3]) == (expected, expected, self.model.readable(number))
                seen = select(Idea.id).where(Idea.id == idea.id, visible_to(viewer))
                assert ((await connection.scalar(seen)) is not None, row[3] > 0) == (self.open(number),) * 2
                if self.open(number):
                    page = await list_comments(connection, viewer, CURSORS, idea.public_id, cursor=None, limit=100)
                    shown = [[each.comment.id, *(reply.id for reply in each.replies)] for each in page.items]
                    threads = [each.keys[:4] for each in self.model.threads if each.idea == number]
                    assert [each[:4] for each in shown] == threads


def test_acts_and_their_undoing(database_url: str) -> None:
    machine = type("ActsHere", (Acts,), {"url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=3,
            stateful_step_count=25,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
