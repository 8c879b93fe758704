"""Sending the mail with the code of a reset: what the worker does with a request for one."""

import uuid

import structlog
from sqlalchemy import Row, select

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.identity.password_resets.events import PasswordResetRequested
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, code_of
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, PasswordReset
from app.models.accounts import AccountStatus

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 비밀번호 재설정 코드 {code}", "Idea Storage: code to reset your password {code}")
_TEXT = Text(
    "비밀번호를 다시 정하는 코드는 다음과 같습니다.\n\n    {code}\n\n"
    "앱에 이 코드와 새 비밀번호를 입력해 주세요. {minutes}분 동안 한 번만 쓸 수 있습니다.\n"
    "코드를 다른 사람에게 알려 주지 마세요. 직원도 코드를 묻지 않습니다.\n"
    "요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 비밀번호는 그대로입니다.\n",
    "The code to reset your password:\n\n    {code}\n\n"
    "Enter it in the app, with a new password. It is good for {minutes} minutes, and once.\n"
    "Tell it to nobody; our staff never asks for it.\n"
    "If you did not ask for it, ignore this mail: your password stays as it is.\n",
)


class PasswordResetSender:
    """Handles :class:`PasswordResetRequested`. The code is computed anew: neither event nor database holds it."""

    def __init__(self, database: Database, mail: MailTransport, signing_key: bytes) -> None:
        self._database = database
        self._mail = mail
        self._signing_key = signing_key

    async def send_reset_code(self, event: PasswordResetRequested) -> None:
        """Send the mail in the person's language; no mail for an address nobody has, or a code past its time.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event.reset_id)
        if row is None:
            log.info("password_reset.mail_skipped", reset_id=event.reset_id)
            return
        code = code_of(self._signing_key, row.public_id, row.nonce, CodePurpose.PASSWORD_RESET)
        try:
            await self._mail.send(_mail_with(code, row.email, Locale(row.locale), f"password-reset.{row.public_id}"))
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("password_reset.mail_refused", reset_id=event.reset_id, code=error.code)
            return
        log.info("password_reset.mailed", reset_id=event.reset_id)

    async def _load(self, reset_id: int) -> Row[uuid.UUID, bytes, str | None, Locale] | None:
        statement = (
            select(PasswordReset.public_id, PasswordReset.nonce, Account.email, Account.locale)
            .join(Account, Account.id == PasswordReset.account_id)
            .where(
                PasswordReset.id == reset_id,
                PasswordReset.used_at.is_(None),
                PasswordReset.expires_at > now(),
                Account.status == AccountStatus.ACTIVE,
                Account.email.is_not(None),
            )
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()


def _mail_with(code: str, to: str, locale: Locale, reference: str) -> Mail:
    minutes = int(CODE_LIFE.total_seconds() // 60)
    return Mail(
        to=to,
        subject=_SUBJECT.render(locale, code=code),
        text=_TEXT.render(locale, code=code, minutes=minutes),
        locale=locale,
        reference=reference,
    )
