"""The worker's part, as these tests need it: events are handled as in production, and mails are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.mail.transport import Mail
from app.outbox.relay import Relay
from app.worker import Tools, build_subscriptions


@dataclass
class Letters:
    """A transport that keeps what it is given."""

    database: Database
    settings: Settings
    sent: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)

    async def aclose(self) -> None:
        """Hold nothing."""

    async def deliver(self, at: datetime | None = None) -> list[Mail]:
        """Handle whatever is due at a moment, and give the mails that were sent."""
        before = len(self.sent)
        nothing: Any = None
        relay = Relay(self.database, build_subscriptions(Tools(self.settings, self.database, self, nothing)))
        while await relay.run_round(at or now()):
            pass
        return self.sent[before:]
