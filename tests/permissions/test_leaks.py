"""A walk of random acts through the API: after each step nobody reads a word that the model says he may not see.

The short form runs with the tests. The long one, of as many steps as wanted, prints the seed it can be replayed by::

    python -m tests.permissions.walk_for_leaks --steps 100000
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import empty_database
from tests.factories import client_id
from tests.permissions.leak_model import ModelIdea, is_part_of
from tests.permissions.leak_place import CONSORTIA, PEOPLE, PLACES, LeakPlace
from tests.permissions.leak_reads import LeakReads

people = st.integers(0, PEOPLE - 1)
places = st.integers(0, PLACES - 1)
consortia = st.integers(0, CONSORTIA - 1)
visibilities = st.sampled_from(["named", "mini_cluster", "consortium", "linked", "all"])
wider = st.sampled_from(["mini_cluster", "consortium", "linked", "all"])
numbers = st.integers(0, 10_000)
Post = tuple[int, int, str, set[int], set[int]]
posts: st.SearchStrategy[Post] = st.tuples(
    people, places, visibilities, st.sets(people, min_size=1, max_size=3), st.sets(people, max_size=2)
)


class LeakWalk(RuleBasedStateMachine):
    """Moves people, roles, audiences, blocks, links and places at random; the model moves along."""

    new_database: ClassVar[Callable[[], AbstractContextManager[str]]]
    """Lends the URL of a migrated, empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.lent = type(self).new_database()
        self.it = LeakPlace(self.lent.__enter__())
        self.reads = LeakReads(self.it)
        self.model = self.it.model
        self.turn = 0

    def teardown(self) -> None:
        self.it.close()
        self.lent.__exit__(None, None, None)

    def idea(self, number: int) -> ModelIdea:
        return self.model.ideas[number % len(self.model.ideas)]

    def has_ideas(self) -> bool:
        return bool(self.model.ideas)

    @initialize(posts=st.lists(posts, min_size=5, max_size=9))
    def begin(self, posts: list[Post]) -> None:
        """Hypothesis leaves some kinds of acts out of a walk: even so there must be something to see."""
        for number, wish in enumerate(posts):
            self.post(wish)
            if self.has_ideas():
                self.comment(number, wish[0], wish[0])

    @rule(wish=posts)
    def post(self, wish: Post) -> None:
        author, place, visibility, readers, excluded = wish
        if visibility == "named" and readers == {author}:
            visibility = "linked"
        self.it.post(author, place, visibility, readers - {author}, excluded - {author})

    @precondition(has_ideas)
    @rule(number=numbers, person=people, mentioned=people)
    def comment(self, number: int, person: int, mentioned: int) -> None:
        """Comment; half of the comments mention somebody, who may or may not see the idea."""
        idea, word = self.idea(number), self.it.word()
        mentions = [self.it.person_id(mentioned)] if number % 2 else []
        response = self.it.call(
            "POST", f"/ideas/{idea.id}/comments", person, id=client_id(), body=word, mention_ids=mentions
        )
        may = self.model.sees(person, idea) and not idea.is_withdrawn
        if not mentions or not may:
            assert (response.status_code == 201) == may, response.text
        if response.status_code == 201:
            idea.comments[word] = person

    @precondition(has_ideas)
    @rule(number=numbers, person=people)
    def report(self, number: int, person: int) -> None:
        """What one can't see can't be reported, as if there were no such thing."""
        idea = self.idea(number)
        response = self.it.call(
            "POST", "/reports", person, id=client_id(), idea_id=idea.id, reason="off_topic", words="주제와 다릅니다."
        )
        assert (response.status_code == 404) >= (not self.model.sees(person, idea)), response.text
        idea.is_reported |= response.status_code == 201

    @rule(person=people, on=st.booleans())
    def designate(self, person: int, on: bool) -> None:
        path = f"/experts/{self.it.person_id(person)}"
        if on:
            assert self.it.call("PUT", path, self.it.operator, field="금형").status_code == 200
            self.model.experts.add(person)
        else:
            assert self.it.call("DELETE", path, self.it.operator).status_code == 204
            self.model.end_designation(person)

    @precondition(has_ideas)
    @rule(number=numbers, person=people, on=st.booleans())
    def invite_expert(self, number: int, person: int, on: bool) -> None:
        idea = self.idea(number)
        path = f"/ideas/{idea.id}/experts/{self.it.person_id(person)}"
        if on and self.it.call("PUT", path, idea.author).status_code in (200, 204):
            assert person in self.model.experts
            assert person not in idea.excluded
            idea.experts.add(person)
        elif not on and self.it.call("DELETE", path, idea.author).status_code == 204:
            idea.experts.discard(person)

    @precondition(has_ideas)
    @rule(number=numbers, visibility=wider)
    def author_changes_audience(self, number: int, visibility: str) -> None:
        idea = self.idea(number)
        if self.it.call("PATCH", f"/ideas/{idea.id}", idea.author, visibility=visibility).status_code == 200:
            idea.visibility, idea.readers, idea.waiting = visibility, set(), None

    @precondition(has_ideas)
    @rule(number=numbers, person=people, visibility=wider, place=places)
    def staff_proposes_audience(self, number: int, person: int, visibility: str, place: int) -> None:
        idea, proposal = self.idea(number), client_id()
        if person % 2:  # half of the proposals come from one who may make them
            person = self.coordinator(self.model.consortium_of[idea.place])
        response = self.it.call(
            "POST", f"/ideas/{idea.id}/audience-proposals", person,
            id=proposal, visibility=visibility, mini_cluster_id=self.it.place_id(place), note="제안",
        )  # fmt: skip
        if response.status_code != 201:
            return
        assert self.model.may_manage(person, idea)
        assert person != idea.author
        if response.json()["state"] == "applied":
            assert is_part_of((visibility, place), (idea.visibility, idea.place))
            idea.visibility, idea.place = visibility, place
        else:
            idea.waiting = (proposal, visibility, place)

    @precondition(has_ideas)
    @rule(number=numbers, granted=st.booleans())
    def author_decides(self, number: int, granted: bool) -> None:
        idea = self.idea(number)
        if idea.waiting is None:
            return
        proposal, visibility, place = idea.waiting
        response = self.it.call("PUT", f"/audience-proposals/{proposal}/decision", idea.author, granted=granted)
        if response.status_code == 200 and granted:
            idea.visibility, idea.place, idea.readers = visibility, place, set()
        idea.waiting = None

    @precondition(has_ideas)
    @rule(number=numbers)
    def withdraw(self, number: int) -> None:
        idea = self.idea(number)
        assert self.it.call("POST", f"/ideas/{idea.id}/withdraw", idea.author).status_code == 200
        idea.is_withdrawn = True

    @precondition(has_ideas)
    @rule(number=numbers, person=people, state=st.sampled_from(["chosen", "done", "closed"]))
    def set_state(self, number: int, person: int, state: str) -> None:
        idea = self.idea(number)
        response = self.it.call("PUT", f"/ideas/{idea.id}/state", person, state=state, note="한마디")
        assert response.status_code != 200 or self.model.may_manage(person, idea)

    @precondition(has_ideas)
    @rule(number=numbers, person=people)
    def vote(self, number: int, person: int) -> None:
        idea = self.idea(number)
        response = self.it.call("PUT", f"/ideas/{idea.id}/vote", person)
        may = person != idea.author and not idea.is_withdrawn and self.model.sees(person, idea)
        assert (response.status_code == 200) == may, response.text

    @rule(blocker=people, blocked=people, on=st.booleans())
    def block(self, blocker: int, blocked: int, on: bool) -> None:
        if blocker == blocked:
            return
        response = self.it.call("PUT" if on else "DELETE", f"/me/blocks/{self.it.person_id(blocked)}", blocker)
        if response.status_code == 404:
            return  # they can't know of each other
        (self.model.blocks.add if on else self.model.blocks.discard)((blocker, blocked))

    @rule(person=people, place=places)
    def join(self, person: int, place: int) -> None:
        invitation = self.it.call(
            "POST", "/invitations", self.it.operator, id=client_id(), mini_cluster_id=self.it.place_id(place)
        )
        if invitation.status_code != 201:
            return
        accepted = self.it.call("POST", "/me/invitations/accept", person, token=invitation.json()["token"])
        if accepted.status_code == 200:
            self.model.members[person].add(place)

    @rule(person=people, place=places)
    def leave(self, person: int, place: int) -> None:
        mine = sorted(self.model.members[person] - self.model.dissolved)
        place = mine[place % len(mine)] if mine else place
        path = f"/mini-clusters/{self.it.place_id(place)}/members/{self.it.person_id(person)}"
        if self.it.call("DELETE", path, person).status_code == 204:
            self.model.leave(person, place)

    @rule(person=people, consortium=consortia, on=st.booleans())
    def coordinate(self, person: int, consortium: int, on: bool) -> None:
        path = f"/consortia/{self.it.consortia[consortium].public_id}/coordinators/{self.it.person_id(person)}"
        if self.it.call("PUT" if on else "DELETE", path, self.it.operator).status_code == 204:
            (self.model.coordinates[person].add if on else self.model.coordinates[person].discard)(consortium)
        assert any(consortium in coordinated for coordinated in self.model.coordinates.values())

    @rule(first=consortia, second=consortia)
    def link(self, first: int, second: int) -> None:
        pair = frozenset({first, second})
        if len(pair) == 1 or pair in self.model.links:
            return
        link, other = client_id(), str(self.it.consortia[second].public_id)
        path = f"/consortia/{self.it.consortia[first].public_id}/links"
        proposed = self.it.call("POST", path, self.coordinator(first), id=link, consortium_id=other)
        assert proposed.status_code == 201, proposed.text
        assert self.it.call("PUT", f"/consortium-links/{link}/agreement", self.coordinator(second)).status_code == 200
        self.model.links[pair] = "active"
        self.link_ids = {**getattr(self, "link_ids", {}), pair: link}

    @rule(first=consortia, second=consortia)
    def end_link(self, first: int, second: int) -> None:
        pair = frozenset({first, second})
        if self.model.links.pop(pair, None):
            path = f"/consortium-links/{self.link_ids[pair]}"
            assert self.it.call("DELETE", path, self.coordinator(first)).status_code == 204

    @rule(old=places, new=places)
    def merge(self, old: int, new: int) -> None:
        coordinator = self.coordinator(self.model.consortium_of[old])
        path = f"/mini-clusters/{self.it.place_id(old)}/merge"
        was_alive = old not in self.model.dissolved
        if self.it.call("POST", path, coordinator, into_id=self.it.place_id(new)).status_code == 200 and was_alive:
            self.model.dissolved.add(old)
            self.model.successor[old] = new
            for places_of_one in self.model.members.values():
                if old in places_of_one:
                    places_of_one.add(new)

    @rule()
    def worker_tells(self) -> None:
        self.reads.check_pushes(self.it.tell())

    def coordinator(self, consortium: int) -> int:
        return next(person for person, own in self.model.coordinates.items() if consortium in own)

    @invariant()
    def nobody_reads_what_is_not_his(self) -> None:
        """Everybody has his turn, and so has every idea."""
        self.turn += 1
        self.reads.check(self.turn)


@pytest.mark.timeout(300)
def test_nobody_reads_what_is_not_his(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    LeakWalk.new_database = lambda: empty_database(engine, tmp_path, request)
    run_state_machine_as_test(
        LeakWalk,
        settings=settings(
            max_examples=1,
            stateful_step_count=100,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
