"""Invented organisations and their business numbers."""

import random
import re

import pytest

from app.core.business_number import is_valid
from app.demo.organisations import business_number, company_name, organisation_name
from app.demo.vocabulary import industry_names
from app.models.organisations import OrganisationKind


@pytest.mark.parametrize("industry", industry_names())
def test_companies_have_names_in_both_languages(industry: str) -> None:
    rng = random.Random(1)
    names = {company_name(rng, industry) for _ in range(1_000)}
    assert len(names) > 500
    for ko, en in names:
        assert re.fullmatch(r"(㈜|\(주\)|주식회사 )?[가-힣]+(ENG)?㈜?", ko), ko
        assert re.fullmatch(r"[A-Z][A-Za-z0-9&,. ]+", en), en


def test_incorporated_companies_say_so_in_english() -> None:
    rng = random.Random(2)
    for _ in range(1_000):
        ko, en = company_name(rng, "moulds")
        assert en.endswith("Co., Ltd.") == any(mark in ko for mark in ("㈜", "(주)", "주식회사"))


@pytest.mark.parametrize(
    ("kind", "korean", "english"),
    [
        (OrganisationKind.UNIVERSITY, r"(대학교|대학)( 산학협력단)?$", r"University|College"),
        (
            OrganisationKind.INSTITUTE,
            r"금형.*(연구원|연구소|기술원|센터)$",
            r"Mould.*(Institute|Centre)|Institute of Mould",
        ),
        (OrganisationKind.LOCAL_GOVERNMENT, r"[시군구] \w+과$", r"(City|County|District), .+ Division$"),
        (
            OrganisationKind.SUPPORT,
            r"(파크|진흥원|센터|융합원|협동조합)$",
            r"park|Agency|Centre|Institute|Incubator|Cooperative",
        ),
    ],
)
def test_organisations_sound_like_their_kind(kind: OrganisationKind, korean: str, english: str) -> None:
    rng = random.Random(3)
    for _ in range(300):
        ko, en = organisation_name(rng, kind, "moulds")
        assert re.search(korean, ko), ko
        assert re.search(english, en), en
        assert "{" not in ko + en


@pytest.mark.parametrize("kind", OrganisationKind)
def test_business_numbers_are_valid_and_spread(kind: OrganisationKind) -> None:
    rng = random.Random(4)
    numbers = [business_number(rng, kind) for _ in range(2_000)]
    assert all(map(is_valid, numbers))
    assert len(set(numbers)) > 1_990


def test_business_numbers_tell_the_kind_of_taxpayer() -> None:
    rng = random.Random(5)
    assert {business_number(rng)[3:5] for _ in range(200)} == {"81", "86", "87", "88"}
    assert {business_number(rng, OrganisationKind.LOCAL_GOVERNMENT)[3:5] for _ in range(50)} == {"83"}


def test_an_unknown_industry_is_refused() -> None:
    with pytest.raises(ValueError, match="no vocabulary"):
        company_name(random.Random(1), "farming")
