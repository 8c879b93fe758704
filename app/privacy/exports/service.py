"""Asking for an export, showing it, and handing it out."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.errors import IdTaken, NotFound
from app.identity.accounts.queries import Reader
from app.identity.actor import Actor
from app.identity.throttles import EXPORTS_PER_ACCOUNT, throttles
from app.models import DataExport
from app.models.upsert import insert_for
from app.outbox import events as outbox
from app.privacy.exports import schemas
from app.privacy.exports.errors import DownloadExpired
from app.privacy.exports.events import DataExportRequested
from app.privacy.exports.links import is_signature, link_to

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
_SHOWN_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Exports:
    """The exports of one person, with what links to them need of the process."""

    actor: Actor
    signing_key: bytes
    public_url: str | None

    async def request(self, session: AsyncSession, public_id: uuid.UUID) -> schemas.DataExport:
        """Have a copy made; the same id again gives the same one.

        :raises IdTaken: the id is somebody else's.
        :raises TooManyTries: enough were asked for today.
        """
        if not await self._is_mine(session, public_id):
            limits = throttles(self.signing_key, [(EXPORTS_PER_ACCOUNT, str(self.actor.account_id))])
            await limits.count(session)
            new = insert_for(session, DataExport).values(public_id=public_id, account_id=self.actor.account_id)
            added = new.on_conflict_do_nothing(index_elements=["public_id"]).returning(DataExport.id)
            export_id = await session.scalar(added)
            if export_id is None:  # the same request, sent twice at once, was first on another connection
                await self._is_mine(session, public_id)
            else:
                await outbox.append(session, DataExportRequested(export_id=export_id))
                log.info("data_export.requested", account_id=self.actor.account_id, export_id=export_id)
        return await self.show(session, public_id)

    async def show(self, reader: Reader, public_id: uuid.UUID) -> schemas.DataExport:
        """One export.

        :raises NotFound: there is none, or it is somebody else's.
        """
        row = (await reader.execute(self._mine().where(DataExport.public_id == public_id))).one_or_none()
        if row is None:
            raise NotFound
        return self._shown(row)

    async def list_all(self, connection: AsyncConnection) -> schemas.DataExports:
        """All that are kept."""
        statement = self._mine().order_by(DataExport.id.desc()).limit(literal_column(str(_SHOWN_AT_MOST)))
        return schemas.DataExports(items=[self._shown(row) for row in await connection.execute(statement)])

    def _mine(self) -> Select[*tuple[Any, ...]]:
        return select(DataExport.public_id, DataExport.requested_at, DataExport.ready_at, DataExport.size).where(
            DataExport.account_id == self.actor.account_id
        )

    async def _is_mine(self, session: AsyncSession, public_id: uuid.UUID) -> bool:
        owner = await session.scalar(select(DataExport.account_id).where(DataExport.public_id == public_id))
        if owner is not None and owner != self.actor.account_id:
            raise IdTaken
        return owner is not None

    def _shown(self, row: Row[*tuple[Any, ...]]) -> schemas.DataExport:
        link = link_to(self.public_url, self.signing_key, row.public_id, now()) if row.ready_at else None
        return schemas.DataExport(
            id=row.public_id,
            requested_at=row.requested_at,
            ready_at=row.ready_at,
            kept_until=row.requested_at + KEPT,
            size=row.size,
            download_url=link,
        )


async def fetch_archive(
    connection: AsyncConnection, signing_key: bytes, public_id: uuid.UUID, expires_at: int, signature: str
) -> bytes:
    """The archive a link leads to.

    :raises NotFound: we gave no such link, or the archive is deleted.
    :raises DownloadExpired: the time of the link is over.
    """
    if not is_signature(signature, signing_key, public_id, expires_at):
        raise NotFound
    if now().timestamp() >= expires_at:
        raise DownloadExpired
    statement = select(DataExport.content).where(DataExport.public_id == public_id, DataExport.content.is_not(None))
    content: bytes | None = (await connection.execute(statement)).scalar_one_or_none()
    if content is None:
        raise NotFound
    return content
