"""A small random place, and the rules of visibility stated once more, plainly, to hold the product against."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.ideas.entries import put_into_feeds
from app.models import Consortium, Idea, IdeaExclusion, IdeaExpert, IdeaReader, MiniCluster
from app.models.ideas import IdeaStatus, Visibility
from tests.factories import Factory, Person


@dataclass(frozen=True)
class Facts:
    """An idea as plain facts."""

    id: int
    author: int
    mini_cluster: int
    consortium: int
    visibility: Visibility
    readers: frozenset[int]
    excluded: frozenset[int]
    experts: frozenset[int]
    published_at: datetime
    votes: int
    comments: int


@dataclass
class RandomPlace:
    """Consortia, links, people and ideas by chance, the same for the same seed."""

    people: list[Person] = field(default_factory=list)
    member_of: dict[int, set[int]] = field(default_factory=dict)
    coordinates: dict[int, int] = field(default_factory=dict)
    consortium_of: dict[int, int] = field(default_factory=dict)
    links: set[frozenset[int]] = field(default_factory=set)
    blocks: set[frozenset[int]] = field(default_factory=set)
    ideas: list[Facts] = field(default_factory=list)
    consortia: list[Consortium] = field(default_factory=list)
    mini_clusters: list[MiniCluster] = field(default_factory=list)

    def consortia_of(self, person: Person) -> set[int]:
        """The consortia a person belongs to."""
        own = {self.consortium_of[mini_cluster] for mini_cluster in self.member_of[person.id]}
        return own | ({self.coordinates[person.id]} if person.id in self.coordinates else set())

    def is_linked(self, person: Person, consortium: int) -> bool:
        """Whether a consortium is linked to one of the person's."""
        return any(frozenset({own, consortium}) in self.links for own in self.consortia_of(person))

    def in_home(self, person: Person, idea: Facts) -> bool:
        """Whether an idea belongs into a person's home feed."""
        return self.sees(person, idea) and self._reaches(person, idea, self.member_of[person.id])

    def sees(self, person: Person, idea: Facts) -> bool:
        """Whether a person sees an idea."""
        if idea.author == person.id:
            return True
        if frozenset({idea.author, person.id}) in self.blocks or person.organisation_id in idea.excluded:
            return False
        coordinated = self.coordinates.get(person.id)
        inner = self.member_of[person.id] | {m for m, c in self.consortium_of.items() if c == coordinated}
        if person.id in idea.experts:
            return True
        if idea.visibility is Visibility.ALL and self.consortia_of(person):
            return True
        return self._reaches(person, idea, inner)

    def _reaches(self, person: Person, idea: Facts, inner: set[int]) -> bool:
        if idea.visibility is Visibility.NAMED:
            return person.id in idea.readers | {idea.author}
        if idea.mini_cluster in inner:
            return True
        if idea.visibility is Visibility.MINI_CLUSTER:
            return False
        if idea.consortium in self.consortia_of(person):
            return True
        return idea.visibility is not Visibility.CONSORTIUM and self.is_linked(person, idea.consortium)


async def random_place(database: Database, factory: Factory, seed: int, ideas: int = 80) -> RandomPlace:
    """Build one in the database."""
    rng = random.Random(seed)
    place = RandomPlace()
    place.consortia = [await factory.consortium() for _ in range(4)]
    for consortium in place.consortia:
        for _ in range(rng.randint(1, 3)):
            mini_cluster = await factory.mini_cluster(consortium)
            place.mini_clusters.append(mini_cluster)
            place.consortium_of[mini_cluster.id] = consortium.id
    for first, second in ((0, 1), (1, 2)):
        await factory.link(place.consortia[first], place.consortia[second])
        place.links.add(frozenset({place.consortia[first].id, place.consortia[second].id}))
    organisations = [await factory.organisation() for _ in range(4)]
    for number in range(10):
        chosen = rng.sample(place.mini_clusters, rng.randint(0, 3))
        coordinated = rng.choice(place.consortia) if number % 5 == 4 else None
        person = await factory.person(*chosen, organisation=rng.choice(organisations), coordinates=coordinated)
        place.people.append(person)
        place.member_of[person.id] = {mini_cluster.id for mini_cluster in chosen}
        if coordinated:
            place.coordinates[person.id] = coordinated.id
    await _block_at_random(factory, place, rng)
    for number in range(ideas):
        place.ideas.append(await _random_idea(database, place, rng, number))
    return place


async def _block_at_random(factory: Factory, place: RandomPlace, rng: random.Random) -> None:
    for _ in range(4):
        blocker, blocked = rng.sample(place.people, 2)
        if frozenset({blocker.id, blocked.id}) not in place.blocks:
            await factory.block(blocker, blocked)
            place.blocks.add(frozenset({blocker.id, blocked.id}))


async def _random_idea(database: Database, place: RandomPlace, rng: random.Random, number: int) -> Facts:
    mini_cluster, author = rng.choice(place.mini_clusters), rng.choice(place.people)
    visibility = rng.choice(list(Visibility))
    readers = frozenset(p.id for p in rng.sample(place.people, 2)) if visibility is Visibility.NAMED else frozenset()
    excluded = frozenset({rng.choice(place.people).organisation_id}) if rng.random() < 0.3 else frozenset()
    experts = frozenset(p.id for p in rng.sample(place.people, rng.choice([0, 0, 1, 2])))
    # Every fourth pair shares its moment, so that the id has to decide the order.
    published_at = now() - timedelta(minutes=(number // 4) * 7)
    idea = Idea(
        public_id=new_public_id(),
        creation_digest=bytes(32),
        mini_cluster_id=mini_cluster.id,
        consortium_id=mini_cluster.consortium_id,
        author_id=author.id,
        title=f"아이디어 {number}",
        body="본문",
        excerpt="본문",
        visibility=visibility,
        has_exclusions=bool(excluded),
        status=IdeaStatus.PUBLISHED,
        published_at=published_at,
        vote_count=rng.randint(0, 5),
        comment_count=rng.choice([0, 0, 1, 4]),
    )
    async with database.write() as session:
        session.add(idea)
        await session.flush()
        session.add_all(IdeaReader(idea_id=idea.id, account_id=reader) for reader in readers)
        session.add_all(IdeaExclusion(idea_id=idea.id, organisation_id=excluded_id) for excluded_id in excluded)
        session.add_all(IdeaExpert(idea_id=idea.id, account_id=expert) for expert in experts)
        await session.flush()
        await put_into_feeds(session, idea)
    return Facts(
        idea.id,
        author.id,
        mini_cluster.id,
        mini_cluster.consortium_id,
        visibility,
        readers,
        excluded,
        experts,
        published_at,
        idea.vote_count,
        idea.comment_count,
    )
