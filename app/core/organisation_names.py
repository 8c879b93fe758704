"""One key for the many ways to write the name of one organisation: ㈜한성금형, 한성금형(주), (주) 한성금형."""

import re
import unicodedata

# Forms of Korean law, in brackets or in full, in front of the name or behind it; after NFKC, which opens ㈜ to (주).
_KOREAN_FORMS = re.compile(
    r"\(\s*(?:주|유|합|사|재|학|의)\s*\)"
    r"|주식회사|유한책임회사|유한회사|합자회사|합명회사|농업회사법인|사단법인|재단법인|학교법인|의료법인"
)
_ENGLISH_FORMS = re.compile(r"(?:[\s.,]+(?:company|co|limited|ltd|incorporated|inc|corporation|corp|llc|plc))+[\s.,]*$")
KEY_LENGTH = 200


def name_key(name: str) -> str:
    """What is left of a name without legal form, spaces and signs: equal keys are likely one organisation.

    A name that is nothing but a legal form stays as it is, so that a key is never empty.
    """
    normal = unicodedata.normalize("NFKC", name).casefold()
    bare = _letters(_ENGLISH_FORMS.sub("", _KOREAN_FORMS.sub(" ", normal)))
    return (bare or _letters(normal) or normal)[:KEY_LENGTH]


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
