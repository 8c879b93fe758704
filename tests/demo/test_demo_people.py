"""Invented people."""

import random
import re
from collections import Counter

import pytest

from app.demo.people import person_name, position
from app.models.organisations import OrganisationKind


def test_surnames_are_as_frequent_as_in_korea() -> None:
    rng = random.Random(1)
    surnames = Counter(person_name(rng).ko[0] for _ in range(20_000))
    assert [surname for surname, _ in surnames.most_common(3)] == ["김", "이", "박"]
    assert 0.19 < surnames["김"] / 20_000 < 0.25
    assert len(surnames) > 50


def test_names_are_hangul_with_a_latin_form() -> None:
    rng = random.Random(2)
    for _ in range(2_000):
        name = person_name(rng)
        assert re.fullmatch(r"[가-힣]{2,4}", name.ko)
        assert re.fullmatch(r"[A-Z][a-z]* [A-Z][a-z]*(-[a-z]+)?", name.en), name


def test_a_demo_of_full_size_has_mostly_different_names() -> None:
    rng = random.Random(3)
    assert len({person_name(rng).ko for _ in range(8_300)}) > 3_000


@pytest.mark.parametrize("kind", OrganisationKind)
def test_positions_stand_in_both_languages(kind: OrganisationKind) -> None:
    rng = random.Random(4)
    positions = {position(rng, kind) for _ in range(500)}
    assert len(positions) >= 4
    for ko, en in positions:
        assert re.fullmatch(r"[가-힣]+", ko)
        assert re.fullmatch(r"[A-Z][A-Za-z -]+", en)
        assert len(ko) <= 80


def test_positions_fit_the_organisation() -> None:
    rng = random.Random(5)
    universities = {position(rng, OrganisationKind.UNIVERSITY).ko for _ in range(500)}
    companies = {position(rng, OrganisationKind.COMPANY).ko for _ in range(500)}
    assert "교수" in universities
    assert "대표이사" in companies
    assert universities.isdisjoint(companies)


def test_people_repeat_with_the_seed() -> None:
    assert person_name(random.Random(6)) == person_name(random.Random(6))
