"""Who is in the demo: managers, officers and members of each mini-cluster, coordinators, and the demo accounts."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.core.localisation import Locale
from app.demo.accounts import COLLEAGUE, COORDINATOR, MEMBER, OPERATOR, DemoAccount
from app.demo.employers import Employer, Employers
from app.demo.members import Belonging, Job, Member
from app.demo.people import Position, person_name, position
from app.demo.places import HOME_MINI_CLUSTER, SECOND_MINI_CLUSTER, Place, Places
from app.demo.rhythm import Rhythm
from app.demo.showcase import AUTHOR, showcase_ideas
from app.demo.size import MEMBERS_BESIDE_THE_MANAGER, DemoSize
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind

_SHARES_EMPLOYER = 0.38
_CAME_FROM_ELSEWHERE = 0.1
_LEFT_A_MINI_CLUSTER = 0.05
_HOME_WEIGHT = 4.0
_OFFICERS = (MemberRole.CHAIR, MemberRole.VICE_CHAIR, MemberRole.SECRETARY)
_FEWEST_WITH_OFFICERS = 5
_MANAGER = Position("매니저", "Manager")
_COORDINATOR = Position("코디네이터", "Coordinator")
_OFFICER = Position("과장", "Section Chief")


class Population:
    """Draws people until the mini-clusters have their members; the same source of chance gives the same people."""

    def __init__(
        self,
        rng: random.Random,
        rhythm: Rhythm,
        places: Places,
        employers: Employers,
        account_ids: Iterator[int],
        job_ids: Iterator[int],
    ) -> None:
        self._rng = rng
        self._rhythm = rhythm
        self._places = places
        self._employers = employers
        self._account_ids = account_ids
        self._job_ids = job_ids
        self.members: list[Member] = []
        self.by_place: dict[int, list[Member]] = defaultdict(list)
        self.speakers: dict[tuple[str, str], Member] = {}
        """Who speaks in the showcase, by the code of the idea and the label of the person."""

    def fill(self, size: DemoSize) -> None:
        """Draw everybody."""
        self._staff()
        self._cast_showcase()
        shares = self._shares(size.members - len(self.members))
        for place, number in zip(self._places.mini_clusters, shares, strict=True):
            self._people_of(place, number)
        for member in self.members:
            if member.memberships and member.memberships[0].role is MemberRole.MEMBER:
                self._join_others(member)
        for place in self._places.mini_clusters:
            self._elect_officers(place, self.by_place[place.id])

    def _staff(self) -> None:
        """One manager in each mini-cluster, one coordinator for each consortium, one operator: people of agencies."""
        agencies = {
            consortium.id: self._employers.agency(f"{consortium.name_ko} 추진단", f"{consortium.name_en} Agency")
            for consortium in self._places.consortia.values()
        }
        for place in self._places.mini_clusters:
            self._join(self._person(agencies[place.consortium_id], _MANAGER), place, MemberRole.MANAGER)
        home = self._places.of_code(HOME_MINI_CLUSTER).consortium_id
        for consortium_id, agency in agencies.items():
            coordinator = self._person(agency, _COORDINATOR, COORDINATOR if consortium_id == home else None)
            coordinator.coordinates = consortium_id
        office = self._employers.agency("클러스터 운영본부", "Cluster Operations Office")
        self._person(office, _OFFICER, OPERATOR)

    def _shares(self, people: int) -> list[int]:
        """How many people each mini-cluster gets: the least for all, the rest by a drawn weight."""
        places, least = self._places.mini_clusters, MEMBERS_BESIDE_THE_MANAGER
        weights = [
            self._rng.lognormvariate(0, 0.5) * (_HOME_WEIGHT if place.code == HOME_MINI_CLUSTER else 1.0)
            for place in places
        ]
        spare, total = people - least * len(places), sum(weights)
        shares = [least + int(spare * weight / total) for weight in weights]
        shares[weights.index(max(weights))] += people - sum(shares)
        return shares

    def _people_of(self, place: Place, number: int) -> None:
        here: list[Employer] = []
        for _ in range(number):
            if not here or self._rng.random() > _SHARES_EMPLOYER:
                here.append(self._employers.draw(place.industry))
            employer = self._rng.choice(here)
            person = self._person(employer, position(self._rng, employer.kind))
            self._join(person, place, MemberRole.MEMBER)

    def _cast_showcase(self) -> None:
        """The demo's member, and everybody who speaks in the showcase; its first author is the demo's colleague."""
        home, second = self._places.of_code(HOME_MINI_CLUSTER), self._places.of_code(SECOND_MINI_CLUSTER)
        first = showcase_ideas()[0].code
        member = self._newcomer(home, OrganisationKind.COMPANY, MEMBER)
        for idea in showcase_ideas():
            for label, kind in idea.people.items():
                account = COLLEAGUE if (idea.code, label) == (first, AUTHOR) else None
                speaker = self._newcomer(self._places.of_code(idea.mini_cluster), kind, account, idea.language)
                self.speakers[idea.code, label] = speaker
        for person in (member, self.speakers[first, AUTHOR]):
            self._join(person, second, MemberRole.MEMBER)

    def _newcomer(
        self,
        place: Place,
        kind: OrganisationKind | None,
        account: DemoAccount | None = None,
        locale: Locale = Locale.KOREAN,
    ) -> Member:
        """A member of a mini-cluster from an organisation of that kind which nobody else is from yet."""
        employer = self._employers.draw(place.industry, kind)
        person = self._person(employer, position(self._rng, employer.kind), account, locale)
        self._join(person, place, MemberRole.MEMBER)
        return person

    def _join_others(self, member: Member) -> None:
        """Some people are members of a second or third mini-cluster; some have left one."""
        wanted = self._rng.choices((0, 1, 2), (67, 25, 8))[0] if member.account is None else 0
        has_left = self._rng.random() < _LEFT_A_MINI_CLUSTER and member.account is None
        first = member.memberships[0].place
        near = [place for place in self._places.mini_clusters if place is not first and _is_near(place, first)]
        for place in self._rng.sample(near, min(len(near), wanted + has_left)):
            self._join(member, place, MemberRole.MEMBER)
        if has_left and len(member.memberships) > 1:
            left = member.memberships[-1]
            left.ended_at = self._rhythm.answer_to(max(left.started_at, self._rhythm.earlier(10, 400)))
            self.by_place[left.place.id].remove(member)

    def _elect_officers(self, place: Place, people: Sequence[Member]) -> None:
        """Three officers where there are enough people; each was an ordinary member before."""
        if len(people) < _FEWEST_WITH_OFFICERS:
            return
        eligible = [
            (person, belonging)
            for person in people
            for belonging in person.belongings(place)
            if belonging.role is MemberRole.MEMBER and person.account is None
        ]
        chosen = self._rng.sample(eligible, min(len(_OFFICERS), len(eligible)))
        for (person, belonging), role in zip(chosen, _OFFICERS, strict=False):
            belonging.ended_at = max(belonging.started_at, self._rhythm.earlier(1, 300))
            person.memberships.append(Belonging(place, role, belonging.ended_at))

    def _join(self, person: Member, place: Place, role: MemberRole) -> None:
        started = max(person.joined_at, self._rhythm.earlier(1, 1_500))
        person.memberships.append(Belonging(place, role, started))
        self.by_place[place.id].append(person)

    def _person(
        self,
        employer: Employer,
        title: Position,
        account: DemoAccount | None = None,
        locale: Locale = Locale.KOREAN,
    ) -> Member:
        number, joined, name = next(self._account_ids), self._rhythm.earlier(400, 3_000), person_name(self._rng)
        is_korean = locale is Locale.KOREAN
        drawn_name = name.ko if is_korean else name.en
        person = Member(
            id=number,
            name=account.name if account else drawn_name,
            email=account.email if account else f"m{number:06d}@demo.example",
            locale=locale,
            joined_at=joined,
            employer=employer,
            jobs=self._jobs(employer, title.ko if is_korean else title.en, joined),
            account=account,
        )
        self.members.append(person)
        return person

    def _jobs(self, employer: Employer, title: str, joined: int) -> list[Job]:
        """The present job; one in ten came from another organisation of the kind, or has been there twice."""
        present = Job(next(self._job_ids), employer, title, joined)
        if self._rng.random() > _CAME_FROM_ELSEWHERE or employer.kind is OrganisationKind.SUPPORT:
            return [present]
        before = Job(next(self._job_ids), self._employers.earlier_employer(employer), title, joined)
        before.ended_at = present.started_at = self._rhythm.moment()
        return [before, present]


def _is_near(place: Place, other: Place) -> bool:
    """Whether people of one mini-cluster are likely to be members of the other."""
    return place.consortium_id == other.consortium_id or place.industry == other.industry
