"""When a push is due, at the edges of its windows."""

from datetime import UTC, datetime, timedelta

import pytest

from app.models.notifications import PushTopic, Reason
from app.notifications.coalescing import direct_reasons, due_at, is_milestone

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RESPONSES, VOTES = PushTopic.RESPONSES, PushTopic.VOTES


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


@pytest.mark.parametrize(
    ("topic", "since_last", "waits", "at_once", "expected"),
    [
        (RESPONSES, None, None, False, 0),
        (RESPONSES, 0, None, False, 60),
        (RESPONSES, 59, None, False, 1),
        (RESPONSES, 60, None, False, 0),
        (RESPONSES, 61, None, False, 0),
        (RESPONSES, 10, 50, False, 50),
        (RESPONSES, 10, 50, True, 0),
        (RESPONSES, 10, None, True, 0),
        (RESPONSES, None, -5, False, -5),
        (VOTES, None, None, False, 0),
        (VOTES, 60, None, False, 3540),
        (VOTES, 3600, None, False, 0),
        (VOTES, 4000, None, False, 0),
    ],
)
def test_due(topic: PushTopic, since_last: float | None, waits: float | None, at_once: bool, expected: float) -> None:
    due = due_at(
        topic,
        AT,
        dispatched_at=None if since_last is None else AT - seconds(since_last),
        waiting_until=None if waits is None else AT + seconds(waits),
        at_once=at_once,
    )
    assert (due - AT).total_seconds() == expected


def test_a_burst_of_twenty_comments_makes_two_pushes_in_a_minute() -> None:
    dispatched_at = waiting_until = None
    pushes = []
    for second in range(0, 60, 3):
        at = AT + seconds(second)
        if waiting_until is not None and waiting_until <= at:
            pushes.append(waiting_until)
            dispatched_at, waiting_until = waiting_until, None
        waiting_until = due_at(RESPONSES, at, dispatched_at=dispatched_at, waiting_until=waiting_until, at_once=False)
    assert [*pushes, waiting_until] == [AT, AT + seconds(60)]


def test_directness() -> None:
    assert direct_reasons(Reason.MENTION) == [Reason.MENTION]
    assert direct_reasons(Reason.REPLY) == [Reason.MENTION, Reason.REPLY]
    assert direct_reasons(Reason.COMMENT) == direct_reasons(Reason.VOTE) == []


def test_milestones() -> None:
    reached = [votes for votes in range(1, 2600) if is_milestone(votes)]
    assert reached == [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]
