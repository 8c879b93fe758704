"""Mails as the worker sends them, read by tests."""

import re
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core.database import Database
from app.core.settings import Settings
from app.identity import mails
from app.mail.transport import Mail
from app.models import OutboxEvent
from app.outbox.subscriptions import Subscriptions


@dataclass
class Mailbox:
    """A transport that keeps what it is given, and the worker's part in giving it."""

    database: Database
    settings: Settings
    sent: list[Mail] = field(default_factory=list)
    _handled: int = 0

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)

    async def aclose(self) -> None:
        """Hold nothing."""

    async def deliver(self) -> list[Mail]:
        """Handle the events since the last time, and give the mails they made."""
        before = len(self.sent)
        subscriptions = Subscriptions()
        mails.subscribe(subscriptions, self.database, self, self.settings.signing_key)
        async with self.database.read() as connection:
            statement = select(OutboxEvent.id, OutboxEvent.kind, OutboxEvent.payload)
            rows = (await connection.execute(statement.order_by(OutboxEvent.id))).all()
        for row in rows:
            plan = subscriptions.plan_of(row.kind)
            if row.id > self._handled and plan is not None:
                for handler in plan.external:
                    await handler(plan.event.model_validate(row.payload))
        self._handled = rows[-1].id if rows else 0
        return self.sent[before:]


def code_in(mail: Mail) -> str:
    """The six digits of a mail."""
    (code,) = set(re.findall(r"\b\d{6}\b", mail.text))
    return str(code)


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"
