"""Sending the mail with the code that makes an account: what the worker does with a wish for one."""

import uuid

import structlog
from sqlalchemy import Row, exists, select

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.identity.applicants.events import ApplicantRegistered
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, code_of
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, ApplicantRegistration
from app.models.accounts import AccountStatus

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 이메일 확인 코드 {code}", "Idea Storage: code to confirm your address {code}")
_TEXT = Text(
    "아이디어 저장소 가입 신청을 위한 이메일 확인 코드는 다음과 같습니다.\n\n    {code}\n\n"
    "앱에 이 코드를 입력해 주세요. {minutes}분 동안 한 번만 쓸 수 있습니다.\n"
    "이미 계정이 있으시면 이 코드로 그 계정에 로그인됩니다.\n"
    "코드를 다른 사람에게 알려 주지 마세요. 직원도 코드를 묻지 않습니다.\n"
    "요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 코드 없이는 계정이 만들어지지 않습니다.\n",
    "The code that confirms your address, to apply in Idea Storage:\n\n    {code}\n\n"
    "Enter it in the app. It is good for {minutes} minutes, and once.\n"
    "If you have an account already, it signs you in.\n"
    "Tell it to nobody; our staff never asks for it.\n"
    "If you did not ask for it, ignore this mail: without the code no account is made.\n",
)


class ApplicantCodeSender:
    """Handles :class:`ApplicantRegistered`. The code is computed anew: neither event nor database holds it."""

    def __init__(self, database: Database, mail: MailTransport, signing_key: bytes) -> None:
        self._database = database
        self._mail = mail
        self._signing_key = signing_key

    async def send_applicant_code(self, event: ApplicantRegistered) -> None:
        """Send the mail; none for a code past its time, or to an account that may not be used.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event.registration_id)
        if row is None:
            log.info("applicant.mail_skipped", registration_id=event.registration_id)
            return
        code = code_of(self._signing_key, row.public_id, row.nonce, CodePurpose.APPLICANT)
        minutes = int(CODE_LIFE.total_seconds() // 60)
        locale = Locale(row.locale)
        mail = Mail(
            to=row.email,
            subject=_SUBJECT.render(locale, code=code),
            text=_TEXT.render(locale, code=code, minutes=minutes),
            locale=locale,
            reference=f"applicant-code.{row.public_id}",
        )
        try:
            await self._mail.send(mail)
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("applicant.mail_refused", registration_id=event.registration_id, code=error.code)
            return
        log.info("applicant.mailed", registration_id=event.registration_id)

    async def _load(self, registration_id: int) -> Row[uuid.UUID, bytes, str, Locale] | None:
        unusable = exists().where(Account.email == ApplicantRegistration.email, Account.status != AccountStatus.ACTIVE)
        statement = select(
            ApplicantRegistration.public_id,
            ApplicantRegistration.nonce,
            ApplicantRegistration.email,
            ApplicantRegistration.locale,
        ).where(
            ApplicantRegistration.id == registration_id,
            ApplicantRegistration.used_at.is_(None),
            ApplicantRegistration.expires_at > now(),
            ~unusable,
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()
