"""The hand-written ideas that the small demo shows first."""

import re

import pytest
from pydantic import ValidationError

from app.consortia.programme import load_programme
from app.core.localisation import Locale
from app.demo.showcase import AUTHOR, ShowcaseIdea, showcase_ideas
from app.models.comments import COMMENT_LENGTH
from app.models.ideas import BODY_LENGTH, TAG_LENGTH, TITLE_LENGTH
from app.models.programme import ConsortiumKind


def test_showcase_ideas_stand_in_mini_clusters_of_the_programme() -> None:
    codes = {entry.code for entry in load_programme().mini_clusters}
    assert len(showcase_ideas()) >= 6
    assert {idea.mini_cluster for idea in showcase_ideas()} <= codes
    assert len({idea.code for idea in showcase_ideas()}) == len(showcase_ideas())


def test_the_international_consortium_speaks_english_and_the_others_korean() -> None:
    international = {
        mini_cluster.code
        for consortium in load_programme().consortia
        if consortium.kind is ConsortiumKind.INTERNATIONAL
        for mini_cluster in consortium.mini_clusters
    }
    assert {idea.mini_cluster for idea in showcase_ideas() if idea.language is Locale.ENGLISH} == international
    for idea in showcase_ideas():
        spoken = [idea.title, *idea.body, *(comment.text for comment in idea.comments)]
        hangul = [bool(re.search("[가-힣]", text)) for text in spoken]
        assert all(hangul) if idea.language is Locale.KOREAN else not any(hangul)


@pytest.mark.parametrize("idea", showcase_ideas(), ids=lambda idea: str(idea.code))
def test_showcase_ideas_fit_the_tables(idea: ShowcaseIdea) -> None:
    assert len(idea.title) <= TITLE_LENGTH
    assert 400 <= len(idea.text) <= BODY_LENGTH
    assert idea.text.count("**") % 2 == 0
    assert all(len(tag) <= TAG_LENGTH for tag in idea.tags)
    replies = [reply.text for comment in idea.comments for reply in comment.replies]
    assert replies
    assert all(0 < len(text) <= COMMENT_LENGTH for text in (*(comment.text for comment in idea.comments), *replies))


def test_voices_come_in_the_order_of_the_thread() -> None:
    first = showcase_ideas()[0]
    voices = ["author", "integrator", "author", "integrator", "professor", "author", "neighbour"]
    assert list(first.voices()) == voices


def test_somebody_unknown_in_a_thread_is_refused() -> None:
    document = showcase_ideas()[0].model_dump()
    document["people"].pop(AUTHOR)
    with pytest.raises(ValidationError, match="people and those who speak differ"):
        ShowcaseIdea.model_validate(document)
