"""The hours in which phones stay quiet, at their edges, past midnight, and when clocks change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.quiet_hours import QuietHours

NIGHT = QuietHours.parse("21:00-07:30")
NOON = QuietHours.parse("12:00-13:00")


def test_reading_them() -> None:
    assert QuietHours(time(21), time(7, 30)) == NIGHT
    assert QuietHours.parse("") is None
    assert QuietHours.parse("08:00-08:00") is None
    assert QuietHours.of_minutes(None, None) is None


@pytest.mark.parametrize(
    ("quiet", "at", "end"),
    [
        (NIGHT, "20:59:59", None),
        (NIGHT, "21:00", "07:30 next"),
        (NIGHT, "23:59", "07:30 next"),
        (NIGHT, "00:00", "07:30"),
        (NIGHT, "07:29:59", "07:30"),
        (NIGHT, "07:30", None),
        (NOON, "11:59", None),
        (NOON, "12:00", "13:00"),
        (NOON, "13:00", None),
        (NOON, "23:00", None),
    ],
)
def test_when_they_end(quiet: QuietHours, at: str, end: str | None) -> None:
    day = datetime(2026, 11, 26, tzinfo=UTC) - timedelta(hours=9)  # midnight in Seoul

    def moment(clock: str) -> datetime:
        hours, _, next_day = clock.partition(" ")
        given_time = time.fromisoformat(hours)
        span = timedelta(hours=given_time.hour, minutes=given_time.minute, seconds=given_time.second)
        return day + span + timedelta(days=1 if next_day else 0)

    assert quiet.end_after(moment(at), "Asia/Seoul") == (end and moment(end))


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - it adds the zone
    st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_they_end_later_within_a_day(begin: int, end: int, at: datetime, zone: str) -> None:
    quiet = QuietHours.of_minutes(begin, end)
    ends = quiet.end_after(at, zone) if quiet else None
    assert ends is None or at < ends <= at + timedelta(hours=25)
