"""The words demo texts are made of: one file for each industry, and the frames of ideas, comments and names.

Frames write particles into the place of the noun, as :mod:`app.demo.korean` reads them.
"""

from functools import cache
from importlib.resources import files
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Phrase = Annotated[str, StringConstraints(strip_whitespace=True)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]
TwoLanguages = tuple[Phrase, Phrase]
"""The same name in Korean and in English."""


class Words(BaseModel):
    """A piece of vocabulary: read once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CommentWords(Words):
    """The nouns with which comments speak of a case, by the part they play in a sentence."""

    defects: Phrases
    """Nuisances that can be made less."""
    processes: Phrases
    """Steps of work."""
    materials: Phrases
    """What goes into the work and may change."""
    tests: Phrases
    equipment: Phrases
    """What an organisation owns and may lend."""


class Case(Words):
    """One difficulty of an industry and a way out of it; sentences of one case fit each other."""

    items: Phrases
    """What the difficulty is met with: products, lines, kinds of work."""
    problem: Phrase
    """A nuisance that can be made less, so that frames may say so."""
    remedy: Phrase
    """Something that can be set going together."""
    difficulty: Phrases
    proposal: Phrases
    details: Phrases
    """Steps of the proposal, ending in a noun, for a list."""
    effect: Phrases
    partners: Annotated[Phrases, Field(min_length=2)]
    """Firms and people who may take part."""
    tags: Annotated[Phrases, Field(max_length=4)]
    words: CommentWords


class Industry(Words):
    """An industry: its name, the endings of its company names, its cases."""

    field_ko: Phrase
    field_en: Phrase
    company_endings: Annotated[tuple[TwoLanguages, ...], Field(min_length=1)]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


class IdeaFrames(Words):
    """Sentences around a case, by the voice of the writer: company, university, institute, public."""

    numbers: dict[str, Phrases]
    titles: Phrases
    openers: dict[str, Phrases]
    turns: Phrases
    list_leads: Phrases
    seeks: Phrases
    closers: dict[str, Phrases]


class CommentStyle(Words):
    """One manner of replying; ``weight`` is how often it comes, in relation to the others."""

    name: Phrase
    weight: Annotated[int, Field(ge=1)]
    goes_on_as: Phrase | None = None
    """The style from which a longer comment takes its second half."""
    openers: Phrases
    cores: Phrases
    closers: Phrases


class CommentFrames(Words):
    """All manners of replying, and the amounts they speak of."""

    numbers: dict[str, Phrases]
    styles: Annotated[tuple[CommentStyle, ...], Field(min_length=1)]


_Document = TypeVar("_Document", bound=Words)


@cache
def industry_names() -> tuple[str, ...]:
    """The industries that have a vocabulary, in alphabetical order."""
    folder = files("app.demo.vocabulary") / "industries"
    return tuple(sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")))


@cache
def industry_words(industry: str) -> Industry:
    """The vocabulary of an industry. Raises ValueError for an industry without one."""
    if industry not in industry_names():
        raise ValueError(f"no vocabulary for the industry {industry!r}; there are: {', '.join(industry_names())}")
    return load(Industry, f"industries/{industry}.json")


@cache
def idea_frames() -> IdeaFrames:
    """The frames of ideas."""
    return load(IdeaFrames, "ideas.json")


@cache
def comment_frames() -> CommentFrames:
    """The frames of comments."""
    return load(CommentFrames, "comments.json")


def load(kind: type[_Document], path: str) -> _Document:
    """A vocabulary file, given by its path in this folder, as a document of ``kind``.

    Raises :class:`pydantic.ValidationError` where the file does not have the form.
    """
    return kind.model_validate_json((files("app.demo.vocabulary") / path).read_bytes())
