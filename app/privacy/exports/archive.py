"""Making the archive: every section read on a reading connection, written as JSON, zipped."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import orjson
import structlog
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.identity.notices.events import Notice, tell
from app.models import Account, DataExport
from app.models.accounts import AccountStatus
from app.privacy.exports.events import DataExportRequested
from app.privacy.exports.sections import sections

log = structlog.get_logger(__name__)

Rows = list[dict[str, Any]]

_README = """\
아이디어 저장소에서 내려받은 내 데이터입니다. 파일마다 한 종류의 데이터가 JSON으로 들어 있고, 시각은 UTC입니다.
다른 사람이 쓴 것으로는 나에게 알린 사유와 답변만 이름 없이 들어 있고, 비밀번호와 인증 정보는 들어 있지 않습니다.

My data, downloaded from Idea Storage. Each file holds one kind of data as JSON; times are in UTC.
Of what others wrote it holds the reasons and answers that were given to me, without their names; no password and no
credentials.
"""


class DataExportBuilder:
    """Handles :class:`DataExportRequested`. Nothing is locked while it reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def build(self, event: DataExportRequested) -> None:
        """Make the archive, unless it was made, or the person is gone. Making it twice is harmless."""
        account_id = await self._waiting(event.export_id)
        if account_id is None:
            log.info("data_export.skipped", export_id=event.export_id)
            return
        content = await anyio.to_thread.run_sync(zipped, await self._read(account_id))
        async with self._database.write() as session:
            made = (
                update(DataExport)
                .where(DataExport.id == event.export_id, DataExport.ready_at.is_(None))
                .values(ready_at=now(), size=len(content), content=content)
                .returning(DataExport.id)
                .execution_options(synchronize_session=False)
            )
            if await session.scalar(made) is None:
                return
            await tell(session, account_id, Notice.EXPORT_READY)
        log.info("data_export.made", account_id=account_id, export_id=event.export_id, size=len(content))

    async def _waiting(self, export_id: int) -> int | None:
        statement = (
            select(DataExport.account_id)
            .join(Account, Account.id == DataExport.account_id)
            .where(DataExport.id == export_id, DataExport.ready_at.is_(None), Account.status != AccountStatus.ERASED)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def _read(self, account_id: int) -> dict[str, Rows]:
        async with self._database.read() as connection:
            return {
                name: [dict(row._mapping) for row in await connection.execute(statement)]  # noqa: SLF001 - public
                for name, statement in sections(account_id).items()
            }


def zipped(content: Mapping[str, Rows]) -> bytes:
    """The archive of these sections; empty ones are left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        for name, rows in content.items():
            if rows:
                archive.writestr(f"{name}.json", orjson.dumps(rows, default=str, option=orjson.OPT_INDENT_2))
    return buffer.getvalue()
