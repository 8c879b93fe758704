"""The members of a mini-cluster as a spreadsheet, for those who keep it."""

import asyncio
import csv
import io
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import Row, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.audit.access import Access, AccessLog
from app.consortia.queries import locate_mini_cluster
from app.consortia.roster.columns import TITLES, Column
from app.consortia.roster.policy import may_keep_roster
from app.consortia.roster.schemas import ExportFormat
from app.core.errors import Forbidden
from app.core.localisation import Locale, Text
from app.identity.actor import Actor
from app.models import Account, Affiliation, Membership, Organisation
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind

MAX_MEMBERS = 20_000
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_ROLE, _SINCE = Text("역할", "Role"), Text("가입일", "Member since")
_ROLES = {
    MemberRole.MEMBER: Text("회원", "member"),
    MemberRole.CHAIR: Text("회장", "chair"),
    MemberRole.VICE_CHAIR: Text("부회장", "vice chair"),
    MemberRole.SECRETARY: Text("총무", "secretary"),
    MemberRole.MANAGER: Text("매니저", "manager"),
}
_KINDS = {
    OrganisationKind.COMPANY: Text("기업", "company"),
    OrganisationKind.UNIVERSITY: Text("대학", "university"),
    OrganisationKind.INSTITUTE: Text("연구소", "institute"),
    OrganisationKind.LOCAL_GOVERNMENT: Text("지자체", "local government"),
    OrganisationKind.SUPPORT: Text("지원기관", "support"),
}
Table = Iterable[Sequence[str]]


async def export_members(
    connection: AsyncConnection, actor: Actor, accesses: AccessLog, mini_cluster_id: uuid.UUID, format_: ExportFormat
) -> bytes:
    """A file that can be read again as a roster. It holds addresses, so the reading is noted first.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    """
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_keep_roster(actor, place.id, place.consortium_id):
        raise Forbidden
    await accesses.note(Access("members.exported", "mini_cluster", place.id, consortium_id=place.consortium_id))
    rows = (await connection.execute(_select(place.id))).all()
    table = [_heads(actor.locale), *(_cells(row, actor.locale) for row in rows)]
    write = csv_of if format_ is ExportFormat.CSV else xlsx_of
    return await asyncio.to_thread(write, table)


def csv_of(table: Table) -> bytes:
    """UTF-8 with a mark, as Excel wants it; what a spreadsheet would take for a formula is marked as a text."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([_defused(cell) for cell in row] for row in table)
    return file.getvalue().encode("utf-8-sig")


def xlsx_of(table: Table) -> bytes:
    """Every cell a text, whatever it begins with."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in table:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _heads(locale: Locale) -> list[str]:
    columns = (Column.NAME, Column.EMAIL, Column.ORGANISATION, Column.KIND, Column.BUSINESS_NUMBER, Column.POSITION)
    return [text.render(locale) for text in (*(TITLES[column] for column in columns), _ROLE, _SINCE)]


def _cells(row: Row[Any], locale: Locale) -> list[str]:
    kind = _KINDS[row.kind].render(locale) if row.kind else ""
    since = row.started_at.date().isoformat()
    texts = (row.name, row.email, row.organisation, kind, row.business_number, row.position)
    return [*(text or "" for text in texts), _ROLES[row.role].render(locale), since]


def _select(mini_cluster_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.name,
            Account.email,
            Organisation.name.label("organisation"),
            Organisation.kind.label("kind"),
            Organisation.business_number,
            Affiliation.position,
            Membership.role,
            Membership.started_at,
        )
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            Membership.mini_cluster_id == mini_cluster_id,
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.name, Account.id)
        .limit(literal_column(str(MAX_MEMBERS)))
    )
