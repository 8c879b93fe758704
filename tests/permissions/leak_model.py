"""Who may see what, stated a second time and plainly: the model that ``test_leaks.py`` holds the API against."""

from dataclasses import dataclass, field

WIDTH = {"named": 0, "mini_cluster": 1, "consortium": 2, "linked": 3, "all": 4}


@dataclass
class ModelIdea:
    """An idea and what decides who sees it."""

    id: str
    author: int
    place: int
    visibility: str
    readers: set[int]
    excluded: set[int]
    """Organisations, by the numbers of the people who work there: each works alone."""
    title: str
    body: str
    is_withdrawn: bool = False
    comments: dict[str, int] = field(default_factory=dict)
    """Words of comments, and who wrote them."""
    waiting: tuple[str, str, int] | None = None
    """A proposal: its id, the visibility and the place it asks for."""
    experts: set[int] = field(default_factory=set)
    """Whom its author invited as an expert."""
    is_reported: bool = False


@dataclass
class Model:
    """People are numbered; places are numbered within numbered consortia."""

    consortium_of: dict[int, int] = field(default_factory=dict)
    dissolved: set[int] = field(default_factory=set)
    successor: dict[int, int] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    """Places of each person."""
    coordinates: dict[int, set[int]] = field(default_factory=dict)
    links: dict[frozenset[int], str] = field(default_factory=dict)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    ideas: list[ModelIdea] = field(default_factory=list)
    experts: set[int] = field(default_factory=set)

    def is_blocked(self, one: int, other: int) -> bool:
        """Whether either has blocked the other."""
        return (one, other) in self.blocks or (other, one) in self.blocks

    def consortia(self, person: int) -> set[int]:
        """The consortia a person belongs to."""
        return {self.consortium_of[place] for place in self.members[person]} | self.coordinates[person]

    def sees(self, person: int, idea: ModelIdea) -> bool:
        """Whether a person sees an idea."""
        if idea.author == person:
            return True
        if idea.is_withdrawn or self.is_blocked(person, idea.author) or person in idea.excluded:
            return False
        is_open = idea.visibility == "all" and bool(self.consortia(person))
        return person in idea.experts or is_open or self._reaches(person, idea, self.inner(person))

    def is_at_home(self, person: int, idea: ModelIdea) -> bool:
        """Whether it stands in the person's home feed."""
        if idea.is_withdrawn or not self.sees(person, idea):
            return False
        return self._reaches(person, idea, self.members[person])

    def may_manage(self, person: int, idea: ModelIdea) -> bool:
        """Whether a person coordinates the consortium of an idea that he sees."""
        return self.consortium_of[idea.place] in self.coordinates[person] and self.sees(person, idea)

    def readable_words(self, person: int, *, in_lists: bool) -> set[str]:
        """Every word planted in the place that a person may meet: in lists, or in single reads as well."""
        words: set[str] = set()
        for idea in self.ideas:
            if not self.sees(person, idea):
                continue
            words.add(idea.title)
            if not in_lists or idea.visibility != "named" or idea.author == person:
                words.add(idea.body)
            words |= {word for word, by in idea.comments.items() if not self.is_blocked(person, by)}
        return words

    def words_of_cases(self, person: int, consortium: int) -> set[str]:
        """Titles that those who handle cases meet in them: of what was reported there, whatever became of it."""
        if consortium not in self.coordinates[person]:
            return set()
        return {idea.title for idea in self.ideas if idea.is_reported and self.consortium_of[idea.place] == consortium}

    def inner(self, person: int) -> set[int]:
        """The places whose inner ideas and members a person sees."""
        own = self.coordinates[person]
        return self.members[person] | {place for place, consortium in self.consortium_of.items() if consortium in own}

    def audience(self, author: int, place: int, visibility: str, excluded: int) -> int:
        """How many people but the author would see an idea for nobody in particular, one organisation left out."""
        idea = ModelIdea("", author, place, visibility, set(), {excluded}, "", "")
        return sum(person != author and self.sees(person, idea) for person in self.members)

    def end_designation(self, person: int) -> None:
        """Somebody is no expert any more: what he was invited into is closed to him."""
        self.experts.discard(person)
        for idea in self.ideas:
            idea.experts.discard(person)

    def _reaches(self, person: int, idea: ModelIdea, inner: set[int]) -> bool:
        if idea.visibility == "named":
            return person in idea.readers | {idea.author}
        consortium = self.consortium_of[idea.place]
        if idea.place in inner:
            return True
        if idea.visibility == "mini_cluster":
            return False
        if consortium in self.consortia(person):
            return True
        linked = any(self.links.get(frozenset({own, consortium})) == "active" for own in self.consortia(person))
        return idea.visibility in ("linked", "all") and linked

    def leave(self, person: int, place: int) -> None:
        """A person leaves a place, and what came before it unless he is in something else that came after that."""
        self.members[person].discard(place)
        for before in [old for old, new in self.successor.items() if new == place and old in self.members[person]]:
            self.leave(person, before)


def is_part_of(new: tuple[str, int], old: tuple[str, int]) -> bool:
    """Whether an audience in one consortium is part of another there: visibility and place of each."""
    if new[0] == old[0] == "mini_cluster":
        return new[1] == old[1]
    return WIDTH[new[0]] <= WIDTH[old[0]]
