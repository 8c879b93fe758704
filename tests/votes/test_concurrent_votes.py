"""Many voters at once: the counter equals the rows, and nobody counts twice."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import select

from app.core.database import Database
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.models import Account, Idea, Membership, Vote
from app.models.ideas import IdeaStatus
from app.votes import service
from app.votes.schemas import VoteReceipt
from tests.factories import Factory, Person
from tests.ideas_factory import Place, actor_of, change_status
from tests.votes.rows import counter_and_rows, event_kinds

VOTERS = 200
ResultT = TypeVar("ResultT")


@pytest.fixture
async def busy_database(database_url: str) -> AsyncIterator[Database]:
    """The database of this test, with the connections of a busy process."""
    opened = Database(database_url, pool_size=40, wait_seconds=30.0)
    yield opened
    await opened.aclose()


async def _at_once(work: Iterable[Awaitable[ResultT]]) -> list[ResultT]:
    return list(await asyncio.gather(*work))


async def _voters(factory: Factory, place: Place) -> list[Person]:
    employer = await factory.organisation()
    return [await factory.person(place.mini_cluster, organisation=employer) for _ in range(VOTERS)]


async def _actors(database: Database, place: Place, number: int) -> list[Actor]:
    """Members without sessions, as services are given them."""
    async with database.write() as session:
        accounts = [Account(email=f"voter{n}@example.kr", name=f"회원 {n}") for n in range(number)]
        session.add_all(accounts)
        await session.flush()
        session.add_all(Membership(account_id=a.id, mini_cluster_id=place.mini_cluster.id) for a in accounts)
    return [await actor_of(database, account.id) for account in accounts]


async def _vote(database: Database, actor: Actor, idea: Idea) -> VoteReceipt:
    async with database.write() as session:
        return await service.cast_vote(session, actor, idea.public_id)


async def _take_back(database: Database, actor: Actor, idea: Idea) -> VoteReceipt:
    async with database.write() as session:
        return await service.withdraw_vote(session, actor, idea.public_id)


async def test_two_hundred_voters_at_once_are_all_counted(busy_database: Database, place: Place) -> None:
    actors = await _actors(busy_database, place, VOTERS)
    receipts = await _at_once(_vote(busy_database, actor, place.idea) for actor in actors)
    assert await counter_and_rows(busy_database, place.idea) == (VOTERS, VOTERS)
    # Each voter was told the number his own vote made.
    assert sorted(receipt.vote_count for receipt in receipts) == list(range(1, VOTERS + 1))
    assert sorted(await event_kinds(busy_database)) == ["idea.response_changed"] * VOTERS + ["vote.cast"] * VOTERS


async def test_two_hundred_requests_at_once_are_all_counted(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    voters = await _voters(factory, place)
    path = f"/v1/ideas/{place.idea.public_id}/vote"
    responses = await _at_once(client.put(path, headers=voter.headers) for voter in voters)
    assert {response.status_code for response in responses} == {200}
    assert await counter_and_rows(database, place.idea) == (VOTERS, VOTERS)


async def test_twenty_votes_of_one_member_at_once_count_once(
    client: httpx.AsyncClient, database: Database, place: Place
) -> None:
    path = f"/v1/ideas/{place.idea.public_id}/vote"
    responses = await _at_once(client.put(path, headers=place.member.headers) for _ in range(20))
    assert {(r.status_code, r.json()["my_vote"], r.json()["vote_count"]) for r in responses} == {(200, True, 1)}
    assert await counter_and_rows(database, place.idea) == (1, 1)
    assert await event_kinds(database) == ["vote.cast", "idea.response_changed"]


async def test_twenty_withdrawals_of_one_vote_at_once_take_back_one(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    path = f"/v1/ideas/{place.idea.public_id}/vote"
    for voter in (place.member, await factory.person(place.mini_cluster)):
        await client.put(path, headers=voter.headers)
    responses = await _at_once(client.delete(path, headers=place.member.headers) for _ in range(20))
    assert {(r.status_code, r.json()["my_vote"], r.json()["vote_count"]) for r in responses} == {(200, False, 1)}
    assert await counter_and_rows(database, place.idea) == (1, 1)


async def test_storm_of_votes_and_withdrawals_ends_consistent(busy_database: Database, place: Place) -> None:
    """Every member's last act, once all others are done, decides; the counter equals the rows all the same."""
    chance = random.Random(20261123)
    actors = await _actors(busy_database, place, 15)
    acts = [(chance.choice((_vote, _take_back)), actor) for actor in actors for _ in range(16)]
    chance.shuffle(acts)
    await _at_once(act(busy_database, actor, place.idea) for act, actor in acts)
    counter, rows = await counter_and_rows(busy_database, place.idea)
    assert counter == rows
    kinds = await event_kinds(busy_database)
    cast, changed = kinds.count("vote.cast"), kinds.count("idea.response_changed")
    assert cast - (changed - cast) == rows  # each effect was told exactly once

    await _at_once(_vote(busy_database, actor, place.idea) for actor in actors[:7])
    await _at_once(_take_back(busy_database, actor, place.idea) for actor in actors[7:])
    async with busy_database.read() as connection:
        left = set((await connection.scalars(select(Vote.account_id).where(Vote.idea_id == place.idea.id))).all())
    assert left == {actor.account_id for actor in actors[:7]}
    assert await counter_and_rows(busy_database, place.idea) == (7, 7)


@pytest.mark.parametrize("act", [_vote, _take_back])
async def test_vote_that_meets_the_hiding_of_its_idea_is_undone(
    busy_database: Database, place: Place, act: Callable[[Database, Actor, Idea], Coroutine[Any, Any, VoteReceipt]]
) -> None:
    """It began before the hiding and ends after it: on PostgreSQL it has seen the idea, and waits for its row."""
    voter, other = await _actors(busy_database, place, 2)
    await _vote(busy_database, voter if act is _take_back else other, place.idea)
    async with busy_database.write() as session:
        await change_status(session, place.idea, IdeaStatus.HIDDEN)
        late = asyncio.create_task(act(busy_database, voter, place.idea))
        await asyncio.sleep(0.3)
        assert not late.done()
    with pytest.raises(NotFound):
        await late
    assert await counter_and_rows(busy_database, place.idea) == (1, 1)
