"""Mailing a digest: what the person has not read, as far as he still sees it and wants it there."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

import structlog
from sqlalchemy import ColumnElement, Row, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database import Database
from app.core.localisation import Locale
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.mail.transport import Mail, MailRefused, MailTransport
from app.models import (
    Account,
    Announcement,
    Digest,
    Idea,
    InboxItem,
    MiniCluster,
    MiniClusterNotificationSettings,
    NotificationSettings,
)
from app.models.notifications import DigestRhythm
from app.notifications.channels import Choices, general_choices
from app.notifications.digest_texts import Told, digest_text
from app.notifications.events import DigestDue
from app.notifications.shown import SHOWN, items_with_subjects, shown_binds
from app.notifications.unsubscribing import unsubscribe_token

log = structlog.get_logger(__name__)

_ITEMS_READ: ColumnElement[int] = literal_column("200")


class DigestSender:
    """Handles :class:`DigestDue`."""

    def __init__(self, database: Database, mail: MailTransport, signing_key: bytes, public_url: str | None) -> None:
        """``public_url`` is where the API is reached: without it a mail can't be unsubscribed from by one click."""
        self._database = database
        self._mail = mail
        self._signing_key = signing_key
        self._public_url = public_url

    async def send_digest(self, event: DigestDue) -> None:
        """Send the mail, if there is still something to tell. Sent twice, it has the same Message-ID.

        :raises MailDelayed: try again later.
        """
        mail = await self._compose(event)
        if mail is None:
            log.info("digest.skipped", account_id=event.account_id)
            return
        try:
            await self._mail.send(mail)
        except MailRefused as error:  # the mailbox does not exist: sending again is of no use
            log.warning("digest.refused", account_id=event.account_id, code=error.code)
            return
        log.info("digest.mailed", account_id=event.account_id)

    async def _compose(self, event: DigestDue) -> Mail | None:
        async with self._database.read() as connection:
            actor = await load_actor(connection, event.account_id)
            person = await _load_person(connection, event.account_id)
            if actor is None or person is None or person.rhythm is DigestRhythm.OFF:
                return None
            told = await _unread(connection, actor, event, person)
        if not told:
            return None
        locale = Locale(person.locale)
        unsubscribe_url = self._unsubscribe_url(person)
        subject, text = digest_text(told, locale, person.rhythm or DigestRhythm.WEEKLY, unsubscribe_url)
        return Mail(
            to=person.email,
            subject=subject,
            text=text,
            locale=locale,
            reference=f"digest.{person.public_id}.{event.up_to_item_id}",
            unsubscribe_url=unsubscribe_url,
        )

    def _unsubscribe_url(self, person: Row[Any]) -> str | None:
        if self._public_url is None:
            return None
        token = unsubscribe_token(self._signing_key, person.public_id)
        return urljoin(self._public_url.rstrip("/") + "/", f"unsubscribe/{token}")


async def _load_person(connection: AsyncConnection, account_id: int) -> Row[Any] | None:
    columns: Sequence[Any] = [
        Account.public_id,
        Account.email,
        Account.locale,
        Digest.rhythm,
        NotificationSettings.choices,
        NotificationSettings.without_inbox,
        NotificationSettings.without_push,
        NotificationSettings.hides_content,
    ]
    statement = (
        select(*columns)
        .select_from(Account)
        .outerjoin(Digest, Digest.account_id == Account.id)
        .outerjoin(NotificationSettings, NotificationSettings.account_id == Account.id)
        .where(Account.id == account_id, Account.email.is_not(None))
    )
    return (await connection.execute(statement)).one_or_none()


async def _unread(connection: AsyncConnection, actor: Actor, event: DigestDue, person: Row[Any]) -> list[Told]:
    """What is to be told, the newest first."""
    place = func.coalesce(Idea.mini_cluster_id, Announcement.mini_cluster_id)
    chosen_here = MiniClusterNotificationSettings
    columns: Sequence[Any] = [
        InboxItem.reason,
        func.coalesce(Idea.title, Announcement.title).label("title"),
        Idea.visibility,
        MiniCluster.name_ko,
        MiniCluster.name_en,
        chosen_here.choices,
    ]
    statement = (
        select(*columns)
        .select_from(
            items_with_subjects()
            .outerjoin(Announcement, Announcement.id == InboxItem.announcement_id)
            .outerjoin(MiniCluster, MiniCluster.id == place)
            .outerjoin(
                chosen_here,
                (chosen_here.account_id == actor.account_id) & (chosen_here.mini_cluster_id == MiniCluster.id),
            )
        )
        .where(
            InboxItem.account_id == actor.account_id,
            InboxItem.id > event.after_item_id,
            InboxItem.id <= event.up_to_item_id,
            InboxItem.read_at.is_(None),
            SHOWN,
        )
        .order_by(InboxItem.id.desc())
        .limit(_ITEMS_READ)
    )
    general = general_choices(person)
    rows = (await connection.execute(statement, shown_binds(actor))).all()
    return [Told.of(row, hides_content=bool(person.hides_content)) for row in rows if _is_wanted(row, general)]


def _is_wanted(row: Row[Any], general: Choices) -> bool:
    return general.narrowed(row.choices).digest(row.reason)
