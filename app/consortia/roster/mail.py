"""Mailing invitations to people of a roster, and noting what the mail server refuses."""

from typing import Any

import structlog
from sqlalchemy import Row, select, update

from app.consortia.invitations.links import invitation_link
from app.consortia.invitations.service import INVITATION_LIFE
from app.consortia.roster.events import RosterMailDue
from app.consortia.roster.secrets import mailed_token
from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale, Text
from app.core.settings import Settings
from app.core.tokens import token_digest
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import Invitation, MiniCluster, RosterRow
from app.models.rosters import RosterState

log = structlog.get_logger(__name__)

_SUBJECT = Text("[아이디어 저장소] {name} 님, {place}에 초대합니다", "Idea Storage: {name}, you are invited to {place}")
_TEXT = Text(
    "{name} 님께\n\n‘{place}’ 미니클러스터의 회원 명부에 따라 아이디어 저장소에 초대합니다.\n"
    "{hours}시간 안에 휴대전화에서 아래 주소를 열어 주세요. 한 번만 쓸 수 있습니다.\n\n    {link}\n\n"
    "{shared}다른 사람에게 전달하지 마세요. 기한이 지나면 미니클러스터 매니저에게 다시 요청하실 수 있습니다.\n",
    'Dear {name},\n\nas a member of the mini-cluster "{place}" you are invited to Idea Storage.\n'
    "Open this address on your phone within {hours} hours. It works once.\n\n    {link}\n\n"
    "{shared}Pass it on to nobody. Once it has expired, the manager of the mini-cluster can send another one.\n",
)
_SHARED = Text(
    "여러 분이 함께 쓰는 주소로 보냈습니다. {name} 님만 여시고, 가입할 때는 본인만 보는 주소를 적거나 비워 두세요.\n",
    "It was sent to an address that several people share: it is for {name} only, who should join with an address of"
    " his or her own, or with none.\n",
)


class RosterMailSender:
    """Handles :class:`RosterMailDue`. The secret is computed anew: neither event nor database holds it."""

    def __init__(self, database: Database, mail: MailTransport, settings: Settings) -> None:
        self._database = database
        self._mail = mail
        self._settings = settings

    async def send_invitation(self, event: RosterMailDue) -> None:
        """Send the mail; none for an invitation that is no longer the one to use.

        :raises MailDelayed: try again later.
        """
        row = await self._load(event)
        token = mailed_token(self._settings.signing_key, row.public_id) if row is not None else ""
        if row is None or token_digest(token) != row.token_digest:  # or it was made under another key
            log.info("roster.mail_skipped", row_id=event.row_id)
            return
        try:
            await self._mail.send(self._mail_for(row, token))
        except MailRefused as error:
            await self._note_bounce(event, error.code)
            log.warning("roster.mail_refused", row_id=event.row_id, code=error.code)
            return
        log.info("roster.mailed", row_id=event.row_id)

    def _mail_for(self, row: Row[Any], token: str) -> Mail:
        locale = self._settings.default_locale
        place = row.name_ko if locale is Locale.KOREAN else row.name_en
        shared = _SHARED.render(locale, name=row.name) if row.is_shared_address else ""
        text = _TEXT.render(
            locale,
            name=row.name,
            place=place,
            hours=int(INVITATION_LIFE.total_seconds() // 3600),
            link=invitation_link(self._settings.public_url or _address_of(self._settings), token),
            shared=shared,
        )
        return Mail(
            to=row.email,
            subject=_SUBJECT.render(locale, name=row.name, place=place),
            text=text,
            locale=locale,
            reference=f"roster-invitation.{row.public_id}",
        )

    async def _load(self, event: RosterMailDue) -> Row[Any] | None:
        statement = (
            select(Invitation.public_id, Invitation.token_digest, RosterRow.email, RosterRow.name)
            .add_columns(RosterRow.is_shared_address, MiniCluster.name_ko, MiniCluster.name_en)
            .join(RosterRow, RosterRow.invitation_id == Invitation.id)
            .join(MiniCluster, MiniCluster.id == RosterRow.mini_cluster_id)
            .where(
                Invitation.id == event.invitation_id,
                RosterRow.id == event.row_id,
                RosterRow.email.is_not(None),
                RosterRow.left_at.is_(None),
                Invitation.used_at.is_(None),
                Invitation.revoked_at.is_(None),
                Invitation.expires_at > now(),
            )
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def _note_bounce(self, event: RosterMailDue, code: str) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(RosterRow)
                .where(
                    RosterRow.id == event.row_id,
                    RosterRow.invitation_id == event.invitation_id,
                    RosterRow.state == RosterState.INVITED,
                )
                .values(state=RosterState.BOUNCED, bounce_code=code[:40])
            )


def _address_of(settings: Settings) -> str:
    """Where the API listens: good for an installation that was given no address yet."""
    return f"http://{settings.host}:{settings.port}"
