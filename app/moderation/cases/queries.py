"""The selects of cases. Which of them an actor handles is decided in :mod:`app.ideas.handling`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from app.ideas.handling import TARGET_AUTHOR_ID
from app.ideas.queries import card_columns
from app.models import Account, Affiliation, Case, Comment, Consortium, Idea, MiniCluster, Organisation, Report
from app.models.ideas import IdeaStatus
from app.models.moderation import CaseOutcome

Reader = AsyncConnection | AsyncSession

REPORTS_SHOWN = 100
EARLIER_SHOWN = 20

_CLAIMER = Account.__table__.alias("claimer")
_CLOSER = Account.__table__.alias("closer")


def select_cases(*more: Any) -> Select[Any]:
    """Cases with what they are about and who works on them; to be narrowed by the caller."""
    affiliation_id = func.coalesce(Comment.affiliation_id, Idea.affiliation_id)
    source = (
        Case.__table__.join(Idea, Idea.id == Case.idea_id)
        .join(MiniCluster, MiniCluster.id == Idea.mini_cluster_id)
        .join(Consortium, Consortium.id == Idea.consortium_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .join(Account, Account.id == TARGET_AUTHOR_ID)
        .outerjoin(Affiliation, Affiliation.id == affiliation_id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .outerjoin(_CLAIMER, _CLAIMER.c.id == Case.claimed_by_id)
        .outerjoin(_CLOSER, _CLOSER.c.id == Case.closed_by_id)
    )
    return select(*_columns(), *more).select_from(source)


def _columns() -> list[Any]:
    return [
        Case.id,
        Case.public_id,
        Case.idea_id,
        Case.comment_id,
        Case.state,
        Case.origin,
        Case.weight,
        Case.report_count,
        Case.opened_at,
        Case.claimed_by_id,
        Case.claimed_at,
        Case.outcome,
        Case.closed_at,
        Case.closing_words,
        TARGET_AUTHOR_ID.label("author_id"),
        Idea.public_id.label("idea_public_id"),
        Idea.title,
        Idea.visibility,
        Idea.status.label("idea_status"),
        Idea.consortium_id,
        MiniCluster.public_id.label("mini_cluster_public_id"),
        Consortium.public_id.label("consortium_public_id"),
        Comment.public_id.label("comment_public_id"),
        Comment.deleted_at,
        Comment.hidden_at,
        _CLAIMER.c.public_id.label("claimer_public_id"),
        _CLAIMER.c.name.label("claimer_name"),
        _CLAIMER.c.status.label("claimer_status"),
        _CLOSER.c.public_id.label("closer_public_id"),
        _CLOSER.c.name.label("closer_name"),
        _CLOSER.c.status.label("closer_status"),
        *card_columns(),
    ]


async def find_reports(connection: Reader, case_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The reports of a case with who made them, the oldest first."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Report.public_id,
            Report.reason,
            Report.words,
            Report.created_at,
            Account.public_id.label("reporter_public_id"),
            Account.name.label("reporter_name"),
            Account.status.label("reporter_status"),
        )
        .join(Account, Account.id == Report.reporter_id)
        .where(Report.case_id == case_id)
        .order_by(Report.id)
        .limit(literal_column(str(REPORTS_SHOWN)))
    )
    return (await connection.execute(statement)).all()


async def find_earlier(connection: Reader, case: Row[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Earlier cases about the same target, the latest first."""
    same = (
        (Case.idea_id == case.idea_id) & Case.comment_id.is_(None)
        if case.comment_id is None
        else Case.comment_id == case.comment_id
    )
    statement: Select[*tuple[Any, ...]] = (
        select(Case.public_id, Case.outcome, Case.opened_at, Case.closed_at)
        .where(same, Case.id < case.id)
        .order_by(Case.id.desc())
        .limit(literal_column(str(EARLIER_SHOWN)))
    )
    return (await connection.execute(statement)).all()


async def count_history(connection: Reader, author_id: int, consortium_id: int) -> Row[*tuple[Any, ...]]:
    """What an author did in a consortium: ``ideas``, ``comments``, ``cases`` and ``cases_acted``."""
    idea, comment, about = aliased(Idea), aliased(Comment), aliased(Comment)
    ideas = select(func.count()).where(
        idea.author_id == author_id, idea.consortium_id == consortium_id, idea.status != IdeaStatus.DRAFT
    )
    home = aliased(Idea)
    comments = (
        select(func.count())
        .select_from(comment)
        .join(home, home.id == comment.idea_id)
        .where(comment.author_id == author_id, comment.deleted_at.is_(None), home.consortium_id == consortium_id)
    )
    subject = aliased(Idea)
    cases = (
        select(func.count())
        .select_from(Case)
        .join(subject, subject.id == Case.idea_id)
        .outerjoin(about, about.id == Case.comment_id)
        .where(func.coalesce(about.author_id, subject.author_id) == author_id, subject.consortium_id == consortium_id)
    )
    statement: Select[*tuple[Any, ...]] = select(
        ideas.scalar_subquery().label("ideas"),
        comments.scalar_subquery().label("comments"),
        cases.scalar_subquery().label("cases"),
        cases.where(Case.outcome == CaseOutcome.ACTED).scalar_subquery().label("cases_acted"),
    )
    return (await connection.execute(statement)).one()
