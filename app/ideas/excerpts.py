"""Plain-text excerpts of texts in the Markdown subset: paragraphs, lists, headings, emphasis, code, links, quotes."""

import re

from app.models.ideas import EXCERPT_LENGTH

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,3}[.)][ \t]+|>[ \t]?)+", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")
_SPACE = re.compile(r"\s+")


def plain_text(markdown: str) -> str:
    """One line of plain text that says what ``markdown`` says."""
    without_links = _LINK.sub(r"\1", markdown)
    without_marks = _EMPHASIS.sub("", _LINE_START.sub("", without_links))
    return _SPACE.sub(" ", without_marks).strip()


def excerpt_of(markdown: str, length: int = EXCERPT_LENGTH) -> str:
    """The beginning of the plain text, cut at a word where one ends near, at most ``length`` characters long."""
    text = plain_text(markdown[: length * 8])
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) >= length * 0.8 else cut).rstrip() + "…"
