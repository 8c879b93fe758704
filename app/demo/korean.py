"""Korean letters: the final consonant, the particles that depend on it, and the Revised Romanisation.

Templates write a particle into the place of its noun, ``{product:을/를}``: the form after a consonant, then the one
after a vowel. A :class:`Noun` put there by ``str.format`` takes the right one.
"""

import re
from functools import lru_cache

_FIRST, _LAST = ord("가"), ord("힣")
_FINALS = 28
_RIEUL = 8

# How a letter, digit or sign ends when it is read aloud in Korean: in ㄹ, in another consonant, or in a vowel.
# A zero is read 영, 십, 백, 천 or 만: all of them end in a consonant.
_SOUND_OF_RIEUL = frozenset("178LR")
_SOUND_OF_CONSONANT = frozenset("036MN")
_SOUND_OF_VOWEL = frozenset("2459%℃ABCDEFGHIJKOPQSTUVWXYZ")

PARTICLES = frozenset(
    {"은/는", "이/가", "을/를", "과/와", "으로/로", "이나/나", "이라/라", "이라는/라는", "이라도/라도"}
)
"""The pairs that :func:`with_particle` knows."""

_ASIDE = re.compile(r"\s*\([^()]*\)$")

_INITIAL_LETTERS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWEL_LETTERS = [
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
]
_FINAL_LETTERS = [
    *("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p"),
    *("l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"),
]


class Noun(str):
    """A word that takes the particle named in a template's place for it."""

    __slots__ = ()

    def __format__(self, pair: str) -> str:
        """The bare word, or the word with the fitting one of ``pair``, as :func:`with_particle` says."""
        return with_particle(str(self), pair) if pair else str(self)


@lru_cache(maxsize=16_384)
def with_particle(word: str, pair: str) -> str:
    """``word`` with the one of ``pair`` that its last sound asks for: ``금형을``, ``설비를``, ``펄로``, ``버(burr)가``.

    ``pair`` is one of :data:`PARTICLES`. Raises ValueError for another pair and for a word whose sound cannot be told.
    """
    if pair not in PARTICLES:
        raise ValueError(f"unknown pair of particles {pair!r}; known are {', '.join(sorted(PARTICLES))}")
    after_consonant, _, after_vowel = pair.partition("/")
    final = final_consonant(word)
    sounds_open = final == 0 or (final == _RIEUL and pair == "으로/로")
    return word + (after_vowel if sounds_open else after_consonant)


def final_consonant(word: str) -> int:
    """The word's last sound, as its place among the final consonants of Hangul syllables; 0 is a vowel, 8 is ㄹ.

    An aside in brackets at the end is not heard. Digits and capital letters count as they are read aloud.
    Raises ValueError where the last letter does not tell its sound, as in an English word.
    """
    letter = _ASIDE.sub("", word)[-1:]
    if letter and _FIRST <= ord(letter) <= _LAST:
        return (ord(letter) - _FIRST) % _FINALS
    if letter in _SOUND_OF_RIEUL:
        return _RIEUL
    if letter in _SOUND_OF_CONSONANT:
        return 1
    if letter in _SOUND_OF_VOWEL:
        return 0
    raise ValueError(f"the last sound of {word!r} cannot be told; write its end in Hangul")


def romanise(name: str, separator: str = "") -> str:
    """A Hangul name in Latin letters, syllable by syllable, with a capital at the start.

    Revised Romanisation of Korean (2000), section 3.4: sound changes between the syllables of a name are not written.
    Raises ValueError for anything but Hangul syllables.
    """
    return separator.join(map(_romanise_syllable, name)).capitalize()


def _romanise_syllable(syllable: str) -> str:
    index = ord(syllable) - _FIRST
    if not 0 <= index <= _LAST - _FIRST:
        raise ValueError(f"{syllable!r} is not a Hangul syllable")
    initial, rest = divmod(index, _FINALS * len(_VOWEL_LETTERS))
    vowel, final = divmod(rest, _FINALS)
    return _INITIAL_LETTERS[initial] + _VOWEL_LETTERS[vowel] + _FINAL_LETTERS[final]
