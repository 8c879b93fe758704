"""Where a person works, with the history of it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core.clock import now
from app.core.database import Database
from app.core.errors import NotFound
from app.identity.affiliations import change_affiliation
from app.models import Account, Affiliation, Organisation
from tests.factories import Factory, Person

NOWHERE = 999_999


async def history(database: Database, account_id: int) -> Sequence[Affiliation]:
    async with database.write() as session:
        statement = select(Affiliation).where(Affiliation.account_id == account_id).order_by(Affiliation.id)
        return (await session.scalars(statement)).all()


async def change(database: Database, account_id: int, organisation_id: int, position: str) -> Affiliation:
    async with database.write() as session:
        return await change_affiliation(session, account_id, organisation_id, position)


async def test_first_affiliation(database: Database, factory: Factory) -> None:
    employer = await factory.organisation()
    async with database.write() as session:
        account = Account(email="new@example.kr", name="새사람")
        session.add(account)
    made = await change(database, account.id, employer.id, "연구원")
    (row,) = await history(database, account.id)
    assert (row.id, row.organisation_id, row.position, row.ended_at) == (made.id, employer.id, "연구원", None)


async def test_change_keeps_what_was_before(database: Database, factory: Factory) -> None:
    person: Person = await factory.person()
    await change(database, person.id, person.organisation_id, "수석연구원")
    await change(database, person.id, (await factory.organisation()).id, "수석연구원")
    first, second, third = await history(database, person.id)
    assert [row.position for row in (first, second, third)] == ["책임연구원", "수석연구원", "수석연구원"]
    assert (first.ended_at, second.ended_at, third.ended_at) == (second.started_at, third.started_at, None)


async def test_the_same_again_changes_nothing(database: Database, factory: Factory) -> None:
    person = await factory.person()
    (present,) = await history(database, person.id)
    assert (await change(database, person.id, person.organisation_id, present.position)).id == present.id
    assert len(await history(database, person.id)) == 1


async def test_merged_organisation_stands_for_its_survivor(database: Database, factory: Factory) -> None:
    person = await factory.person()
    merged, survivor = await factory.organisation(), await factory.organisation()
    async with database.write() as session:
        (await session.get_one(Organisation, merged.id)).merged_into_id = survivor.id
    made = await change(database, person.id, merged.id, "책임연구원")
    assert made.organisation_id == survivor.id
    assert (await change(database, person.id, survivor.id, "책임연구원")).id == made.id


async def test_row_of_a_clock_that_was_ahead_can_be_ended(database: Database, factory: Factory) -> None:
    person = await factory.person()
    ahead = now() + timedelta(seconds=30)
    async with database.write() as session:
        await session.execute(update(Affiliation).values(started_at=ahead))
    await change(database, person.id, person.organisation_id, "대표")
    first, second = await history(database, person.id)
    assert first.started_at == first.ended_at == second.started_at == ahead


async def test_unknown_person_or_organisation(database: Database, factory: Factory) -> None:
    person = await factory.person()
    with pytest.raises(NotFound):
        await change(database, person.id, NOWHERE, "대표")
    with pytest.raises(NotFound):
        await change(database, NOWHERE, person.organisation_id, "대표")
    assert len(await history(database, person.id)) == 1
