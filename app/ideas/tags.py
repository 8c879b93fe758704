"""Tags in their normal form, so that 금형 typed on any keyboard is one tag."""

import unicodedata

from app.core.errors import FieldError, Invalid
from app.core.localisation import Text
from app.models.ideas import TAG_LENGTH

TAGS_PER_IDEA = 10


def normal_tag(tag: str) -> str:
    """NFKC, lower case, inner spaces as one, without a leading ``#``."""
    return " ".join(unicodedata.normalize("NFKC", tag).lower().lstrip("#").split())


def normal_tags(tags: list[str]) -> list[str]:
    """The normal forms in the order given, each once.

    :raises Invalid: a tag is empty or too long in its normal form.
    """
    normal = [normal_tag(tag) for tag in tags]
    wrong = [number for number, tag in enumerate(normal) if not 1 <= len(tag) <= TAG_LENGTH]
    if wrong:
        text = Text(f"태그는 1~{TAG_LENGTH}자로 써 주세요.", f"A tag must have 1 to {TAG_LENGTH} characters.")
        raise Invalid(fields=[FieldError(f"/body/tags/{number}", "invalid_tag", text) for number in wrong])
    return list(dict.fromkeys(normal))
