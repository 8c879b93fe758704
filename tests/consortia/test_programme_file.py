"""The programme file of the product, and what its validation refuses."""

import json
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from app.consortia.programme import Programme, load_programme
from app.models.programme import ComplexRole, ConsortiumKind

Json = dict[str, Any]


@pytest.fixture
def document() -> Json:
    loaded: Json = json.loads((files("app.consortia") / "programme.json").read_text("utf-8"))
    return loaded


def refused(document: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Programme.model_validate_json(json.dumps(document))


def test_the_programme_has_its_seven_regions_and_real_names() -> None:
    programme = load_programme()
    assert [region.name_ko for region in programme.regions] == [
        "수도권",
        "동남권",
        "충청권",
        "대경권",
        "호남권",
        "강원권",
        "제주권",
    ]
    assert len(programme.complexes) == 19
    bic = next(entry for entry in programme.mini_clusters if entry.code == "seoul-digital-bic")
    assert (bic.name_ko, bic.name_en) == ("빅데이터·사물인터넷·클라우드", "Big Data, Internet of Things and Cloud")
    assert (bic.complex, bic.industry) == ("seoul-digital", "ict")


def test_daegyeong_has_three_hubs() -> None:
    hubs = {
        site.code for site in load_programme().complexes if site.region == "daegyeong" and site.role is ComplexRole.HUB
    }
    assert hubs == {"gumi", "seongseo", "gyeongsan-jinryang"}


def test_consortia_by_kind() -> None:
    consortia = load_programme().consortia
    assert [entry.kind for entry in consortia].count(ConsortiumKind.REGIONAL) == 8
    ends = {entry.ends_on for entry in consortia if entry.kind is ConsortiumKind.THEME}
    assert ends == {date(2027, 12, 31), date(2028, 6, 30)}
    assert [entry.name_ko for entry in consortia if entry.kind is ConsortiumKind.INTERNATIONAL] == [
        "한·독 금형 교류 클러스터"
    ]
    assert all(entry.ends_on is None for entry in consortia if entry.kind is not ConsortiumKind.THEME)


def test_every_name_stands_in_both_languages() -> None:
    programme = load_programme()
    for entry in (*programme.regions, *programme.complexes, *programme.consortia, *programme.mini_clusters):
        assert any("가" <= letter <= "힣" or letter.isupper() for letter in entry.name_ko), entry
        assert not any("가" <= letter <= "힣" for letter in entry.name_en), entry


def test_no_text_calls_a_consortium_by_the_word_for_a_mini_cluster() -> None:
    """To members 산학연협의체 and 미니클러스터 are one thing, so no name uses the words for the level above it."""
    names = [entry.name_ko for entry in load_programme().consortia]
    assert not [name for name in names if "협의체" in name or "컨소시엄" in name]


def test_mini_cluster_codes_collide_with_no_other_code() -> None:
    programme = load_programme()
    above = {entry.code for entry in (*programme.regions, *programme.complexes, *programme.consortia)}
    assert above.isdisjoint(entry.code for entry in programme.mini_clusters)


def test_entries_are_frozen() -> None:
    region = load_programme().regions[0]
    with pytest.raises(ValidationError, match="frozen"):
        region.name_en = "Elsewhere"  # type: ignore[misc]  # that it is frozen is what is tested


def _repeat_region(document: Json) -> None:
    document["regions"].append(document["regions"][0])


def _repeat_mini_cluster_across_consortia(document: Json) -> None:
    document["consortia"][1]["mini_clusters"].append(document["consortia"][0]["mini_clusters"][0])


def _name_unknown_complex(document: Json) -> None:
    document["consortia"][0]["mini_clusters"][0]["complex"] = "nowhere"


def _name_unknown_region(document: Json) -> None:
    document["complexes"][0]["region"] = "nowhere"


def _forget_the_end_of_a_theme(document: Json) -> None:
    theme = next(entry for entry in document["consortia"] if entry["kind"] == "theme")
    theme["ends_on"] = None


def _forget_the_region(document: Json) -> None:
    document["consortia"][0]["region"] = None


def _empty_a_consortium(document: Json) -> None:
    document["consortia"][0]["mini_clusters"] = []


def _add_an_unknown_key(document: Json) -> None:
    document["regions"][0]["members"] = 3


def _write_a_code_badly(document: Json) -> None:
    document["regions"][6]["code"] = "Jeju_Region"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_repeat_region, "each region needs a code of its own; repeated: capital"),
        (
            _repeat_mini_cluster_across_consortia,
            "each mini-cluster needs a code of its own; repeated: seoul-digital-dc",
        ),
        (_name_unknown_complex, "no complex has the code nowhere"),
        (_name_unknown_region, "no region has the code nowhere"),
        (_forget_the_end_of_a_theme, "limited in time: give it an ends_on date"),
        (_forget_the_region, "belongs to a region"),
        (_empty_a_consortium, "at least 1 item"),
        (_add_an_unknown_key, "Extra inputs are not permitted"),
        (_write_a_code_badly, "should match pattern"),
    ],
)
def test_an_unsound_file_is_refused(document: Json, spoil: Callable[[Json], None], message: str) -> None:
    spoil(document)
    refused(document, message)
