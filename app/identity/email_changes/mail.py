"""Sending the codes of a change of address: what the worker does with a request for one."""

from typing import Any

import structlog
from sqlalchemy import Row, select

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.identity.email_changes.events import EmailChangeRequested
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, code_of
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, EmailChange
from app.models.accounts import AccountStatus

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 이메일 변경 코드 {code}", "Idea Storage: code to change your address {code}")
_TEXT_TO_OLD = Text(
    "계정의 이메일 주소를 바꾸려는 요청이 있었습니다. 이 주소로 받은 코드는 다음과 같습니다.\n\n    {code}\n\n"
    "새 주소로 받은 코드와 함께 앱에 입력해 주세요. {minutes}분 동안 쓸 수 있습니다.\n"
    "요청하지 않으셨다면 코드를 아무에게도 알려 주지 말고, 앱에서 모르는 기기를 로그아웃해 주세요.\n",
    "Somebody signed in as you asks for another e-mail address. The code of this address:\n\n    {code}\n\n"
    "Enter it in the app, with the code that went to the new address. It is good for {minutes} minutes.\n"
    "If that was not you, tell the code to nobody, and sign out the devices you don't know in the app.\n",
)
_TEXT_TO_NEW = Text(
    "이 주소를 아이디어 저장소 계정에 쓰려는 요청이 있었습니다. 코드는 다음과 같습니다.\n\n    {code}\n\n"
    "원래 주소로 받은 코드와 함께 앱에 입력해 주세요. {minutes}분 동안 쓸 수 있습니다.\n"
    "요청하지 않으셨다면 이 메일을 무시해 주세요.\n",
    "Somebody wants to use this address for an account of Idea Storage. The code:\n\n    {code}\n\n"
    "Enter it in the app, with the code that went to the present address. It is good for {minutes} minutes.\n"
    "If that was not you, ignore this mail.\n",
)


class EmailChangeSender:
    """Handles :class:`EmailChangeRequested`. The code is computed anew: neither event nor database holds it."""

    def __init__(self, database: Database, mail: MailTransport, signing_key: bytes) -> None:
        self._database = database
        self._mail = mail
        self._signing_key = signing_key

    async def send_change_code(self, event: EmailChangeRequested) -> None:
        """Send the mail in the person's language; none once the change is made or past its time.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event.change_id)
        if row is None:
            log.info("email_change.mail_skipped", change_id=event.change_id)
            return
        try:
            await self._mail.send(self._mail_for(row, to_new=event.to_new))
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("email_change.mail_refused", change_id=event.change_id, code=error.code)
            return
        log.info("email_change.mailed", change_id=event.change_id, to_new=event.to_new)

    def _mail_for(self, row: Row[*tuple[Any, ...]], *, to_new: bool) -> Mail:
        purpose = CodePurpose.NEW_EMAIL if to_new else CodePurpose.OLD_EMAIL
        code = code_of(self._signing_key, row.public_id, row.nonce, purpose)
        locale = Locale(row.locale)
        text = _TEXT_TO_NEW if to_new else _TEXT_TO_OLD
        return Mail(
            to=row.new_email if to_new else row.old_email,
            subject=_SUBJECT.render(locale, code=code),
            text=text.render(locale, code=code, minutes=int(CODE_LIFE.total_seconds() // 60)),
            locale=locale,
            reference=f"email-change.{row.public_id}.{'new' if to_new else 'old'}",
        )

    async def _load(self, change_id: int) -> Row[*tuple[Any, ...]] | None:
        columns = (EmailChange.public_id, EmailChange.nonce, EmailChange.old_email, EmailChange.new_email)
        statement = (
            select(*columns, Account.locale)
            .join(Account, Account.id == EmailChange.account_id)
            .where(
                EmailChange.id == change_id,
                EmailChange.used_at.is_(None),
                EmailChange.expires_at > now(),
                Account.status == AccountStatus.ACTIVE,
            )
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()
