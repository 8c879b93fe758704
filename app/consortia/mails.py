"""Which mails of consortia the worker sends on which events."""

from app.consortia.applications.events import ApplicationMailDue, ApplicationWaiting
from app.consortia.applications.mail import ApplicationMailSender, tell_who_decides
from app.consortia.employment.events import EmployerChangeMailDue, EmployerChangeWaiting
from app.consortia.employment.mail import EmployerChangeMailSender, tell_who_confirms
from app.consortia.roster.events import RosterInvitationsDue, RosterMailDue
from app.consortia.roster.inviting import RosterInviter
from app.consortia.roster.mail import RosterMailSender
from app.core.database import Database
from app.core.settings import Settings
from app.mail.transport import MailTransport
from app.outbox.subscriptions import Subscriptions


def subscribe(subscriptions: Subscriptions, database: Database, mail: MailTransport, settings: Settings) -> None:
    """Let each kind of mail be sent."""
    subscriptions.in_transaction(ApplicationWaiting, tell_who_decides)
    subscriptions.outside(ApplicationMailDue, ApplicationMailSender(database, mail).send_application_mail)
    subscriptions.in_transaction(EmployerChangeWaiting, tell_who_confirms)
    subscriptions.outside(EmployerChangeMailDue, EmployerChangeMailSender(database, mail).send_change_mail)
    subscriptions.in_transaction(RosterInvitationsDue, RosterInviter(settings.signing_key).invite_portion)
    subscriptions.outside(RosterMailDue, RosterMailSender(database, mail, settings).send_invitation)
