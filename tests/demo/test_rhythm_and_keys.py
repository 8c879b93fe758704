"""When demo people write, and the ids their posts get."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import SEOUL, to_micros
from app.demo.keys import moment, public_id
from app.demo.rhythm import DAY, WINDOW_DAYS, Rhythm

# Just after midnight, at noon and just before midnight in Seoul, on a Sunday, a Monday and a leap day.
ENDS = [
    datetime(2026, 11, 21, 15, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 14, 59, 59, tzinfo=UTC),
]


@pytest.fixture(params=ENDS, ids=str)
def rhythm(request: pytest.FixtureRequest) -> Rhythm:
    return Rhythm(random.Random(1), request.param)


def test_moments_lie_in_the_window(rhythm: Rhythm) -> None:
    moments = [rhythm.moment() for _ in range(20_000)]
    assert rhythm.first_day <= min(moments)
    assert max(moments) < rhythm.end
    assert rhythm.end - rhythm.first_day < (WINDOW_DAYS + 1) * DAY
    assert moment(rhythm.first_day).astimezone(SEOUL).strftime("%H:%M:%S.%f") == "00:00:00.000000"


def test_workdays_and_working_hours_prevail(rhythm: Rhythm) -> None:
    local = [moment(rhythm.moment()).astimezone(SEOUL) for _ in range(20_000)]
    weekdays = Counter(each.weekday() for each in local)
    assert weekdays[5] + weekdays[6] < 0.15 * len(local)
    assert min(weekdays[day] for day in range(5)) > 0.13 * len(local)
    assert sum(9 <= each.hour < 18 for each in local) > 0.6 * len(local)
    first_year = sum(to_micros(each) < rhythm.first_day + 365 * DAY for each in local)
    assert 0.35 < first_year / len(local) < 0.48


def test_answers_come_after_and_never_from_the_future(rhythm: Rhythm) -> None:
    for _ in range(5_000):
        posted = rhythm.moment()
        assert posted < rhythm.answer_to(posted) < rhythm.end
    just_now = rhythm.end - 2
    assert just_now < rhythm.answer_to(just_now) < rhythm.end


def test_most_answers_come_within_days(rhythm: Rhythm) -> None:
    posted = rhythm.first_day + 300 * DAY
    days = [(rhythm.answer_to(posted) - posted) / DAY for _ in range(5_000)]
    assert sum(each < 4 for each in days) > 0.6 * len(days)
    assert max(days) > 10


def test_public_ids_are_version_7_of_their_moment() -> None:
    rng = random.Random(1)
    micros = to_micros(datetime(2026, 11, 23, 3, 0, 0, 123_000, tzinfo=UTC))
    made = [public_id(rng, micros + number * 1_000) for number in range(1_000)]
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {"specified in RFC 4122"}
    assert [each.int >> 80 for each in made] == [micros // 1_000 + number for number in range(1_000)]
    assert made == sorted(made)
    assert len({each.int & (1 << 62) - 1 for each in made}) == 1_000


def test_microseconds_are_exact() -> None:
    when = datetime(2026, 11, 23, 3, 0, 0, 123_457, tzinfo=UTC) + timedelta(days=1)
    assert moment(to_micros(when)) == when
