"""Small places made at random from a seed: who sits where, who is linked, blocked, suspended, excluded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import (
    Account,
    Affiliation,
    Block,
    Consortium,
    ConsortiumLink,
    CoordinatorRole,
    Membership,
    MiniCluster,
    Model,
    Organisation,
)
from app.models.accounts import AccountStatus
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.models.programme import ConsortiumKind, LinkState

RowT = TypeVar("RowT", bound=Model)
_STATUSES = [AccountStatus.ACTIVE] * 6 + [AccountStatus.SUSPENDED, AccountStatus.ERASED]


@dataclass(frozen=True)
class RandomPlace:
    """What was made, by internal number."""

    mini_clusters: Sequence[MiniCluster]
    organisation_ids: Sequence[int]
    active_ids: Sequence[int]
    account_ids: Sequence[int]


async def make_place(session: AsyncSession, random: Random) -> RandomPlace:
    """Three or four consortia, a few mini-clusters and organisations, about a dozen people."""
    consortia = [
        await _added(
            session, Consortium(code=f"c{n}", kind=ConsortiumKind.REGIONAL, name_ko=f"클러스터 {n}", name_en=f"C {n}")
        )
        for n in range(random.randint(3, 4))
    ]
    mini_clusters = [
        await _added(
            session,
            MiniCluster(
                consortium_id=consortium.id, code=f"m{consortium.id}-{n}", industry="ict", name_ko="가", name_en="A"
            ),
        )
        for consortium in consortia
        for n in range(random.randint(1, 2))
    ]
    organisations = [
        await _added(session, Organisation(kind=OrganisationKind.COMPANY, name=f"㈜{n}")) for n in range(4)
    ]
    people = [
        await _added(
            session,
            Account(email=None, name=f"사람 {n}", status=random.choice(_STATUSES), is_operator=random.random() < 0.1),
        )
        for n in range(random.randint(9, 14))
    ]
    ids = [person.id for person in people]
    _link(session, random, [consortium.id for consortium in consortia])
    for account_id in ids:
        _seat(session, random, account_id, mini_clusters, consortia)
        _employ(session, random, account_id, organisations)
    for _ in range(random.randint(0, 6)):
        blocker, blocked = random.sample(ids, 2)
        await session.merge(Block(blocker_id=blocker, blocked_id=blocked, created_at=now()))
    await session.flush()
    active = [person.id for person in people if person.status is AccountStatus.ACTIVE]
    return RandomPlace(mini_clusters, [organisation.id for organisation in organisations], active, ids)


async def _added(session: AsyncSession, row: RowT) -> RowT:
    session.add(row)
    await session.flush()
    return row


def _ended(random: Random) -> datetime | None:
    return now() if random.random() < 0.25 else None


def _link(session: AsyncSession, random: Random, consortium_ids: Sequence[int]) -> None:
    for first in consortium_ids:
        for second in consortium_ids:
            if first < second and random.random() < 0.6:
                state = random.choice([LinkState.ACTIVE, LinkState.ACTIVE, LinkState.PROPOSED, LinkState.ENDED])
                session.add(ConsortiumLink(first_id=first, second_id=second, proposed_by_id=first, state=state))


def _seat(
    session: AsyncSession,
    random: Random,
    account_id: int,
    mini_clusters: Sequence[MiniCluster],
    consortia: Sequence[Consortium],
) -> None:
    for mini_cluster in random.sample(mini_clusters, random.choice([0, 1, 1, 2])):
        role = random.choice(list(MemberRole))
        session.add(
            Membership(
                account_id=account_id,
                mini_cluster_id=mini_cluster.id,
                role=role,
                started_at=now(),
                ended_at=_ended(random),
            )
        )
    for consortium in random.sample(consortia, random.choice([0, 0, 0, 1, 2])):
        session.add(
            CoordinatorRole(
                account_id=account_id, consortium_id=consortium.id, started_at=now(), ended_at=_ended(random)
            )
        )


def _employ(session: AsyncSession, random: Random, account_id: int, organisations: Sequence[Organisation]) -> None:
    """One employer now or none, and perhaps one before."""
    for ended in random.choice([[], [False], [False], [True], [True, False]]):
        session.add(
            Affiliation(
                account_id=account_id,
                organisation_id=random.choice(organisations).id,
                position="연구원",
                started_at=now(),
                ended_at=now() if ended else None,
            )
        )
