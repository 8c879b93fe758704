"""Invented people: Korean names with surnames as frequent as in the census of 2015, and positions by organisation."""

import random
from functools import cache
from itertools import accumulate
from typing import Annotated, NamedTuple

from pydantic import Field

from app.demo.korean import romanise
from app.demo.vocabulary import Phrase, Phrases, Words, load
from app.models.organisations import OrganisationKind

Weight = Annotated[int, Field(ge=1)]


class PersonName(NamedTuple):
    """A name in Hangul, ``김민준``, and in Latin letters, ``Kim Min-jun``."""

    ko: str
    en: str


class Position(NamedTuple):
    """A position (직위) in Korean and in English."""

    ko: str
    en: str


class _People(Words):
    surnames: tuple[tuple[Phrase, Phrase, Weight], ...]
    """Hangul, the customary spelling in Latin letters, people in ten thousand."""
    given_names: Phrases
    positions: dict[OrganisationKind, tuple[tuple[Phrase, Phrase, Weight], ...]]


class _Weighted(NamedTuple):
    choices: tuple[tuple[str, str], ...]
    up_to: tuple[int, ...]

    def draw(self, rng: random.Random) -> tuple[str, str]:
        return rng.choices(self.choices, cum_weights=self.up_to)[0]


def person_name(rng: random.Random) -> PersonName:
    """A name somebody might have; several people may draw the same one, as in life."""
    surname, latin = _surnames().draw(rng)
    given = rng.choice(_people().given_names)
    return PersonName(surname + given, f"{latin} {romanise(given, '-')}")


def position(rng: random.Random, kind: OrganisationKind) -> Position:
    """A position in an organisation of this kind, the common ones more often."""
    return Position(*_positions(kind).draw(rng))


@cache
def _people() -> _People:
    return load(_People, "people.json")


@cache
def _surnames() -> _Weighted:
    return _weighted(_people().surnames)


@cache
def _positions(kind: OrganisationKind) -> _Weighted:
    return _weighted(_people().positions[kind])


def _weighted(rows: tuple[tuple[str, str, int], ...]) -> _Weighted:
    return _Weighted(tuple((ko, en) for ko, en, _ in rows), tuple(accumulate(weight for _, _, weight in rows)))
