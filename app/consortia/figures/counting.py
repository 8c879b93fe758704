"""Counting a place for a period. A few statements, none of which takes a lock."""

from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, distinct, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.figures.periods import Period
from app.models import Account, Affiliation, Comment, Idea, Membership, MiniCluster, Organisation, Vote
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus
from app.models.organisations import OrganisationKind

_FIELD_OF = {
    OrganisationKind.COMPANY: "companies",
    OrganisationKind.UNIVERSITY: "universities",
    OrganisationKind.INSTITUTE: "institutes",
    OrganisationKind.LOCAL_GOVERNMENT: "local_governments",
    OrganisationKind.SUPPORT: "support_organisations",
}


class Scope(NamedTuple):
    """What is counted: a mini-cluster, or all of a consortium."""

    consortium_id: int
    mini_cluster_id: int | None

    def has(self, consortium_id: Any, mini_cluster_id: Any) -> ColumnElement[bool]:
        """The condition on what stands in a place."""
        if self.mini_cluster_id is not None:
            return mini_cluster_id == self.mini_cluster_id  # type: ignore[no-any-return]
        return consortium_id == self.consortium_id  # type: ignore[no-any-return]


async def count(connection: AsyncConnection, scope: Scope, period: Period) -> dict[str, int | None]:
    """The figures of a place, by their names."""
    return {
        **await _count_people(connection, scope),
        **await _count_states(connection, scope),
        **await _count_activity(connection, scope, period),
        "response_minutes": await _response_minutes(connection, scope, period),
    }


async def _count_people(connection: AsyncConnection, scope: Scope) -> dict[str, int]:
    present = (
        select(Account.id.label("account_id"), Affiliation.organisation_id)
        .select_from(Membership)
        .join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .where(
            scope.has(MiniCluster.consortium_id, Membership.mini_cluster_id),
            Membership.ended_at.is_(None),
            Account.status == AccountStatus.ACTIVE,
        )
        .subquery("present")
    )
    counts: dict[str, int] = {"members": await _scalar(connection, select(func.count(distinct(present.c.account_id))))}
    firms = (
        select(Organisation.kind, Organisation.size_band, func.count(distinct(Organisation.id)))
        .join(present, present.c.organisation_id == Organisation.id)
        .group_by(Organisation.kind, Organisation.size_band)
    )
    for kind, size_band, number in await connection.execute(firms):
        field = _FIELD_OF[kind]
        counts[field] = counts.get(field, 0) + number
        if size_band is not None:
            counts[f"companies_{size_band}"] = number
    return counts


async def _count_states(connection: AsyncConnection, scope: Scope) -> dict[str, int]:
    statement = (
        select(Idea.state, func.count())
        .where(scope.has(Idea.consortium_id, Idea.mini_cluster_id), Idea.status == IdeaStatus.PUBLISHED)
        .group_by(Idea.state)
    )
    return {f"ideas_{state}": number for state, number in await connection.execute(statement)}


async def _count_activity(connection: AsyncConnection, scope: Scope, period: Period) -> dict[str, int]:
    place = scope.has(Idea.consortium_id, Idea.mini_cluster_id)
    posted = (place, Idea.status != IdeaStatus.DRAFT, *_within(Idea.published_at, period))
    commented = (place, Comment.deleted_at.is_(None), *_within(Comment.created_at, period))
    voted = (place, *_within(Vote.voted_at, period))
    of_comments = select(func.count()).select_from(Comment).join(Idea, Idea.id == Comment.idea_id).where(*commented)
    of_votes = select(func.count()).select_from(Vote).join(Idea, Idea.id == Vote.idea_id).where(*voted)
    people = union(
        select(Idea.author_id.label("account_id")).where(*posted),
        select(Comment.author_id).join(Idea, Idea.id == Comment.idea_id).where(*commented),
        select(Vote.account_id).join(Idea, Idea.id == Vote.idea_id).where(*voted),
    ).subquery("people")
    return {
        "new_ideas": await _scalar(connection, select(func.count()).where(*posted)),
        "comments": await _scalar(connection, of_comments),
        "votes": await _scalar(connection, of_votes),
        "active_people": await _scalar(connection, select(func.count()).select_from(people)),
    }


async def _response_minutes(connection: AsyncConnection, scope: Scope, period: Period) -> int | None:
    """The median: one idea that waited for a year tells nothing of the others."""
    first = func.min(Comment.created_at, type_=Comment.created_at.type)
    statement = (
        select(Idea.published_at, first)
        .join(Comment, Comment.idea_id == Idea.id)
        .where(
            scope.has(Idea.consortium_id, Idea.mini_cluster_id),
            Idea.status != IdeaStatus.DRAFT,
            Comment.author_id != Idea.author_id,
            Comment.created_at >= Idea.published_at,
            *_within(Idea.published_at, period),
        )
        .group_by(Idea.id, Idea.published_at)
    )
    rows: Sequence[Any] = (await connection.execute(statement)).all()
    waits = [(answered - published).total_seconds() for published, answered in rows]
    return round(median(waits) / 60) if waits else None


def _within(moment: Any, period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return moment >= period.begins, moment < period.ends


async def _scalar(connection: AsyncConnection, statement: Select[Any]) -> int:
    return (await connection.execute(statement)).scalar_one() or 0
