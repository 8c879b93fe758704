"""Cutting a text to a number of bytes without cutting a character as the reader sees it."""

import json
import unicodedata

ELLIPSIS = "…"

_JOINER = "\u200d"


def json_bytes(text: str) -> int:
    """Return the bytes `text` takes inside a JSON string in UTF-8, without the quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def shorten(text: str, limit: int) -> str:
    """Return `text` cut to at most `limit` bytes of JSON in UTF-8, ending in an ellipsis where something was cut off.

    The cut never parts what is read as one character: accents, Hangul written in parts, emoji with a skin tone, joined
    emoji, flags. Returns "" where not even the ellipsis fits.
    """
    # A character takes a byte at least, so nothing beyond the limit can stay; this bounds the work below.
    if len(text) <= limit and json_bytes(text) <= limit:
        return text
    room = limit - json_bytes(ELLIPSIS)
    if room < 0:
        return ""
    return text[: _last_boundary(text, room)].rstrip() + ELLIPSIS


def _last_boundary(text: str, room: int) -> int:
    """Return the last index at which `text` may be cut so that what stands before it takes at most `room` bytes."""
    used = boundary = flags = 0
    for index, character in enumerate(text):
        if index and not _belongs_together(text[index - 1], character, flags):
            boundary = index
        used += json_bytes(character)
        if used > room:
            return boundary
        flags = flags + 1 if _is_flag_half(character) else 0
    return len(text)


def _belongs_together(before: str, after: str, flags: int) -> bool:
    """Say whether two neighbouring code points show as one character (the rules of Unicode UAX #29 that texts meet).

    `flags` is the number of regional indicators standing right before `after`: every two of them make one flag.
    """
    if before == _JOINER or after == _JOINER:
        return True
    if _is_flag_half(after):
        return flags % 2 == 1
    return (
        unicodedata.category(after) in ("Mn", "Mc", "Me")  # accents, vowel signs, variation selectors
        or "\u1160" <= after <= "\u11ff"  # Hangul vowels and finals written in parts
        or "\ud7b0" <= after <= "\ud7ff"
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= after <= "\U000e007f"  # tags of regional flags
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
