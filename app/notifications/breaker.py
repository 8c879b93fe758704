"""The breaker: when the push service refuses our credentials, every push would fail alike, so all sending pauses."""

from datetime import datetime, timedelta

from app.notifications.metrics import BREAKER_OPEN

PAUSE = timedelta(seconds=60)


class Breaker:
    """Open (nothing is sent) for a while after it tripped; closed again by itself."""

    def __init__(self, pause: timedelta = PAUSE) -> None:
        self._pause = pause
        self._open_until: datetime | None = None

    def trip(self, at: datetime) -> datetime:
        """Open it; until when."""
        self._open_until = at + self._pause
        BREAKER_OPEN.set(1)
        return self._open_until

    def is_open(self, at: datetime) -> bool:
        """Whether nothing may be sent now."""
        if self._open_until is not None and at >= self._open_until:
            self._open_until = None
            BREAKER_OPEN.set(0)
        return self._open_until is not None
