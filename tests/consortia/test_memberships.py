"""Joining, leaving, changing roles: the present row and the history behind it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.consortia.memberships import (
    AlreadyCoordinator,
    AlreadyMember,
    MiniClusterDissolved,
    NotACoordinator,
    NotAMember,
    appoint_coordinator,
    change_role,
    end_coordinator,
    join,
    leave,
)
from app.core.clock import now
from app.core.database import Database
from app.core.errors import NotFound
from app.models import CoordinatorRole, Membership, MiniCluster
from app.models.memberships import MemberRole
from tests.factories import Factory, Person
from tests.ideas_factory import actor_of

NOWHERE = 999_999


@pytest.fixture
async def person(factory: Factory) -> Person:
    """Somebody who belongs nowhere yet."""
    return await factory.person()


async def history(database: Database, person: Person) -> Sequence[Membership]:
    async with database.write() as session:
        statement = select(Membership).where(Membership.account_id == person.id).order_by(Membership.id)
        return (await session.scalars(statement)).all()


async def test_join_and_leave_keep_the_dates(database: Database, factory: Factory, person: Person) -> None:
    mini_cluster = await factory.mini_cluster()
    before = now()
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id)
    assert (await actor_of(database, person.id)).own_mini_cluster_ids == {mini_cluster.id}
    async with database.write() as session:
        await leave(session, person.id, mini_cluster.id)
    assert (await actor_of(database, person.id)).own_mini_cluster_ids == frozenset()
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id, MemberRole.MANAGER)
    first, second = await history(database, person)
    assert (first.role, second.role, second.ended_at) == (MemberRole.MEMBER, MemberRole.MANAGER, None)
    assert first.ended_at is not None
    assert before <= first.started_at <= first.ended_at <= second.started_at <= now()


async def test_change_of_role_ends_one_row_and_begins_another(
    database: Database, factory: Factory, person: Person
) -> None:
    mini_cluster = await factory.mini_cluster()
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id)
        await change_role(session, person.id, mini_cluster.id, MemberRole.SECRETARY)
        again = await change_role(session, person.id, mini_cluster.id, MemberRole.SECRETARY)
    first, second = await history(database, person)
    assert again.id == second.id
    assert (first.role, second.role) == (MemberRole.MEMBER, MemberRole.SECRETARY)
    assert first.ended_at == second.started_at
    assert second.ended_at is None


async def test_row_of_a_clock_that_was_ahead_can_be_ended(database: Database, factory: Factory, person: Person) -> None:
    mini_cluster = await factory.mini_cluster()
    ahead = now() + timedelta(seconds=30)
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id)
        await session.execute(update(Membership).values(started_at=ahead))
    async with database.write() as session:
        await change_role(session, person.id, mini_cluster.id, MemberRole.CHAIR)
    first, second = await history(database, person)
    assert first.started_at == first.ended_at == second.started_at == ahead


async def test_joining_twice_is_refused_in_any_role(database: Database, factory: Factory, person: Person) -> None:
    mini_cluster, other = await factory.mini_cluster(), await factory.mini_cluster()
    async with database.write() as session:
        await join(session, person.id, mini_cluster.id)
        with pytest.raises(AlreadyMember):
            await join(session, person.id, mini_cluster.id, MemberRole.MANAGER)
        await join(session, person.id, other.id)
    assert [row.mini_cluster_id for row in await history(database, person)] == [mini_cluster.id, other.id]


async def test_nobody_joins_what_is_not_there(database: Database, factory: Factory, person: Person) -> None:
    dissolved, living = await factory.mini_cluster(), await factory.mini_cluster()
    async with database.write() as session:
        (await session.get_one(MiniCluster, dissolved.id)).dissolved_at = now()
    async with database.write() as session:
        with pytest.raises(MiniClusterDissolved):
            await join(session, person.id, dissolved.id)
        with pytest.raises(NotFound):
            await join(session, person.id, NOWHERE)
        with pytest.raises(IntegrityError):
            await join(session, NOWHERE, living.id)


async def test_only_members_leave_or_change(database: Database, factory: Factory, person: Person) -> None:
    mini_cluster = await factory.mini_cluster()
    async with database.write() as session:
        with pytest.raises(NotAMember):
            await leave(session, person.id, mini_cluster.id)
        with pytest.raises(NotAMember):
            await change_role(session, person.id, mini_cluster.id, MemberRole.CHAIR)
        await join(session, person.id, mini_cluster.id)
        await leave(session, person.id, mini_cluster.id)
        with pytest.raises(NotAMember):
            await leave(session, person.id, mini_cluster.id)


async def test_coordinators_come_and_go(database: Database, factory: Factory, person: Person) -> None:
    consortium = await factory.consortium()
    async with database.write() as session:
        await appoint_coordinator(session, person.id, consortium.id)
        with pytest.raises(AlreadyCoordinator):
            await appoint_coordinator(session, person.id, consortium.id)
    assert (await actor_of(database, person.id)).coordinated_consortium_ids == {consortium.id}
    async with database.write() as session:
        await end_coordinator(session, person.id, consortium.id)
        with pytest.raises(NotACoordinator):
            await end_coordinator(session, person.id, consortium.id)
        with pytest.raises(NotFound):
            await appoint_coordinator(session, person.id, NOWHERE)
    assert (await actor_of(database, person.id)).coordinated_consortium_ids == frozenset()
    async with database.write() as session:
        await appoint_coordinator(session, person.id, consortium.id)
        rows = (await session.scalars(select(CoordinatorRole).order_by(CoordinatorRole.id))).all()
    assert [row.ended_at is None for row in rows] == [False, True]
