"""Which mails of consortia the worker sends on which events."""

from app.consortia.applications.events import ApplicationMailDue, ApplicationWaiting
from app.consortia.applications.mail import ApplicationMailSender, tell_who_decides
from app.core.database import Database
from app.mail.transport import MailTransport
from app.outbox.subscriptions import Subscriptions


def subscribe(subscriptions: Subscriptions, database: Database, mail: MailTransport) -> None:
    """Let each kind of mail be sent."""
    subscriptions.in_transaction(ApplicationWaiting, tell_who_decides)
    subscriptions.outside(ApplicationMailDue, ApplicationMailSender(database, mail).send_application_mail)
