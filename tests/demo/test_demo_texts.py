"""Demo ideas and comments: their sizes, variety, grammar, coherence and speed."""

import random
import re
from time import perf_counter

import pytest

from app.demo.korean import Noun
from app.demo.texts import IdeaText, comment_text, idea_text
from app.demo.vocabulary import idea_frames, industry_names, industry_words
from app.models.organisations import OrganisationKind

SAMPLE = 1_000
_WORDS = re.compile(r"[가-힣]+")
_FINAL_RIEUL = 8
_ENDS_LIKE_A_PARTICLE = {"가을", "마을", "경로"}


def ideas(industry: str, seed: int = 1) -> list[IdeaText]:
    rng = random.Random(seed)
    return [idea_text(rng, industry, rng.choice(list(OrganisationKind))) for _ in range(SAMPLE)]


def comments(industry: str, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    return [comment_text(rng, industry) for _ in range(SAMPLE)]


def final(syllable: str) -> int:
    return (ord(syllable) - ord("가")) % 28


def slip(word: str) -> bool:
    """Whether a word ends in the wrong one of two particles; only pairs that no other word ending resembles."""
    if len(word) < 2 or word in _ENDS_LIKE_A_PARTICLE:
        return False
    before, last = word[-2], word[-1]
    if word.endswith("으로"):
        return len(word) > 2 and final(word[-3]) in (0, _FINAL_RIEUL)
    wrong = {
        "를": final(before) != 0,
        "을": final(before) == 0,
        "와": final(before) != 0,
        "로": final(before) not in (0, _FINAL_RIEUL),
    }
    return wrong.get(last, False)


def slips(text: str) -> list[str]:
    return [word for word in _WORDS.findall(text) if slip(word)]


def test_the_search_for_slips_finds_them() -> None:
    assert slips("금형를 설비을 금형와 도금로 설비으로 강철으로") == [
        "금형를",
        "설비을",
        "금형와",
        "도금로",
        "설비으로",
        "강철으로",
    ]
    assert slips("금형을 설비를 설비와 도금으로 설비로 강철로 가을 바로") == []


@pytest.mark.parametrize("industry", industry_names())
def test_ideas_keep_their_sizes(industry: str) -> None:
    for idea in ideas(industry):
        assert 10 <= len(idea.title) <= 60, idea.title
        assert 150 <= len(idea.body) <= 900, idea.body
        assert 2 <= len(idea.body.split("\n\n")) <= 5, idea.body
        assert len(set(idea.tags)) == len(idea.tags) <= 4
        assert all(1 <= len(tag) <= 30 for tag in idea.tags)


@pytest.mark.parametrize("industry", industry_names())
def test_every_title_fits_with_every_noun(industry: str) -> None:
    for case in industry_words(industry).cases:
        for item in case.items:
            nouns = {"item": Noun(item), "problem": Noun(case.problem), "remedy": Noun(case.remedy)}
            for frame in idea_frames().titles:
                assert 10 <= len(frame.format_map(nouns)) <= 60, frame.format_map(nouns)


@pytest.mark.parametrize("industry", industry_names())
def test_ideas_are_varied_and_without_slips(industry: str) -> None:
    sample = ideas(industry)
    assert len({(idea.title, idea.body) for idea in sample}) >= 950
    assert len({idea.title for idea in sample}) >= 250
    assert [slips(f"{idea.title} {idea.body}") for idea in sample if slips(f"{idea.title} {idea.body}")] == []


@pytest.mark.parametrize("industry", industry_names())
def test_comments_keep_their_sizes_vary_and_have_no_slips(industry: str) -> None:
    sample = comments(industry)
    assert all(20 <= len(text) <= 200 for text in sample)
    assert len(set(sample)) >= 900
    assert [slips(text) for text in sample if slips(text)] == []


def test_nothing_is_left_unfilled() -> None:
    for industry in industry_names():
        for text in (*comments(industry, 2), *(f"{idea.title}\n{idea.body}" for idea in ideas(industry, 2))):
            assert not re.search(r"[{}]|  |/를|/는|\bNone\b", text), text


def test_markdown_is_paragraphs_lists_and_bold_only() -> None:
    for idea in ideas("plating", 3):
        assert idea.body.count("**") % 2 == 0
        assert not re.search(r"[#`<>_|]|\]\(", idea.body)
        for block in idea.body.split("\n\n"):
            lines = block.split("\n")
            assert len(lines) == 1 or all(line.startswith("- ") for line in lines), block


def test_comments_speak_politely() -> None:
    ending = re.compile(r"(니다|니까|세요|십시오|시죠|까요|나요|는지요)[.?]$")
    for industry in industry_names():
        assert [text for text in comments(industry, 4) if not ending.search(text)] == []


def test_the_same_seed_gives_the_same_texts() -> None:
    assert ideas("moulds", 7) == ideas("moulds", 7) != ideas("moulds", 8)
    assert comments("moulds", 7) == comments("moulds", 7) != comments("moulds", 8)


def test_the_writer_speaks_for_his_organisation() -> None:
    def bodies(kind: OrganisationKind) -> str:
        rng = random.Random(5)
        return "\n".join(idea_text(rng, "steel", kind).body for _ in range(400))

    assert "저희 연구실" in bodies(OrganisationKind.UNIVERSITY)
    assert "저희 연구원" in bodies(OrganisationKind.INSTITUTE)
    assert "저희 기관" in bodies(OrganisationKind.SUPPORT)
    company = bodies(OrganisationKind.COMPANY)
    assert not re.search("저희 연구실|저희 연구원|저희 기관", company)


def test_comments_keep_to_the_topic() -> None:
    cases = industry_words("machinery").cases
    others = {tool for case in cases[1:] for tool in case.words.equipment} - set(cases[0].words.equipment)
    rng = random.Random(6)
    sample = [comment_text(rng, "machinery", 0) for _ in range(SAMPLE)]
    assert any("협동로봇" in text for text in sample)
    assert not [text for text in sample if any(tool in text for tool in others)]


def test_the_topic_of_an_idea_is_that_of_its_remedy() -> None:
    cases = industry_words("energy").cases
    for idea in ideas("energy", 9):
        assert any(item in idea.title + idea.body for item in cases[idea.topic].items)
        assert set(idea.tags) <= set(cases[idea.topic].tags)


def test_an_unknown_topic_or_industry_is_refused() -> None:
    with pytest.raises(IndexError):
        comment_text(random.Random(1), "steel", 99)
    with pytest.raises(ValueError, match="no vocabulary"):
        comment_text(random.Random(1), "farming")
    with pytest.raises(ValueError, match="no vocabulary"):
        idea_text(random.Random(1), "farming")


def test_a_million_comments_take_well_under_a_minute() -> None:
    """At most 30 µs each, a multiple of what they take, so that a busy machine does not fail the test."""
    rng = random.Random(1)
    comment_text(rng, "ict")
    start = perf_counter()
    for _ in range(20_000):
        comment_text(rng, "ict")
    assert perf_counter() - start < 0.6
