"""Finding watched words: in one form for all keyboards, and whatever spaces stand between the letters."""

import unicodedata
from collections.abc import Iterable


def normal_form(text: str) -> str:
    """NFKC, lower case, without spaces and other signs that do not show."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) != "Cf")


def uses_any(words: Iterable[str], *texts: str) -> bool:
    """Whether one of the texts uses one of the words, which are in their normal form."""
    normal = [normal_form(text) for text in texts]
    return any(word in text for word in words for text in normal)
