"""The message catalogue of what the product writes to people: pushes and digests.

Messages stand in the code in English. Each other language is one file, ``catalogues/<locale>.po``, with the plural
rules of that language; a test holds that it says everything. To add a language: a member of ``Locale``, and its file.
"""

import io
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.localisation import Locale

FOLDER = Path(__file__).parent / "catalogues"
SOURCE = Locale.ENGLISH


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence; ``{name}`` marks what is filled in."""

    text: str

    def render(self, locale: Locale, **values: object) -> str:
        """The sentence in a language, with its places filled in."""
        return translations(locale).gettext(self.text).format(**values)


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence about a number of things, ``{count}``, by the plural rules of each language."""

    one: str
    many: str

    def render(self, locale: Locale, count: int, **values: object) -> str:
        """The sentence in a language for so many."""
        return translations(locale).ngettext(self.one, self.many, count).format(count=count, **values)


@cache
def translations(locale: Locale) -> NullTranslations:
    """The catalogue of a language, compiled once; that of the source language is the code itself."""
    if locale is SOURCE:
        return NullTranslations()
    with (FOLDER / f"{locale.value}.po").open("rb") as file:
        catalogue = read_po(file, locale=locale.value, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
