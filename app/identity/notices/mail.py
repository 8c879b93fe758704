"""Sending notices: what the worker does with them."""

import structlog
from sqlalchemy import Row, select

from app.core.database import Database
from app.core.localisation import Locale, Text
from app.identity.notices.events import Notice, NoticeDue
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, EmailChange
from app.models.accounts import AccountStatus

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 계정 보안 알림", "Idea Storage: a change to your account")
_NOT_YOU = Text(
    "\n\n본인이 하지 않으셨다면 바로 미니클러스터 코디네이터나 운영자에게 알려 주세요.\n",
    "\n\nIf that was not you, tell the coordinator of your mini-cluster or an operator at once.\n",
)
TEXTS = {
    Notice.PASSWORD_RESET: Text(
        "메일로 받은 코드로 비밀번호를 다시 정했고, 모든 기기에서 로그아웃되었습니다.",
        "Your password was reset by a mailed code, and all your devices were signed out.",
    ),
    Notice.EMAIL_CHANGED: Text(
        "계정의 이메일 주소가 바뀌었습니다. 앞으로 이 주소로는 로그인할 수 없습니다.",
        "The address of your account was changed; this one signs in no longer.",
    ),
    Notice.SECOND_FACTOR_ENABLED: Text(
        "2단계 인증을 켰습니다. 다른 기기에서는 로그아웃되었습니다.",
        "A second factor was set up for your account; your other devices were signed out.",
    ),
    Notice.SECOND_FACTOR_DISABLED: Text("2단계 인증을 껐습니다.", "The second factor was removed from your account."),
    Notice.SECOND_FACTOR_RESET: Text(
        "운영자가 2단계 인증을 초기화했고, 모든 기기에서 로그아웃되었습니다. 로그인한 뒤 다시 켜 주세요.",
        "An operator reset the second factor of your account, and all your devices were signed out."
        " Sign in and set it up again.",
    ),
    Notice.IDENTITY_LINKED: Text(
        "다른 서비스의 계정을 연결했습니다. 이제 그 계정으로도 로그인할 수 있습니다.",
        "An account of another service was linked to yours, and signs in from now on.",
    ),
    Notice.IDENTITY_UNLINKED: Text(
        "다른 서비스 계정과의 연결을 끊었습니다.", "The link to an account of another service was removed."
    ),
    Notice.PASSKEY_ADDED: Text(
        "패스키를 등록했습니다. 이제 그 패스키로 로그인할 수 있습니다.",
        "A passkey was registered for your account, and signs in from now on.",
    ),
    Notice.PASSKEY_REMOVED: Text("패스키를 지웠습니다.", "A passkey was removed from your account."),
    Notice.ERASURE_REQUESTED: Text(
        "계정 삭제가 요청되어 다른 기기에서 로그아웃되었습니다. 14일 뒤에 개인정보가 지워지며 되돌릴 수 없습니다."
        " 그 전에는 앱에서 취소할 수 있습니다.",
        "The erasure of your account was asked for, and your other devices were signed out. In 14 days your personal"
        " data will be erased for good; until then you can take it back in the app.",
    ),
    Notice.ERASURE_UNDONE: Text(
        "계정 삭제 요청을 취소했습니다. 계정은 그대로 쓸 수 있습니다.",
        "The erasure of your account was taken back: the account goes on.",
    ),
    Notice.EXPORT_READY: Text(
        "요청하신 내 데이터 사본이 준비되었습니다. 7일 안에 앱에서 내려받아 주세요.",
        "The copy of your data that you asked for is ready: download it in the app within 7 days.",
    ),
}


class NoticeSender:
    """Handles :class:`NoticeDue`."""

    def __init__(self, database: Database, mail: MailTransport) -> None:
        self._database = database
        self._mail = mail

    async def send_notice(self, event: NoticeDue) -> None:
        """Send the mail in the person's language; none to an account that is gone.

        Sending twice is harmless: the mail has the same Message-ID.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event)
        if row is None:
            log.info("account.notice_skipped", account_id=event.account_id, notice=event.notice.value)
            return
        to, locale = row
        mail = Mail(
            to=to or "",
            subject=_SUBJECT.render(locale),
            text=TEXTS[event.notice].render(locale) + _NOT_YOU.render(locale),
            locale=locale,
            reference=f"notice.{event.reference}",
        )
        try:
            await self._mail.send(mail)
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("account.notice_refused", account_id=event.account_id, code=error.code)
            return
        log.info("account.notice_mailed", account_id=event.account_id, notice=event.notice.value)

    async def _load(self, event: NoticeDue) -> Row[str | None, Locale] | None:
        statement = select(Account.email, Account.locale).where(
            Account.id == event.account_id, Account.status != AccountStatus.ERASED, Account.email.is_not(None)
        )
        if event.email_change_id is not None:
            statement = (
                select(EmailChange.old_email, Account.locale)
                .join(Account, Account.id == EmailChange.account_id)
                .where(EmailChange.id == event.email_change_id, Account.status != AccountStatus.ERASED)
            )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()
