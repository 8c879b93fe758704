"""Demo ideas and comments in natural Korean; the same ``random.Random`` gives the same texts.

An idea is made from one case of its industry, so that its difficulty, proposal and partners fit each other. Comments
are put together from sentences that are filled with the industry's nouns beforehand, at about a microsecond each.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from string import Formatter
from typing import NamedTuple, TypeVar

from app.demo.korean import Noun
from app.demo.vocabulary import Case, CommentStyle, comment_frames, idea_frames, industry_words
from app.models.organisations import OrganisationKind

_VOICES = {
    OrganisationKind.COMPANY: "company",
    OrganisationKind.UNIVERSITY: "university",
    OrganisationKind.INSTITUTE: "institute",
    OrganisationKind.LOCAL_GOVERNMENT: "public",
    OrganisationKind.SUPPORT: "public",
}
_TAG_COUNTS = (0, 1, 1, 2, 2, 2, 3, 3, 3, 4)

_Item = TypeVar("_Item")


class IdeaText(NamedTuple):
    """A demo idea: title of 10 to 60 characters, body of 150 to 900 in a Markdown subset, up to four tags."""

    title: str
    body: str
    tags: tuple[str, ...]
    topic: int
    """Number of the case it is made from, for comments that keep to the subject."""


def idea_text(rng: random.Random, industry: str, writer: OrganisationKind = OrganisationKind.COMPANY) -> IdeaText:
    """An idea as somebody of an organisation of the kind ``writer`` would put it.

    Raises ValueError for an industry without a vocabulary.
    """
    cases = industry_words(industry).cases
    topic = int(rng.random() * len(cases))
    case = cases[topic]
    nouns = _nouns_of(rng, case)
    title = _pick(rng, idea_frames().titles).format_map(nouns)
    body = "\n\n".join(_pick(rng, _LAYOUTS)(rng, _Voice(case, nouns, _VOICES[writer])))
    tags = rng.sample(case.tags, min(_pick(rng, _TAG_COUNTS), len(case.tags)))
    return IdeaText(title, body, tuple(tags), topic)


def comment_text(rng: random.Random, industry: str, topic: int | None = None) -> str:
    """A comment of 20 to 200 characters on an idea of the industry about ``topic``, or about any where it is None.

    Raises ValueError for an industry without a vocabulary, IndexError for a topic it does not have.
    """
    draw = rng.random
    topics = _prepared_topics(industry)
    styles = topics[int(draw() * len(topics)) if topic is None else topic]
    style = styles[int(draw() * len(styles))]
    text = style.core(draw)
    shape = draw()
    if shape < 0.6:
        text = f"{style.openers[int(draw() * len(style.openers))]} {text}"
    if shape < 0.15 and style.next is not None:
        style = style.next
        text = f"{text} {style.core(draw)}"
    if shape < 0.08 or 0.25 < shape < 0.92:
        text = f"{text} {style.closers[int(draw() * len(style.closers))]}"
    return text


class _Voice(NamedTuple):
    """What one idea is written from: the case, the nouns chosen for it, and who speaks."""

    case: Case
    nouns: Mapping[str, Noun]
    voice: str

    def say(self, rng: random.Random, frames: Sequence[str]) -> str:
        return _pick(rng, frames).format_map(self.nouns)

    def opening(self, rng: random.Random) -> str:
        return f"{self.say(rng, idea_frames().openers[self.voice])} {self.say(rng, self.case.difficulty)}"

    def proposal(self, rng: random.Random) -> str:
        return f"{self.say(rng, idea_frames().turns)} {self.say(rng, self.case.proposal)}".lstrip()

    def search(self, rng: random.Random) -> str:
        return f"{self.say(rng, idea_frames().seeks)} {self.say(rng, idea_frames().closers[self.voice])}"


def _letter(rng: random.Random, voice: _Voice) -> list[str]:
    proposal = f"{voice.proposal(rng)} {voice.say(rng, voice.case.effect)}"
    return [voice.opening(rng), proposal, voice.search(rng)]


def _with_steps(rng: random.Random, voice: _Voice) -> list[str]:
    lead = f"{voice.proposal(rng)} {voice.say(rng, idea_frames().list_leads)}"
    steps = voice.case.details if rng.random() < 0.5 else voice.case.details[:3]
    ending = f"{voice.say(rng, voice.case.effect)} {voice.search(rng)}"
    return [voice.opening(rng), lead, _as_list(steps, voice.nouns), ending]


def _headed(rng: random.Random, voice: _Voice) -> list[str]:
    return [
        f"**어려움:** {voice.say(rng, voice.case.difficulty)}",
        f"**제안:** {voice.say(rng, voice.case.proposal)}",
        f"**기대 효과:** {voice.say(rng, voice.case.effect)}",
        f"**찾는 분:** {voice.search(rng)}",
    ]


def _with_partners(rng: random.Random, voice: _Voice) -> list[str]:
    return [
        voice.opening(rng),
        f"{voice.proposal(rng)} {voice.say(rng, voice.case.effect)}",
        "**함께하고 싶은 분**",
        _as_list(voice.case.partners, voice.nouns),
        voice.say(rng, idea_frames().closers[voice.voice]),
    ]


def _short(rng: random.Random, voice: _Voice) -> list[str]:
    return [f"{voice.opening(rng)} {voice.proposal(rng)}", voice.search(rng)]


def _thorough(rng: random.Random, voice: _Voice) -> list[str]:
    case, nouns = voice.case, voice.nouns
    return [
        voice.say(rng, idea_frames().openers[voice.voice]),
        " ".join(case.difficulty).format_map(nouns),
        f"{voice.proposal(rng)} {voice.say(rng, idea_frames().list_leads)}",
        _as_list(case.details, nouns),
        f"{' '.join(case.effect).format_map(nouns)} {voice.search(rng)}",
    ]


_LAYOUTS = (_letter, _letter, _with_steps, _with_steps, _headed, _with_partners, _thorough, _short)


def _as_list(lines: Sequence[str], nouns: Mapping[str, Noun]) -> str:
    return "\n".join(f"- {line.format_map(nouns)}" for line in lines)


def _nouns_of(rng: random.Random, case: Case) -> dict[str, Noun]:
    partner, other = rng.sample(case.partners, 2)
    chosen = {"item": _pick(rng, case.items), "problem": case.problem, "remedy": case.remedy}
    chosen |= {"partner": partner, "other": other}
    chosen |= {name: _pick(rng, amounts) for name, amounts in idea_frames().numbers.items()}
    return {name: Noun(word) for name, word in chosen.items()}


class _PreparedStyle(NamedTuple):
    """A style with every sentence filled in every way."""

    openers: tuple[str, ...]
    cores: tuple[tuple[str, ...], ...]
    closers: tuple[str, ...]
    next: "_PreparedStyle | None"

    def core(self, draw: Callable[[], float]) -> str:
        forms = self.cores[int(draw() * len(self.cores))]
        return forms[int(draw() * len(forms))]


@cache
def _prepared_topics(industry: str) -> tuple[tuple[_PreparedStyle, ...], ...]:
    """For each case of the industry the styles of its comments, each as often as it weighs."""
    return tuple(tuple(_prepared_styles(case)) for case in industry_words(industry).cases)


def _prepared_styles(case: Case) -> Iterator[_PreparedStyle]:
    words = _comment_words(case)
    styles = {style.name: style for style in comment_frames().styles}
    plain = {name: _prepare(style, words) for name, style in styles.items()}
    for name, style in styles.items():
        follower = plain[style.goes_on_as] if style.goes_on_as else None
        yield from [plain[name]._replace(next=follower)] * style.weight


def _prepare(style: CommentStyle, words: Mapping[str, Sequence[Noun]]) -> _PreparedStyle:
    return _PreparedStyle(
        openers=style.openers,
        cores=tuple(tuple(_fillings(core, words)) for core in style.cores),
        closers=tuple(text for closer in style.closers for text in _fillings(closer, words)),
        next=None,
    )


def _comment_words(case: Case) -> dict[str, tuple[Noun, ...]]:
    lists = {
        "equipment": case.words.equipment,
        "process": case.words.processes,
        "defect": case.words.defects,
        "material": case.words.materials,
        "product": case.items,
        "test": case.words.tests,
        **comment_frames().numbers,
    }
    return {name: tuple(map(Noun, texts)) for name, texts in lists.items()}


def _fillings(frame: str, words: Mapping[str, Sequence[Noun]]) -> Iterator[str]:
    names = sorted({name for _, name, _, _ in Formatter().parse(frame) if name})
    for choice in product(*(words[name] for name in names)):
        yield frame.format_map(dict(zip(names, choice, strict=True)))


def _pick(rng: random.Random, choices: Sequence[_Item]) -> _Item:
    return choices[int(rng.random() * len(choices))]
