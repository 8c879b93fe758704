"""When a push is due: soon after the first news, then bundled, so that nobody is nagged."""

from datetime import datetime, timedelta

from app.models.notifications import PushTopic, Reason

WINDOW = {
    PushTopic.RESPONSES: timedelta(seconds=60),
    PushTopic.VOTES: timedelta(hours=1),
    PushTopic.PROGRESS: timedelta(seconds=60),
    PushTopic.ANNOUNCEMENTS: timedelta(0),
    PushTopic.APPLICATIONS: timedelta(0),
    PushTopic.QUEUE: timedelta(hours=1),
    PushTopic.NEW_IDEAS: timedelta(hours=1),
}
"""At most one push per person and subject within this time, but for what speaks to the person directly."""

_MILESTONES = (1, 5, 10, 25, 50)
_DIRECT = (Reason.MENTION, Reason.REPLY)


def direct_reasons(reason: Reason) -> list[Reason]:
    """The reasons that speak to a person as directly as ``reason`` or more so; empty for one that doesn't."""
    return list(_DIRECT[: _DIRECT.index(reason) + 1]) if reason in _DIRECT else []


def is_milestone(votes: int) -> bool:
    """Whether so many recommendations are worth a push: 1, 5, 10, 25, 50, 100, 250, 500 and so on."""
    while votes >= 100 and votes % 10 == 0:
        votes //= 10
    return votes in _MILESTONES


def due_at(
    topic: PushTopic,
    at: datetime,
    *,
    dispatched_at: datetime | None,
    waiting_until: datetime | None,
    at_once: bool,
) -> datetime:
    """When the push for news of ``at`` is due.

    The first news after a quiet window is pushed at once, later ones together when the window since
    ``dispatched_at`` (the last push) ends. ``at_once`` breaks the window: a mention or a reply, unless one as direct
    came within it already. What was to be pushed earlier (``waiting_until``) is never put off.
    """
    window_ends = at if dispatched_at is None else dispatched_at + WINDOW[topic]
    wanted = at if at_once else max(at, window_ends)
    return wanted if waiting_until is None else min(wanted, waiting_until)
