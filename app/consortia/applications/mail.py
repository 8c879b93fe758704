"""Mails about applications: to those who decide while one waits, to the applicant once it is decided."""

from typing import Any

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.applications.events import ApplicationMailDue, ApplicationNews, ApplicationWaiting
from app.consortia.keepers import keepers_of
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, Application, MiniCluster
from app.models.accounts import AccountStatus
from app.models.applications import ApplicationState
from app.outbox import events as outbox
from app.outbox.subscriptions import Occurrence

log = structlog.get_logger(__name__)

_SUBJECTS = {
    ApplicationNews.RECEIVED: Text("[아이디어 저장소] {place} 가입 신청", "Idea Storage: an application to {place}"),
    ApplicationNews.STILL_WAITING: Text(
        "[아이디어 저장소] {place} 가입 신청이 기다리고 있습니다", "Idea Storage: an application to {place} still waits"
    ),
}
_TEXTS = {
    ApplicationNews.RECEIVED: Text(
        "‘{place}’ 미니클러스터에 가입 신청이 들어왔습니다.\n"
        "앱의 가입 신청 목록에서 확인하고 승인하거나 반려해 주세요.\n",
        'Somebody applies to become a member of "{place}".\n'
        "Look at the applications in the app, and admit or decline.\n",
    ),
    ApplicationNews.STILL_WAITING: Text(
        "‘{place}’ 미니클러스터의 가입 신청이 사흘째 답을 기다리고 있습니다.\n"
        "앱의 가입 신청 목록에서 확인하고 승인하거나 반려해 주세요.\n",
        'An application to become a member of "{place}" has waited for three days.\n'
        "Look at the applications in the app, and admit or decline.\n",
    ),
}
_OUTCOME_SUBJECT = Text("[아이디어 저장소] {place} 가입 신청 결과", "Idea Storage: your application to {place}")
_OUTCOMES = {
    ApplicationState.ADMITTED: Text(
        "‘{place}’ 미니클러스터의 회원이 되셨습니다. 앱을 다시 열어 주세요.\n{words}",
        'You are a member of "{place}" now. Open the app again.\n{words}',
    ),
    ApplicationState.DECLINED: Text(
        "‘{place}’ 미니클러스터 가입 신청이 받아들여지지 않았습니다.\n{words}\n다시 신청하실 수 있습니다.\n",
        'Your application to "{place}" was declined.\n{words}\nYou may apply again.\n',
    ),
}


async def tell_who_decides(session: AsyncSession, occurrence: Occurrence[ApplicationWaiting]) -> None:
    """Have a mail sent to each manager of the mini-cluster; where it has none, to the coordinators."""
    event = occurrence.event
    application = await session.get(Application, event.application_id)
    if application is None or application.state is not ApplicationState.OPEN:
        return
    news = ApplicationNews.STILL_WAITING if event.is_reminder else ApplicationNews.RECEIVED
    for account_id in await keepers_of(session, application.mini_cluster_id):
        mail = ApplicationMailDue(application_id=application.id, account_id=account_id, news=news)
        await outbox.append(session, mail)


class ApplicationMailSender:
    """Handles :class:`ApplicationMailDue`."""

    def __init__(self, database: Database, mail: MailTransport) -> None:
        self._database = database
        self._mail = mail

    async def send_application_mail(self, event: ApplicationMailDue) -> None:
        """Send the mail in the person's language; none where there is nothing more to tell.

        Sending twice is harmless: the mail has the same Message-ID.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event)
        if row is None:
            log.info("application.mail_skipped", application_id=event.application_id)
            return
        try:
            await self._mail.send(_mail_of(event, row))
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("application.mail_refused", application_id=event.application_id, code=error.code)
            return
        log.info("application.mailed", application_id=event.application_id, news=event.news.value)

    async def _load(self, event: ApplicationMailDue) -> Row[Any] | None:
        still = Application.state == ApplicationState.OPEN
        if event.news is ApplicationNews.DECIDED:
            still = Application.state.in_(list(_OUTCOMES))
        statement = (
            select(Account.email, Account.locale, Application.public_id, Application.state, Application.words)
            .add_columns(MiniCluster.name_ko, MiniCluster.name_en)
            .select_from(Application)
            .join(MiniCluster, MiniCluster.id == Application.mini_cluster_id)
            .join(Account, Account.id == event.account_id)
            .where(
                Application.id == event.application_id,
                still,
                Account.status == AccountStatus.ACTIVE,
                Account.email.is_not(None),
            )
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()


def _mail_of(event: ApplicationMailDue, row: Row[Any]) -> Mail:
    locale = Locale(row.locale)
    place = row.name_ko if locale is Locale.KOREAN else row.name_en
    if event.news is ApplicationNews.DECIDED:
        subject, text = _OUTCOME_SUBJECT, _OUTCOMES[ApplicationState(row.state)]
    else:
        subject, text = _SUBJECTS[event.news], _TEXTS[event.news]
    words = f"\n{row.words}\n" if row.words else ""
    return Mail(
        to=row.email,
        subject=subject.render(locale, place=place),
        text=text.render(locale, place=place, words=words),
        locale=locale,
        reference=f"application.{row.public_id}.{event.news}.{event.account_id}",
    )
