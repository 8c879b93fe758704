"""The ideas and threads that the small demo shows first: written by hand, in English with partners abroad."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.core.localisation import Locale
from app.demo.vocabulary import Phrase, Phrases, Words, load
from app.models.organisations import OrganisationKind

AUTHOR = "author"
"""The label of the one who wrote the idea."""


class ShowcaseReply(Words):
    """An answer under a comment. ``by`` is a label of the idea's ``people``."""

    by: Phrase
    text: Phrase


class ShowcaseComment(Words):
    """A top comment with the answers to it, in their order."""

    by: Phrase
    text: Phrase
    replies: tuple[ShowcaseReply, ...] = ()


class ShowcaseIdea(Words):
    """An idea with its thread. The same label in ``people`` is the same person all through the thread."""

    code: Phrase
    mini_cluster: Phrase
    """Code of the mini-cluster in the programme file."""
    language: Locale
    title: Phrase
    body: Phrases
    """Paragraphs and lists of a Markdown subset."""
    tags: tuple[Phrase, ...]
    people: dict[str, OrganisationKind]
    """Who takes part, and from what kind of organisation."""
    comments: Annotated[tuple[ShowcaseComment, ...], Field(min_length=1)]

    @property
    def text(self) -> str:
        """The body as it is stored."""
        return "\n\n".join(self.body)

    def voices(self) -> Iterator[str]:
        """The labels of those who speak, in the order of the thread."""
        yield AUTHOR
        for comment in self.comments:
            yield comment.by
            yield from (reply.by for reply in comment.replies)

    @model_validator(mode="after")
    def _everybody_is_known(self) -> Self:
        if set(self.voices()) != set(self.people):
            raise ValueError(f"showcase idea {self.code!r}: people and those who speak differ")
        return self


class _Showcase(Words):
    ideas: tuple[ShowcaseIdea, ...]


@cache
def showcase_ideas() -> tuple[ShowcaseIdea, ...]:
    """The showcase, in the order in which it is to be shown."""
    return load(_Showcase, "showcase.json").ideas
