"""Texts in the languages of the product: Korean first, English beside it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Locale(StrEnum):
    """A language in which the product speaks."""

    KOREAN = "ko"
    ENGLISH = "en"


DEFAULT_LOCALE = Locale.KOREAN
_BY_TAG = {locale.value: locale for locale in Locale}


class Text(NamedTuple):
    """One user-visible sentence in every language of the product; ``{name}`` marks what is filled in."""

    ko: str
    en: str

    def render(self, locale: Locale, **values: object) -> str:
        """The sentence in ``locale`` with its places filled in."""
        template = self.ko if locale is Locale.KOREAN else self.en
        return template.format(**values) if values else template


def negotiate_locale(accept_language: str | None) -> Locale:
    """The best supported language of an ``Accept-Language`` header (RFC 9110, 12.5.4); Korean when none fits."""
    ranked = sorted(_ranges(accept_language or ""), key=lambda item: -item[1])
    for tag, weight in ranked:
        primary = tag.partition("-")[0].lower()
        if weight > 0 and (locale := _BY_TAG.get(primary)):
            return locale
    return DEFAULT_LOCALE


def _ranges(header: str) -> Iterable[tuple[str, float]]:
    for part in header[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        try:
            yield tag.strip(), float(quality) if quality else 1.0
        except ValueError:
            continue
