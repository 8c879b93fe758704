"""The vocabulary files: sound, complete for the programme, and written so that particles come out right."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

import pytest

from app.consortia.programme import load_programme
from app.demo.korean import PARTICLES, final_consonant
from app.demo.vocabulary import comment_frames, idea_frames, industry_names, industry_words

# A bare place with a particle written out after it would be right for some nouns only.
_PARTICLE_WRITTEN_OUT = re.compile(r"\{\w+\}(은|는|이|가|을|를|과|와|으로|로|이나|나|이라|라)(?![가-힣])")

IDEA_PLACES = {"item", "problem", "remedy", "partner", "other"}
COMMENT_PLACES = {"equipment", "process", "defect", "material", "product", "test"}


def documents(folder: Traversable) -> Iterator[Any]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from documents(entry)
        elif entry.name.endswith(".json"):
            yield json.loads(entry.read_text("utf-8"))


def texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts(value)


ALL_TEXTS = [text for document in documents(files("app.demo.vocabulary")) for text in texts(document)]


def test_every_industry_of_the_programme_has_a_vocabulary() -> None:
    assert {entry.industry for entry in load_programme().mini_clusters} == set(industry_names())


def test_an_industry_without_a_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no vocabulary for the industry 'farming'; there are: aerospace, "):
        industry_words("farming")


def test_no_template_writes_a_particle_out() -> None:
    assert len(ALL_TEXTS) > 3_000
    assert [text for text in ALL_TEXTS if _PARTICLE_WRITTEN_OUT.search(text)] == []


def test_templates_name_known_places_and_particles() -> None:
    known = IDEA_PLACES | COMMENT_PLACES | set(idea_frames().numbers) | set(comment_frames().numbers)
    known |= {"name", "name_en", "place", "place_en", "field", "field_en"}
    for text in ALL_TEXTS:
        for _, place, pair, _ in Formatter().parse(text):
            assert place is None or place in known, text
            assert not pair or pair in PARTICLES, text


@pytest.mark.parametrize("industry", industry_names())
def test_the_last_sound_of_every_noun_can_be_told(industry: str) -> None:
    for case in industry_words(industry).cases:
        nouns = (*case.items, case.problem, case.remedy, *case.partners)
        words = case.words
        for noun in (*nouns, *words.defects, *words.processes, *words.materials, *words.tests, *words.equipment):
            assert 0 <= final_consonant(noun) < 28


def test_the_amounts_can_be_told_too() -> None:
    for amounts in (*idea_frames().numbers.values(), *comment_frames().numbers.values()):
        assert all(0 <= final_consonant(amount) < 28 for amount in amounts)


def test_texts_have_no_stray_spaces_or_straight_slashes_between_particles() -> None:
    for text in ALL_TEXTS:
        assert text == text.strip()
        assert "  " not in text
        assert not re.search(r"은\(는\)|이\(가\)|을\(를\)|과\(와\)", text), text


def test_comment_styles_go_on_as_known_styles() -> None:
    styles = comment_frames().styles
    names = [style.name for style in styles]
    assert len(set(names)) == len(names)
    assert {style.goes_on_as for style in styles if style.goes_on_as} <= set(names)
