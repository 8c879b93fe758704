"""Invented organisations: companies of an industry, universities, institutes, local governments, support bodies."""

import random
from functools import cache
from typing import NamedTuple

from app.core.business_number import check_digit
from app.demo.korean import romanise
from app.demo.vocabulary import Phrase, Phrases, TwoLanguages, Words, industry_words, load
from app.models.organisations import OrganisationKind

# The fourth and fifth digit tell the kind of taxpayer: incorporated companies, non-profit bodies, public bodies.
_TAXPAYER_CODES = {
    OrganisationKind.COMPANY: ("81", "86", "87", "88"),
    OrganisationKind.UNIVERSITY: ("82",),
    OrganisationKind.INSTITUTE: ("82",),
    OrganisationKind.LOCAL_GOVERNMENT: ("83",),
    OrganisationKind.SUPPORT: ("82",),
}


class OrganisationName(NamedTuple):
    """The name of an organisation in Korean and in English."""

    ko: str
    en: str


class _Organisations(Words):
    stems: Phrases
    company_forms: tuple[tuple[Phrase, Phrase, int], ...]
    """How a firm writes its name in Korean and in English, and how many in a hundred do."""
    places: Phrases
    """Places that do not exist."""
    institution_forms: dict[OrganisationKind, tuple[TwoLanguages, ...]]


def organisation_name(rng: random.Random, kind: OrganisationKind, industry: str) -> OrganisationName:
    """An invented name of an organisation of this kind in the field of ``industry``; names may come twice.

    Raises ValueError for an industry without a vocabulary.
    """
    if kind is OrganisationKind.COMPANY:
        return company_name(rng, industry)
    ko, en = rng.choice(_organisations().institution_forms[kind])
    place = rng.choice(_organisations().places)
    words = industry_words(industry)
    return OrganisationName(
        ko.format(place=place, field=words.field_ko), en.format(place_en=romanise(place), field_en=words.field_en)
    )


def company_name(rng: random.Random, industry: str) -> OrganisationName:
    """An invented company, ``㈜세광정밀`` or ``한새테크``; names may come twice.

    Raises ValueError for an industry without a vocabulary.
    """
    forms = _organisations().company_forms
    ko, en, _ = rng.choices(forms, [weight for _, _, weight in forms])[0]
    stem = rng.choice(_organisations().stems)
    ending, ending_en = rng.choice(industry_words(industry).company_endings)
    return OrganisationName(ko.format(name=stem + ending), en.format(name_en=f"{romanise(stem)} {ending_en}"))


def business_number(rng: random.Random, kind: OrganisationKind = OrganisationKind.COMPANY) -> str:
    """A business registration number (사업자등록번호) of ten digits with the right check digit; it may come twice.

    The number is drawn, not looked up: it may by chance be that of a real organisation.
    """
    first_nine = f"{rng.randint(101, 999)}{rng.choice(_TAXPAYER_CODES[kind])}{rng.randint(1, 9999):04d}"
    return f"{first_nine}{check_digit(first_nine)}"


@cache
def _organisations() -> _Organisations:
    return load(_Organisations, "organisations.json")
