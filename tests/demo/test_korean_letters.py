"""Particles by the last sound of a word, and Hangul names in Latin letters."""

import pytest

from app.demo.korean import PARTICLES, Noun, final_consonant, romanise, with_particle


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("금형", "은/는", "금형은"),
        ("설비", "은/는", "설비는"),
        ("로봇", "이/가", "로봇이"),
        ("기계", "이/가", "기계가"),
        ("센서", "을/를", "센서를"),
        ("부품", "을/를", "부품을"),
        ("도금", "과/와", "도금과"),
        ("사출기", "과/와", "사출기와"),
        ("전문가", "이나/나", "전문가나"),
        ("기업", "이나/나", "기업이나"),
        ("자료", "이라/라", "자료라"),
        ("시편", "이라는/라는", "시편이라는"),
        ("댓글", "이라도/라도", "댓글이라도"),
    ],
)
def test_particle_follows_the_final_consonant(word: str, pair: str, expected: str) -> None:
    assert with_particle(word, pair) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("가공", "가공으로"),
        ("설비", "설비로"),
        ("강철", "강철로"),
        ("코일", "코일로"),
        ("손", "손으로"),
        ("닭", "닭으로"),
    ],
)
def test_rieul_takes_ro_like_a_vowel(word: str, expected: str) -> None:
    assert with_particle(word, "으로/로") == expected


@pytest.mark.parametrize("word", ["강철", "코일"])
def test_rieul_is_a_consonant_to_the_other_particles(word: str) -> None:
    assert with_particle(word, "을/를") == f"{word}을"
    assert with_particle(word, "은/는") == f"{word}은"


@pytest.mark.parametrize(
    ("word", "topic", "direction"),
    [
        ("CT", "CT는", "CT로"),
        ("PCB", "PCB는", "PCB로"),
        ("XML", "XML은", "XML로"),
        ("VR", "VR은", "VR로"),
        ("EMI", "EMI는", "EMI로"),
        ("AM", "AM은", "AM으로"),
        ("SUS304", "SUS304는", "SUS304로"),
        ("SUS316", "SUS316은", "SUS316으로"),
        ("A7", "A7은", "A7로"),
        ("100", "100은", "100으로"),
        ("13", "13은", "13으로"),
        ("15%", "15%는", "15%로"),
        ("60℃", "60℃는", "60℃로"),
    ],
)
def test_letters_digits_and_signs_count_as_they_are_read(word: str, topic: str, direction: str) -> None:
    assert with_particle(word, "은/는") == topic
    assert with_particle(word, "으로/로") == direction


def test_an_aside_in_brackets_is_not_heard() -> None:
    assert with_particle("버(burr)", "이/가") == "버(burr)가"
    assert with_particle("전자현미경 (SEM)", "을/를") == "전자현미경 (SEM)을"


@pytest.mark.parametrize("word", ["", "laser", "금형!", "(burr)", "µm", "漢"])
def test_a_sound_that_cannot_be_told_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="cannot be told"):
        with_particle(word, "은/는")


@pytest.mark.parametrize("pair", ["는/은", "은", "", "을/은"])
def test_an_unknown_pair_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match="unknown pair"):
        with_particle("금형", pair)


def test_every_known_pair_gives_its_two_forms() -> None:
    for pair in PARTICLES:
        after_consonant, after_vowel = pair.split("/")
        assert with_particle("금형", pair) == f"금형{after_consonant}"
        assert with_particle("기계", pair) == f"기계{after_vowel}"


def test_final_consonants_stand_in_unicode_order() -> None:
    assert [final_consonant(syllable) for syllable in "가각간갈감강갛"] == [0, 1, 4, 8, 16, 21, 27]


def test_a_noun_takes_its_particle_from_the_template() -> None:
    template = "{tool:이/가} {part:을/를} {tool:으로/로} 만든 {part}"
    assert template.format(tool=Noun("로봇"), part=Noun("설비")) == "로봇이 설비를 로봇으로 만든 설비"


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("민준", "Minjun"),
        ("한복남", "Hanboknam"),
        ("홍빛나", "Hongbitna"),
        ("의왕", "Uiwang"),
        ("꽃뜰", "Kkottteul"),
        ("값", "Gap"),
        ("최규원", "Choegyuwon"),
    ],
)
def test_romanisation_is_syllable_by_syllable(name: str, latin: str) -> None:
    assert romanise(name) == latin


def test_given_names_may_be_hyphenated() -> None:
    assert romanise("서윤", "-") == "Seo-yun"


@pytest.mark.parametrize("name", ["Kim", "김 민준", "ㄱ", "民"])
def test_only_hangul_syllables_are_romanised(name: str) -> None:
    with pytest.raises(ValueError, match="not a Hangul syllable"):
        romanise(name)
