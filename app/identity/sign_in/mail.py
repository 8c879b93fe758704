"""Sending the mail with the code: what the worker does with a request for one."""

import uuid

import structlog
from sqlalchemy import Row, select

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.identity.sign_in.codes import CODE_LIFE, code_of
from app.identity.sign_in.events import SignInCodeRequested
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, SignInCode
from app.models.accounts import AccountStatus

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 로그인 코드 {code}", "Idea Storage: sign-in code {code}")
_TEXT = Text(
    "아이디어 저장소 로그인 코드는 다음과 같습니다.\n\n    {code}\n\n"
    "앱에 이 코드를 입력해 주세요. {minutes}분 동안 한 번만 쓸 수 있습니다.\n"
    "코드를 다른 사람에게 알려 주지 마세요. 직원도 코드를 묻지 않습니다.\n"
    "요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 코드 없이는 아무도 로그인할 수 없습니다.\n",
    "Your sign-in code for Idea Storage:\n\n    {code}\n\n"
    "Enter it in the app. It is good for {minutes} minutes, and once.\n"
    "Tell it to nobody; our staff never asks for it.\n"
    "If you did not ask for it, ignore this mail: without the code nobody can sign in.\n",
)


class SignInCodeSender:
    """Handles :class:`SignInCodeRequested`. The code is computed anew: neither event nor database holds it."""

    def __init__(self, database: Database, mail: MailTransport, signing_key: bytes) -> None:
        self._database = database
        self._mail = mail
        self._signing_key = signing_key

    async def send_sign_in_code(self, event: SignInCodeRequested) -> None:
        """Send the mail in the person's language; no mail for an address nobody has, or a code past its time.

        Sending twice is harmless: it is the same code, under the same Message-ID.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event.code_id)
        if row is None:
            log.info("sign_in.code_mail_skipped", code_id=event.code_id)
            return
        code = code_of(self._signing_key, row.public_id, row.nonce)
        try:
            await self._mail.send(_mail_with(code, row.email, Locale(row.locale), f"sign-in-code.{row.public_id}"))
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("sign_in.code_mail_refused", code_id=event.code_id, code=error.code)
            return
        log.info("sign_in.code_mailed", code_id=event.code_id)

    async def _load(self, code_id: int) -> Row[uuid.UUID, bytes, str | None, Locale] | None:
        statement = (
            select(SignInCode.public_id, SignInCode.nonce, Account.email, Account.locale)
            .join(Account, Account.id == SignInCode.account_id)
            .where(
                SignInCode.id == code_id,
                SignInCode.used_at.is_(None),
                SignInCode.expires_at > now(),
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
