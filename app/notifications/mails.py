"""Which mails of notifications the worker sends on which events."""

from app.core.database import Database
from app.core.settings import Settings
from app.mail.transport import MailTransport
from app.notifications.digest_mails import DigestSender
from app.notifications.events import DigestDue
from app.outbox.subscriptions import Subscriptions


def subscribe(subscriptions: Subscriptions, database: Database, mail: MailTransport, settings: Settings) -> None:
    """Let digests be sent."""
    sender = DigestSender(database, mail, settings.signing_key, settings.public_url)
    subscriptions.outside(DigestDue, sender.send_digest)
