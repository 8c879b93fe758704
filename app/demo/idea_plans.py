"""Which ideas there will be: where, whose, for whom, and how much response each gets."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from app.demo.accounts import COLLEAGUE, MEMBER
from app.demo.audiences import Audiences
from app.demo.employers import Employer
from app.demo.members import Member
from app.demo.places import HOME_MINI_CLUSTER, SECOND_MINI_CLUSTER, Place, Places
from app.demo.population import Population
from app.demo.rhythm import DAY, Rhythm
from app.demo.showcase import AUTHOR, ShowcaseIdea, showcase_ideas
from app.demo.size import DemoSize
from app.models.ideas import Visibility

_VISIBILITIES = tuple(Visibility)
_VISIBILITY_WEIGHTS = (2, 50, 28, 10, 10)
_UNANSWERED_SHARE = 0.15
_EXCLUDING_SHARE = 0.03
_DELETED_SHARE = 0.03
_EDITED_SHARE = 0.04
_FEWEST_WITH_DELETED = 5
_VOTES_PER_RESPONSE = 3.0
_BY_DEMO_ACCOUNTS = 0.08
_SHOWCASE_DAYS = 9


@dataclass(slots=True)
class Plan:
    """One idea to be. ``comments`` are all its comments; of those, the first may be deleted later."""

    id: int
    place: Place
    author: Member
    published_at: int
    visibility: Visibility
    audience: Sequence[Member]
    readers: Sequence[Member] = ()
    excluded: Sequence[Employer] = ()
    voters: Sequence[Member] = ()
    comments: int = 0
    loses_first_comment: bool = False
    is_edited: bool = False
    response: float = 0.0
    topic: int | None = None
    showcase: ShowcaseIdea | None = None
    last_comments: dict[int, int] = field(default_factory=dict)
    """The last comment of each participant, by account; filled when comments are written."""

    @property
    def comment_count(self) -> int:
        """Comments that can be read."""
        return self.comments - self.loses_first_comment


class Planner:
    """Plans ideas in the order of their publishing, so that ids rise with time."""

    def __init__(self, rng: random.Random, rhythm: Rhythm, places: Places, population: Population) -> None:
        self._rng = rng
        self._rhythm = rhythm
        self._places = places
        self._population = population
        self._audiences = Audiences(places, population.by_place)
        self._accounts = {person.account: person for person in population.members if person.account}
        members = (len(population.by_place[place.id]) for place in places.mini_clusters)
        self._up_to_place = tuple(accumulate(members))

    def plan(self, size: DemoSize, ids: Iterator[int]) -> list[Plan]:
        """All ideas, with their votes and numbers of comments."""
        scripted = showcase_ideas()
        moments = sorted(self._rhythm.moment() for _ in range(size.ideas - len(scripted)))
        days_ago = self._rhythm.end - _SHOWCASE_DAYS * DAY
        drafts: list[tuple[int, ShowcaseIdea | None]] = [(moment, None) for moment in moments]
        # The showcase is what a newcomer sees first: its ideas are among the newest.
        drafts += [(self._rhythm.answer_to(days_ago + n * DAY), idea) for n, idea in enumerate(scripted[::-1])]
        drafts.sort(key=lambda draft: draft[0])
        newest = max(moments)
        plans = [
            self._scripted(next(ids), moment, idea) if idea else self._drawn(next(ids), moment, moment == newest)
            for moment, idea in drafts
        ]
        self._share_out(plans, size.comments)
        for plan in plans:
            plan.voters = self._voters(plan)
        return plans

    def _drawn(self, number: int, moment: int, by_demo_member: bool) -> Plan:
        place = self._places.mini_clusters[bisect(self._up_to_place, self._rng.random() * self._up_to_place[-1])]
        visibility = self._rng.choices(_VISIBILITIES, _VISIBILITY_WEIGHTS)[0]
        if by_demo_member:
            place, visibility = self._places.of_code(HOME_MINI_CLUSTER), Visibility.MINI_CLUSTER
        author = self._accounts[MEMBER] if by_demo_member else self._author(place)
        plan = Plan(number, place, author, moment, visibility, self._audiences.of(visibility, place))
        if visibility is Visibility.NAMED:
            others = [person for person in plan.audience if person is not author]
            plan.readers = self._rng.sample(others, min(len(others), self._rng.randint(2, 5)))
            plan.audience = [author, *plan.readers]
        elif self._rng.random() < _EXCLUDING_SHARE:
            self._exclude(plan)
        age = (self._rhythm.end - moment) / DAY
        answered = len(plan.audience) > 1 and self._rng.random() > _UNANSWERED_SHARE
        plan.response = self._rng.lognormvariate(0, 0.9) * min(1.0, 0.1 + age / 3) if answered else 0.0
        plan.is_edited = self._rng.random() < _EDITED_SHARE
        return plan

    def _scripted(self, number: int, moment: int, idea: ShowcaseIdea) -> Plan:
        place = self._places.of_code(idea.mini_cluster)
        is_near = place.code in (HOME_MINI_CLUSTER, SECOND_MINI_CLUSTER)
        visibility = Visibility.CONSORTIUM if is_near else Visibility.ALL
        author = self._population.speakers[idea.code, AUTHOR]
        plan = Plan(number, place, author, moment, visibility, self._audiences.of(visibility, place))
        plan.showcase = idea
        plan.comments = sum(1 for _ in idea.voices()) - 1
        return plan

    def _author(self, place: Place) -> Member:
        """Some people write much more than others."""
        draw = self._rng.random()
        if place.code == HOME_MINI_CLUSTER and draw < 2 * _BY_DEMO_ACCOUNTS:
            return self._accounts[MEMBER if draw < _BY_DEMO_ACCOUNTS else COLLEAGUE]
        members = self._population.by_place[place.id]
        return members[~int(self._rng.random() ** 2 * len(members))]

    def _exclude(self, plan: Plan) -> None:
        """The author keeps a competitor of his mini-cluster from seeing the idea."""
        here = self._population.by_place[plan.place.id]
        others = {person.employer.id: person.employer for person in here if person.employer is not plan.author.employer}
        if others:
            excluded = self._rng.choice(list(others.values()))
            plan.excluded = [excluded]
            plan.audience = [person for person in plan.audience if person.employer is not excluded]

    def _share_out(self, plans: Sequence[Plan], comments: int) -> None:
        """Spread exactly so many comments over the ideas by their drawn response."""
        left = comments - sum(plan.comments for plan in plans)
        up_to = list(accumulate(plan.response for plan in plans))
        for plan in self._rng.choices(plans, cum_weights=up_to, k=left):
            plan.comments += 1
        for plan in plans:
            is_long = plan.comments >= _FEWEST_WITH_DELETED and plan.showcase is None
            plan.loses_first_comment = is_long and self._rng.random() < _DELETED_SHARE

    def _voters(self, plan: Plan) -> Sequence[Member]:
        """Distinct people of the audience, never the author."""
        response = plan.response or (2.0 if plan.showcase else 0.3)
        tries = int(response * _VOTES_PER_RESPONSE * self._rng.uniform(0.4, 1.6))
        audience, draw = plan.audience, self._rng.random
        drawn = (audience[int(draw() * len(audience))] for _ in range(tries))
        return list({person.id: person for person in drawn if person is not plan.author}.values())
