"""Which mails of identity the worker sends on which events."""

from app.core.database import Database
from app.identity.applicants.events import ApplicantRegistered
from app.identity.applicants.mail import ApplicantCodeSender
from app.identity.email_changes.events import EmailChangeRequested
from app.identity.email_changes.mail import EmailChangeSender
from app.identity.notices.events import NoticeDue
from app.identity.notices.mail import NoticeSender
from app.identity.password_resets.events import PasswordResetRequested
from app.identity.password_resets.mail import PasswordResetSender
from app.identity.sign_in.events import SignInCodeRequested
from app.identity.sign_in.mail import SignInCodeSender
from app.mail.transport import MailTransport
from app.outbox.subscriptions import Subscriptions


def subscribe(subscriptions: Subscriptions, database: Database, mail: MailTransport, signing_key: bytes) -> None:
    """Let each kind of mail be sent."""
    codes = SignInCodeSender(database, mail, signing_key)
    resets = PasswordResetSender(database, mail, signing_key)
    changes = EmailChangeSender(database, mail, signing_key)
    applicants = ApplicantCodeSender(database, mail, signing_key)
    subscriptions.outside(ApplicantRegistered, applicants.send_applicant_code)
    subscriptions.outside(SignInCodeRequested, codes.send_sign_in_code)
    subscriptions.outside(PasswordResetRequested, resets.send_reset_code)
    subscriptions.outside(EmailChangeRequested, changes.send_change_code)
    subscriptions.outside(NoticeDue, NoticeSender(database, mail).send_notice)
