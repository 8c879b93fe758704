"""What pushes say, in both languages."""

import pytest

from app.core.localisation import Locale
from app.models.notifications import PushTopic, Reason
from app.notifications.news import OF_PERSON, TOPIC_OF
from app.notifications.texts import Subject, Told, title_and_body

KO, EN = Locale.KOREAN, Locale.ENGLISH
SUBJECT = Subject("금형 온도 센서", False, "메카트로닉스", "Mechatronics", 12)
CONFIDENTIAL = Subject("금형 온도 센서", True, "메카트로닉스", "Mechatronics", 12)
OF_SUBJECTS = [reason for reason, topic in TOPIC_OF.items() if topic not in OF_PERSON]
NAMES = ["박바다", "최산", "김하늘", "이강"]


def items(*reasons: Reason, people: int = 1, body: str | None = "센서를 **달면** 어떨까요?") -> list[Told]:
    """Items of these reasons, the newest first, by as many people in turn."""
    return [Told(reason, place % people, NAMES[place % people], body) for place, reason in enumerate(reasons)]


M, R, C, V = Reason.MENTION, Reason.REPLY, Reason.COMMENT, Reason.VOTE


@pytest.mark.parametrize(
    ("reasons", "people", "ko", "en"),
    [
        ([C], 1, "박바다님의 댓글: 센서를 달면 어떨까요?", "박바다 commented: 센서를 달면 어떨까요?"),
        ([R], 1, "박바다님의 답글: 센서를 달면 어떨까요?", "박바다 replied: 센서를 달면 어떨까요?"),
        (
            [M],
            1,
            "박바다님이 회원님을 언급했습니다: 센서를 달면 어떨까요?",
            "박바다 mentioned you: 센서를 달면 어떨까요?",
        ),
        ([C, C], 1, "새 댓글 2개 · 박바다님", "2 new comments · 박바다"),
        ([C, C, C], 2, "새 댓글 3개 · 박바다님 외 1명", "3 new comments · 박바다 and 1 other"),
        ([C, C, C], 3, "새 댓글 3개 · 박바다님 외 2명", "3 new comments · 박바다 and 2 others"),
        ([R, R], 2, "새 답글 2개 · 박바다님 외 1명", "2 new replies · 박바다 and 1 other"),
        ([C, R], 2, "새 댓글 2개 · 박바다님 외 1명", "2 new comments · 박바다 and 1 other"),
        ([C, M, R], 3, "최산님이 회원님을 언급했습니다 · 새 댓글 3개", "최산 mentioned you · 3 new comments"),
    ],
)
def test_responses(reasons: list[Reason], people: int, ko: str, en: str) -> None:
    told = items(*reasons, people=people)
    assert title_and_body(PushTopic.RESPONSES, SUBJECT, told, KO) == ("금형 온도 센서", ko)
    assert title_and_body(PushTopic.RESPONSES, SUBJECT, told, EN) == ("금형 온도 센서", en)


@pytest.mark.parametrize(
    ("count", "all_votes", "ko", "en"),
    [
        (1, 1, "박바다님이 추천했습니다", "박바다 recommended your idea"),
        (1, 12, "박바다님이 추천했습니다 (모두 12개)", "박바다 recommended your idea (12 in all)"),
        (5, 5, "추천 5개를 받았습니다", "5 new recommendations"),
        (5, 12, "추천 5개를 받았습니다 (모두 12개)", "5 new recommendations (12 in all)"),
    ],
)
def test_votes(count: int, all_votes: int, ko: str, en: str) -> None:
    subject = Subject("금형 온도 센서", False, "메카트로닉스", "Mechatronics", all_votes)
    told = items(*[V] * count, people=4, body=None)
    assert title_and_body(PushTopic.VOTES, subject, told, KO) == ("금형 온도 센서", ko)
    assert title_and_body(PushTopic.VOTES, subject, told, EN) == ("금형 온도 센서", en)


@pytest.mark.parametrize(
    ("reasons", "ko", "en"),
    [
        ([C], "새 댓글 · 메카트로닉스 미니클러스터", "New comment · Mechatronics mini-cluster"),
        ([R], "새 답글 · 메카트로닉스 미니클러스터", "New reply · Mechatronics mini-cluster"),
        ([M], "회원님을 언급한 댓글 · 메카트로닉스 미니클러스터", "You were mentioned · Mechatronics mini-cluster"),
        ([V], "새 추천 · 메카트로닉스 미니클러스터", "New recommendation · Mechatronics mini-cluster"),
        ([C, R, C], "새 댓글 3개 · 메카트로닉스 미니클러스터", "3 new comments · Mechatronics mini-cluster"),
        ([R, R], "새 답글 2개 · 메카트로닉스 미니클러스터", "2 new replies · Mechatronics mini-cluster"),
        ([V, V], "새 추천 2개 · 메카트로닉스 미니클러스터", "2 new recommendations · Mechatronics mini-cluster"),
    ],
)
def test_confidential_ideas_show_neither_title_nor_name_nor_text(reasons: list[Reason], ko: str, en: str) -> None:
    topic = PushTopic.VOTES if reasons[0] is V else PushTopic.RESPONSES
    told = items(*reasons, people=2)
    assert title_and_body(topic, CONFIDENTIAL, told, KO) == (ko, "앱에서 내용을 확인해 주세요.")
    assert title_and_body(topic, CONFIDENTIAL, told, EN) == (en, "Open the app to read it.")


@pytest.mark.parametrize("reason", OF_SUBJECTS)
@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("locale", list(Locale))
def test_no_confidential_text_ever_leaks(reason: Reason, count: int, locale: Locale) -> None:
    topic = PushTopic.VOTES if reason is V else PushTopic.RESPONSES
    shown = " ".join(title_and_body(topic, CONFIDENTIAL, items(*[reason] * count, people=4), locale))
    for secret in ("금형", "센서", "박바다", "최산", "김하늘", "이강"):
        assert secret not in shown
    assert "{" not in shown


def test_long_texts_are_cut() -> None:
    long = Subject("가" * 120, False, "메카트로닉스", "Mechatronics", 0)
    told = [Told(C, 1, "남궁" * 40, "나다라마 " * 400)]
    title, body = title_and_body(PushTopic.RESPONSES, long, told, KO)
    assert title.endswith("…")
    assert len(title.encode()) <= 120
    assert len(body) <= 20 + 10 + 160
    assert body.endswith("…")


def test_braces_and_marks_in_what_people_write_stay_text() -> None:
    told = [Told(C, 1, "{name}", "{excerpt} {0} % 100")]
    _, body = title_and_body(PushTopic.RESPONSES, SUBJECT, told, KO)
    assert body == "{name}님의 댓글: {excerpt} {0} % 100"


def test_an_erased_person_has_no_name() -> None:
    told = [Told(C, 1, "", "센서")]
    assert title_and_body(PushTopic.RESPONSES, SUBJECT, told, KO)[1] == "탈퇴한 회원님의 댓글: 센서"
    assert title_and_body(PushTopic.RESPONSES, SUBJECT, told, EN)[1] == "A former member commented: 센서"


def test_the_kind_of_the_place_is_said_once() -> None:
    named = Subject("비밀", True, "실크 서브 미니클러스터", "Silk Mini-cluster", 0)
    assert title_and_body(PushTopic.RESPONSES, named, items(C), KO)[0] == "새 댓글 · 실크 서브 미니클러스터"
    assert title_and_body(PushTopic.RESPONSES, named, items(C), EN)[0] == "New comment · Silk Mini-cluster"
