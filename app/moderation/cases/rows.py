"""From the rows of ``queries`` to what those who handle cases are shown."""

import uuid
from typing import Any

from sqlalchemy import Row

from app.ideas.rows import author_card
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility
from app.moderation.cases.schemas import CaseReport, CaseSummary, CaseTarget, EarlierCase, Handler


def case_fields(row: Row[Any]) -> dict[str, Any]:
    """The fields of :class:`CaseSummary`."""
    return {
        "id": row.public_id,
        "state": row.state,
        "origin": row.origin,
        "target": _target(row),
        "weight": row.weight,
        "report_count": row.report_count,
        "opened_at": row.opened_at,
        "claimed_by": _person(row.claimer_public_id, row.claimer_name, row.claimer_status),
        "claimed_at": row.claimed_at,
        "outcome": row.outcome,
        "closed_by": _person(row.closer_public_id, row.closer_name, row.closer_status),
        "closed_at": row.closed_at,
    }


def case_summary(row: Row[Any]) -> CaseSummary:
    """A case as the queue shows it."""
    return CaseSummary(**case_fields(row))


def case_report(row: Row[Any]) -> CaseReport:
    """A report with who made it."""
    return CaseReport(
        id=row.public_id,
        reporter=_shown(row.reporter_public_id, row.reporter_name, row.reporter_status),
        reason=row.reason,
        words=row.words,
        created_at=row.created_at,
    )


def earlier_case(row: Row[Any]) -> EarlierCase:
    """An earlier case about the same target."""
    return EarlierCase(id=row.public_id, outcome=row.outcome, opened_at=row.opened_at, closed_at=row.closed_at)


def is_restricted(row: Row[Any]) -> bool:
    """Whether what the case is about is for named people: it is opened apart, and that is recorded."""
    return row.visibility is Visibility.NAMED


def _target(row: Row[Any]) -> CaseTarget:
    return CaseTarget(
        idea_id=row.idea_public_id,
        comment_id=row.comment_public_id,
        mini_cluster_id=row.mini_cluster_public_id,
        consortium_id=row.consortium_public_id,
        author=author_card(row),
        visibility=row.visibility,
        idea_status=row.idea_status,
        title="" if is_restricted(row) else row.title,
        is_deleted=row.deleted_at is not None,
        is_hidden=row.hidden_at is not None,
    )


def _person(public_id: uuid.UUID | None, name: str, status: AccountStatus | str) -> Handler | None:
    return None if public_id is None else _shown(public_id, name, status)


def _shown(public_id: uuid.UUID, name: str, status: AccountStatus | str) -> Handler:
    return Handler(id=public_id, name="" if status == AccountStatus.ERASED else name)
