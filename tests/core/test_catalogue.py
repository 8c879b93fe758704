"""The message catalogues say everything the code says, in every language, with the same places to fill in."""

import re
import string
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from app.core.catalogue import FOLDER, SOURCE, Counted, Message
from app.core.localisation import Locale

APP = Path(__file__).parents[2] / "app"
KEYWORDS = {"Message": None, "Counted": (1, 2)}
TRANSLATED = [locale for locale in Locale if locale is not SOURCE]


def said() -> set[str | tuple[str, ...]]:
    """Every message of the code, as Babel extracts it."""
    found: set[str | tuple[str, ...]] = set()
    for path in sorted(APP.rglob("*.py")):
        if re.search(r"import .*\b(Message|Counted)\b", path.read_text()) and "catalogue" in path.read_text():
            for _, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
                found.add(message)
    return found


def catalogue_of(locale: Locale) -> Catalog:
    with (FOLDER / f"{locale.value}.po").open("rb") as file:
        return read_po(file, locale=locale.value, abort_invalid=True)


def forms_of(text: Any) -> tuple[str, ...]:
    """A message of one form or several."""
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(locale: Locale) -> None:
    messages = [message for message in catalogue_of(locale) if message.id]
    assert {message.id for message in messages} == said()
    for message in messages:
        assert not message.fuzzy, message.id
        wanted = places(forms_of(message.id)[-1])
        for form in forms_of(message.string):
            assert form, f"{message.id} is not translated"
            assert places(form) == wanted, message.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_plural_forms_are_those_of_the_language(locale: Locale) -> None:
    catalogue = catalogue_of(locale)
    assert catalogue.num_plurals == Catalog(locale=locale.value).num_plurals
    for message in catalogue:
        if isinstance(message.id, tuple):
            assert len(forms_of(message.string)) == catalogue.num_plurals


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.po")} == {locale.value for locale in TRANSLATED}


COUNTED = [
    (Locale.ENGLISH, 1, "1 new comment"),
    (Locale.ENGLISH, 2, "2 new comments"),
    (Locale.ENGLISH, 0, "0 new comments"),
    (Locale.KOREAN, 1, "새 댓글 1개"),
    (Locale.KOREAN, 2, "새 댓글 2개"),
]


@pytest.mark.parametrize(("locale", "count", "text"), COUNTED)
def test_numbers_follow_the_plural_rules(locale: Locale, count: int, text: str) -> None:
    assert Counted("{count} new comment", "{count} new comments").render(locale, count) == text


def test_braces_in_what_is_filled_in_stay_as_they_are() -> None:
    message = Message("{name} replied: {excerpt}")
    assert message.render(Locale.KOREAN, name="{이름}", excerpt="{0}") == "{이름}님의 답글: {0}"
