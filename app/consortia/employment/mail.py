"""Mails about changes of employers: to those who confirm one while it waits, to the person once it is decided."""

from typing import Any

import structlog
from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.employment.events import EmployerChangeMailDue, EmployerChangeWaiting
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Account, CoordinatorRole, EmployerChange, Membership, MiniCluster
from app.models.accounts import AccountStatus
from app.models.applications import ApplicationState
from app.models.memberships import MemberRole
from app.outbox import events as outbox
from app.outbox.subscriptions import Occurrence

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] 회원의 소속 변경 확인", "Idea Storage: a member's new employer")
_TEXT = Text(
    "한 회원이 소속이 바뀌었다고 알렸습니다.\n앱의 소속 변경 목록에서 확인하고 승인하거나 반려해 주세요.\n",
    "A member says that he or she works elsewhere now.\nLook at the changes of employers in the app, and accept or"
    " decline.\n",
)
_OUTCOME_SUBJECT = Text("[아이디어 저장소] 소속 변경 결과", "Idea Storage: your change of employer")
_OUTCOMES = {
    ApplicationState.ADMITTED: Text(
        "알려 주신 소속 변경이 확인되었습니다. 이전에 쓰신 글에는 그때의 소속이 그대로 보입니다.\n{words}",
        "Your change of employer was confirmed. What you wrote before keeps the employer of its day.\n{words}",
    ),
    ApplicationState.DECLINED: Text(
        "알려 주신 소속 변경이 확인되지 않았습니다.\n{words}\n다시 알려 주실 수 있습니다.\n",
        "Your change of employer was not confirmed.\n{words}\nYou may say so again.\n",
    ),
}


async def tell_who_confirms(session: AsyncSession, occurrence: Occurrence[EmployerChangeWaiting]) -> None:
    """Have a mail sent to the managers of the person's mini-clusters; where there is none, to the coordinators."""
    change = await session.get(EmployerChange, occurrence.event.change_id)
    if change is None or change.state is not ApplicationState.OPEN:
        return
    managers = (await session.scalars(_managers(change.account_id))).all()
    for account_id in managers or (await session.scalars(_coordinators(change.account_id))).all():
        mail = EmployerChangeMailDue(change_id=change.id, account_id=account_id, is_decided=False)
        await outbox.append(session, mail)


def _places(account_id: int) -> Select[int]:
    return select(Membership.mini_cluster_id).where(Membership.account_id == account_id, Membership.ended_at.is_(None))


def _managers(account_id: int) -> Select[int]:
    return (
        select(Membership.account_id)
        .where(
            Membership.mini_cluster_id.in_(_places(account_id)),
            Membership.role == MemberRole.MANAGER,
            Membership.ended_at.is_(None),
            Membership.account_id != account_id,
        )
        .distinct()
        .order_by(Membership.account_id)
    )


def _coordinators(account_id: int) -> Select[int]:
    return (
        select(CoordinatorRole.account_id)
        .join(MiniCluster, MiniCluster.consortium_id == CoordinatorRole.consortium_id)
        .where(
            MiniCluster.id.in_(_places(account_id)),
            CoordinatorRole.ended_at.is_(None),
            CoordinatorRole.account_id != account_id,
        )
        .distinct()
        .order_by(CoordinatorRole.account_id)
    )


class EmployerChangeMailSender:
    """Handles :class:`EmployerChangeMailDue`."""

    def __init__(self, database: Database, mail: MailTransport) -> None:
        self._database = database
        self._mail = mail

    async def send_change_mail(self, event: EmployerChangeMailDue) -> None:
        """Send the mail in the person's language; none where there is nothing more to tell.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event)
        if row is None:
            log.info("employer_change.mail_skipped", change_id=event.change_id)
            return
        try:
            await self._mail.send(_mail_of(event, row))
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("employer_change.mail_refused", change_id=event.change_id, code=error.code)
            return
        log.info("employer_change.mailed", change_id=event.change_id)

    async def _load(self, event: EmployerChangeMailDue) -> Row[Any] | None:
        still = EmployerChange.state == ApplicationState.OPEN
        if event.is_decided:
            still = EmployerChange.state.in_(list(_OUTCOMES))
        statement = (
            select(Account.email, Account.locale)
            .add_columns(EmployerChange.public_id, EmployerChange.state, EmployerChange.words)
            .select_from(EmployerChange)
            .join(Account, Account.id == event.account_id)
            .where(
                EmployerChange.id == event.change_id,
                still,
                Account.status == AccountStatus.ACTIVE,
                Account.email.is_not(None),
            )
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()


def _mail_of(event: EmployerChangeMailDue, row: Row[Any]) -> Mail:
    locale = Locale(row.locale)
    subject, text = (
        (_OUTCOME_SUBJECT, _OUTCOMES[ApplicationState(row.state)]) if event.is_decided else (_SUBJECT, _TEXT)
    )
    words = f"\n{row.words}\n" if row.words else ""
    return Mail(
        to=row.email,
        subject=subject.render(locale),
        text=text.render(locale, words=words),
        locale=locale,
        reference=f"employer-change.{row.public_id}.{int(event.is_decided)}.{event.account_id}",
    )
