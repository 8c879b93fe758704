"""Voting and taking a vote back, over HTTP, on both engines."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.database import Database
from app.core.ids import new_public_id
from app.models import Idea, OutboxEvent
from app.models.ideas import IdeaStatus, Visibility
from tests.factories import Factory, Person
from tests.ideas_factory import Place, published_idea, set_status
from tests.statement_counter import count_queries
from tests.votes.rows import counter_and_rows, event_kinds


def _path(idea: Idea) -> str:
    return f"/v1/ideas/{idea.public_id}/vote"


async def test_vote_counts_once_and_tells_the_worker_once(
    client: httpx.AsyncClient, database: Database, place: Place
) -> None:
    for _ in range(3):
        response = await client.put(_path(place.idea), headers=place.member.headers)
        assert response.status_code == 200, response.text
        assert response.json() == {"idea_id": str(place.idea.public_id), "my_vote": True, "vote_count": 1}
    assert await counter_and_rows(database, place.idea) == (1, 1)
    assert await event_kinds(database) == ["vote.cast", "idea.response_changed"]
    async with database.read() as connection:
        payload = await connection.scalar(select(OutboxEvent.payload).where(OutboxEvent.kind == "vote.cast"))
    assert payload == {"idea_id": place.idea.id, "voter_id": place.member.id}


async def test_vote_taken_back_is_gone_and_may_be_cast_again(
    client: httpx.AsyncClient, database: Database, place: Place
) -> None:
    await client.put(_path(place.idea), headers=place.member.headers)
    for _ in range(2):
        response = await client.delete(_path(place.idea), headers=place.member.headers)
        assert response.status_code == 200, response.text
        assert response.json() == {"idea_id": str(place.idea.public_id), "my_vote": False, "vote_count": 0}
    assert await counter_and_rows(database, place.idea) == (0, 0)
    assert await event_kinds(database) == ["vote.cast", "idea.response_changed", "idea.response_changed"]
    assert (await client.put(_path(place.idea), headers=place.member.headers)).json()["vote_count"] == 1


async def test_taking_back_what_is_not_there_leaves_the_votes_of_others(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    await client.put(_path(place.idea), headers=place.member.headers)
    coordinator = await factory.person(coordinates=place.consortium)
    response = await client.delete(_path(place.idea), headers=coordinator.headers)
    assert response.json() == {"idea_id": str(place.idea.public_id), "my_vote": False, "vote_count": 1}
    assert await counter_and_rows(database, place.idea) == (1, 1)
    assert (await client.put(_path(place.idea), headers=coordinator.headers)).json()["vote_count"] == 2


async def test_vote_touches_no_other_idea(client: httpx.AsyncClient, database: Database, place: Place) -> None:
    other = await published_idea(database, place.author, place.mini_cluster)
    await client.put(_path(other), headers=place.member.headers)
    await client.put(_path(place.idea), headers=place.member.headers)
    await client.delete(_path(place.idea), headers=place.member.headers)
    assert await counter_and_rows(database, other) == (1, 1)
    assert await counter_and_rows(database, place.idea) == (0, 0)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_own_idea_is_refused_with_a_code_of_its_own(
    client: httpx.AsyncClient, database: Database, place: Place, method: str
) -> None:
    response = await client.request(method, _path(place.idea), headers=place.author.headers)
    assert (response.status_code, response.json()["code"]) == (403, "own_idea")
    english = await client.request(method, _path(place.idea), headers={**place.author.headers, "Accept-Language": "en"})
    assert english.json()["detail"] == "Recommend ideas of other members."
    for status in (IdeaStatus.DRAFT, IdeaStatus.WITHDRAWN):
        await set_status(database, place.idea, status)
        assert (await client.request(method, _path(place.idea), headers=place.author.headers)).status_code == 403
    assert response.json()["detail"] == "추천은 다른 회원의 아이디어에만 할 수 있습니다."
    assert await counter_and_rows(database, place.idea) == (0, 0)
    assert await event_kinds(database) == []


async def _foreign(_place: Place, factory: Factory) -> Person:
    return await factory.person(await factory.mini_cluster())


async def _blocked(place: Place, factory: Factory) -> Person:
    person = await factory.person(place.mini_cluster)
    await factory.block(person, place.author)
    return person


async def _blocking(place: Place, factory: Factory) -> Person:
    person = await factory.person(place.mini_cluster)
    await factory.block(place.author, person)
    return person


@pytest.mark.parametrize("stranger", [_foreign, _blocked, _blocking])
async def test_invisible_idea_is_as_if_it_did_not_exist(
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    place: Place,
    stranger: Callable[[Place, Factory], Awaitable[Person]],
) -> None:
    person = await stranger(place, factory)
    for method in ("PUT", "DELETE"):
        response = await client.request(method, _path(place.idea), headers=person.headers)
        nothing = await client.request(method, f"/v1/ideas/{new_public_id()}/vote", headers=person.headers)
        assert response.status_code == nothing.status_code == 404
        same = [{k: v for k, v in r.json().items() if k != "request_id"} for r in (response, nothing)]
        assert same[0] == same[1]
    assert await counter_and_rows(database, place.idea) == (0, 0)


async def test_unpublished_idea_does_not_exist_for_others(
    client: httpx.AsyncClient, database: Database, place: Place
) -> None:
    await client.put(_path(place.idea), headers=place.member.headers)
    for status in (IdeaStatus.DRAFT, IdeaStatus.HIDDEN, IdeaStatus.WITHDRAWN):
        await set_status(database, place.idea, status)
        for method in ("PUT", "DELETE"):
            response = await client.request(method, _path(place.idea), headers=place.member.headers)
            assert response.status_code == 404
    assert await counter_and_rows(database, place.idea) == (1, 1)


async def test_excluded_competitor_cannot_vote_and_named_reader_can(
    client: httpx.AsyncClient, database: Database, factory: Factory, place: Place
) -> None:
    competitor = await factory.person(place.mini_cluster)
    idea = await published_idea(
        database, place.author, place.mini_cluster, excluded_organisation_ids=[competitor.organisation_id]
    )
    named = await published_idea(
        database, place.author, place.mini_cluster, visibility=Visibility.NAMED, readers=[competitor]
    )
    assert (await client.put(_path(idea), headers=competitor.headers)).status_code == 404
    assert (await client.put(_path(idea), headers=place.member.headers)).status_code == 200
    assert (await client.put(_path(named), headers=place.member.headers)).status_code == 404
    assert (await client.put(_path(named), headers=competitor.headers)).status_code == 200


async def test_bad_id_and_missing_token_are_refused(client: httpx.AsyncClient, place: Place) -> None:
    response = await client.put("/v1/ideas/not-an-id/vote", headers=place.member.headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/path/idea_id"
    assert (await client.put(_path(place.idea))).status_code == 401


async def test_vote_costs_few_statements(client: httpx.AsyncClient, app: FastAPI, place: Place, engine: str) -> None:
    await client.put(_path(place.idea), headers=place.member.headers)
    await client.delete(_path(place.idea), headers=place.member.headers)
    with count_queries(app.state.resources.database) as statements:
        await client.put(_path(place.idea), headers=place.member.headers)
    # Twice who asks, the vote, its two events (SQLite takes them one by one), the counter.
    assert statements.count == (5 if engine == "postgresql" else 6), statements.sent
    assert statements.sent[-1].startswith("UPDATE ideas")
