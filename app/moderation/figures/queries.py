"""Counting what was done by month, and reading the acts of a month."""

import csv
import io
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.audit.access import Access, AccessLog
from app.core.clock import now
from app.core.errors import Forbidden
from app.identity.actor import Actor
from app.models import Appeal, Case, Idea, ModerationAct
from app.models.moderation import ActKind, AppealState
from app.moderation.acts.reading import act_view, moderated_by, select_acts
from app.moderation.acts.schemas import Act
from app.moderation.figures.months import Month, latest_months, month_named
from app.moderation.figures.schemas import ModerationFigures, ModerationMonth
from app.moderation.rules.service import locate_consortium

Counts = Counter[tuple[int, str]]
"""By the number of a month, the latest first, and the name of a field."""

_MONTHS = 12
_ROWS_AT_MOST = 20_000
_COLUMNS = ("id", "kind", "idea_id", "comment_id", "subject", "actor", "words", "rule", "before", "after", "until",
            "created_at", "undone_at", "undone_by", "undo_words")  # fmt: skip
_FIELD_OF = {
    ActKind.HIDE: "hidden",
    ActKind.LOCK: "locked",
    ActKind.PIN: "pinned",
    ActKind.RETAG: "retagged",
    ActKind.MERGE: "merged",
    ActKind.WARN: "warned",
    ActKind.SUSPEND: "suspended",
}


async def count_by_month(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> ModerationFigures:
    """How much was moderated in a consortium, for everybody who belongs to it. Three statements.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not belong to it.
    """
    place = await locate_consortium(connection, public_id)
    if not (actor.is_operator or place in actor.consortium_ids):
        raise Forbidden
    months = latest_months(now(), _MONTHS)
    counts = await _count_acts(connection, place, months)
    counts += await _count_cases(connection, place, months)
    counts += await _count_appeals(connection, place, months)
    fields = [name for name in ModerationMonth.model_fields if name != "month"]
    return ModerationFigures(
        months=[
            ModerationMonth(month=month.name, **{field: counts[number, field] for field in fields})
            for number, month in enumerate(months)
        ]
    )


async def _count_acts(connection: AsyncConnection, place: int, months: Sequence[Month]) -> Counts:
    number = _number_of(ModerationAct.created_at, months)
    statement = (
        select(number, ModerationAct.kind, func.count(), func.count(ModerationAct.undone_at))
        .where(ModerationAct.consortium_id == place, ModerationAct.created_at >= months[-1].begins)
        .where(ModerationAct.kind.in_(_FIELD_OF))
        .group_by(number, ModerationAct.kind)
    )
    counts: Counts = Counter()
    for month, kind, total, undone in await connection.execute(statement):
        counts[month, _FIELD_OF[kind]] += total
        counts[month, "undone"] += undone
    return counts


async def _count_cases(connection: AsyncConnection, place: int, months: Sequence[Month]) -> Counts:
    number = _number_of(Case.opened_at, months)
    statement = (
        select(number, func.count())
        .join(Idea, Idea.id == Case.idea_id)
        .where(Idea.consortium_id == place, Case.opened_at >= months[-1].begins)
        .group_by(number)
    )
    return Counter({(month, "cases"): total for month, total in await connection.execute(statement)})


async def _count_appeals(connection: AsyncConnection, place: int, months: Sequence[Month]) -> Counts:
    number = _number_of(ModerationAct.created_at, months)
    granted = func.count(case((Appeal.state == AppealState.GRANTED, 1)))
    statement = (
        select(number, func.count(), granted)
        .join(ModerationAct, ModerationAct.id == Appeal.act_id)
        .where(ModerationAct.consortium_id == place, ModerationAct.created_at >= months[-1].begins)
        .group_by(number)
    )
    counts: Counts = Counter()
    for month, total, won in await connection.execute(statement):
        counts[month, "appeals"] += total
        counts[month, "appeals_granted"] += won
    return counts


async def acts_as_csv(
    connection: AsyncConnection, actor: Actor, accesses: AccessLog, public_id: uuid.UUID, month: str
) -> str:
    """The acts of a month in a consortium, the oldest first, as CSV that spreadsheets take as text.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    :raises Invalid: the month is none.
    """
    place = await locate_consortium(connection, public_id)
    if not (actor.is_operator or place in actor.coordinated_consortium_ids):
        raise Forbidden
    stretch = month_named(month)
    await accesses.note(Access("acts.exported", "consortium", place, consortium_id=place))
    statement = (
        select_acts()
        .where(ModerationAct.consortium_id == place, moderated_by(actor))
        .where(ModerationAct.created_at >= stretch.begins, ModerationAct.created_at < stretch.ends)
        .order_by(ModerationAct.id)
        .limit(literal_column(str(_ROWS_AT_MOST)))
    )
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(_COLUMNS)
    for row in (await connection.execute(statement)).all():
        sheet.writerow([_safe(cell) for cell in _cells(act_view(row))])
    return "\ufeff" + written.getvalue()


def _number_of(moment: Any, months: Sequence[Month]) -> ColumnElement[int]:
    """Which of the months, the latest first, a moment lies in."""
    return case(*((moment >= month.begins, number) for number, month in enumerate(months)))


def _cells(act: Act) -> list[object]:
    return [
        act.id,
        act.kind,
        act.idea_id,
        act.comment_id,
        act.subject.name,
        act.actor and act.actor.name,
        act.words,
        f"{act.rules_version}.{act.rule_number}" if act.rule_number else None,
        ", ".join(act.tags_before or []),
        ", ".join(act.tags_after or []),
        act.until and act.until.isoformat(),
        act.created_at.isoformat(),
        act.undone_at and act.undone_at.isoformat(),
        act.undone_by and act.undone_by.name,
        act.undo_words,
    ]


def _safe(cell: object) -> str:
    """A spreadsheet must not take a text for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
