"""Templates, and what all of them can say: sentences in the language of the page, names, times."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.console.labels import LABELS
from app.core.clock import SEOUL
from app.core.ids import new_public_id
from app.core.localisation import Locale, Text

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"

_STYLE = hashlib.sha256((ASSETS / "console.css").read_bytes()).hexdigest()[:16]
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, locale: Locale, **values: Any) -> str:
    """A page. Whatever is put into it is escaped; names stand apart from the direction of what is around them."""
    return _ENVIRONMENT.get_template(template).render(
        locale=locale,
        t=_sentences(locale),
        label=_labels(locale),
        named=_names(locale),
        when=when,
        bdi=bdi,
        new_id=new_public_id,
        style=_STYLE,
        **values,
    )


def _sentences(locale: Locale) -> Callable[..., str]:
    def t(ko: str, en: str, **values: object) -> str:
        return Text(ko, en).render(locale, **values)

    return t


def _labels(locale: Locale) -> Callable[[str, str | None], str]:
    def label(kind: str, value: str | None) -> str:
        text = LABELS[kind].get(str(value))
        return text.render(locale) if text else str(value or "")

    return label


def _names(locale: Locale) -> Callable[[Any], Markup]:
    def named(place: Any) -> Markup:
        """The name of a place in the language of the page; the Korean one where it has no other."""
        return bdi(place.name_en or place.name_ko if locale is Locale.ENGLISH else place.name_ko)

    return named


def bdi(name: object) -> Markup:
    """A name that somebody gave: no direction it sets reaches beyond it."""
    return Markup("<bdi>{}</bdi>").format(name)


def when(moment: datetime | None) -> Markup:
    """A time, as the calendars and clocks of Korea show it."""
    if moment is None:
        return Markup("")
    local = moment.astimezone(SEOUL)
    return Markup('<time datetime="{}">{}</time>').format(
        local.isoformat(timespec="minutes"), local.strftime("%Y-%m-%d %H:%M")
    )
