"""The news that there is something: who is told, how often is asked, and when it is over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import now
from app.core.database import Database
from app.core.errors import Unauthenticated
from app.core.tokens import token_digest
from app.identity.actor import Actor
from app.identity.queries import load_actor_by_token
from app.models import Account, Session
from app.models.accounts import AccountStatus
from app.models.sessions import SessionEnd
from app.sync import events_endpoints, hub
from app.sync.hub import NewsHub
from tests.factories import Factory, Person, client_id
from tests.ideas_factory import idea_among_members, published_idea
from tests.statement_counter import count_queries
from tests.sync.listeners import measure

NEWS = b"event: changes\ndata: {}\n\n"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(hub, "ADMISSION_SECONDS", 0.05)
    monkeypatch.setattr(events_endpoints, "BETWEEN_NEWS_SECONDS", 0.0)


def admission_of(person: Person) -> Callable[[AsyncConnection], "asyncio.Future[Actor]"]:
    async def admit(connection: AsyncConnection) -> Actor:
        actor = await load_actor_by_token(connection, token_digest(person.token))
        if actor is None:
            raise Unauthenticated
        return actor

    return admit  # type: ignore[return-value]


async def listening(news: NewsHub, database: Database, person: Person, seconds: float = 20) -> AsyncIterator[bytes]:
    """A stream that has begun, and told what may have been before."""
    admit = admission_of(person)
    async with database.read() as connection:
        listener = news.add(admit, await admit(connection))
    stream = events_endpoints._events(news, listener, seconds)
    assert await anext(stream) == NEWS
    if news._place is None:
        assert await heard(stream) == NEWS
    return stream


async def heard(stream: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(10):
        return await anext(stream)


async def hears_nothing(stream: AsyncIterator[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_endpoints, "HEARTBEAT_SECONDS", 0.3)
    assert await heard(stream) == b": ping\n\n"


async def test_it_tells_those_it_concerns_in_every_process(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: Database,
    factory: Factory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = await idea_among_members(database, factory)
    stranger = await factory.person(await factory.mini_cluster())
    here: NewsHub = app.state.news
    elsewhere = NewsHub(database)
    elsewhere.start()
    member = await listening(here, database, place.member)
    other_process = await listening(elsewhere, database, place.author)
    bystander = await listening(here, database, stranger)

    vote = f"/v1/ideas/{place.idea.public_id}/vote"
    assert (await client.put(vote, headers=dict(place.member.headers))).status_code == 200
    assert [await heard(stream) for stream in (member, other_process)] == [NEWS, NEWS]
    comment = {"id": client_id(), "body": "좋습니다."}
    path = f"/v1/ideas/{place.idea.public_id}/comments"
    assert (await client.post(path, headers=dict(place.author.headers), json=comment)).status_code == 201
    assert [await heard(stream) for stream in (member, other_process)] == [NEWS, NEWS]
    await hears_nothing(bystander, monkeypatch)
    await published_idea(database, stranger, await factory.mini_cluster())
    await elsewhere.aclose()
    assert b'"shutting_down"' in await end_of(other_process)


async def end_of(stream: AsyncIterator[bytes]) -> bytes:
    events = [event async for event in stream]
    return events[-1]


@pytest.mark.parametrize("cause", ["session", "account", "token"])
async def test_it_ends_with_the_right_to_be_here(
    app: FastAPI, database: Database, factory: Factory, cause: str
) -> None:
    person = await factory.person(await factory.mini_cluster())
    stream = await listening(app.state.news, database, person)
    async with database.write() as session:
        if cause == "account":
            await session.execute(update(Account).where(Account.id == person.id).values(status=AccountStatus.SUSPENDED))
        else:
            reason = SessionEnd.SIGNED_OUT if cause == "session" else None
            ended = {"ended_at": now(), "end_reason": reason} if reason else {"expires_at": now()}
            await session.execute(update(Session).where(Session.id == person.session_id).values(**ended))
    async with asyncio.timeout(10):
        last = await end_of(stream)
    assert b'event: end\ndata: {"code": "unauthenticated"}\nretry: ' in last


async def test_many_listeners_cost_one_poll(app: FastAPI, database: Database, factory: Factory) -> None:
    person = await factory.person(await factory.mini_cluster())
    news: NewsHub = app.state.news
    streams = [await listening(news, database, person) for _ in range(3)]
    first = streams[0]
    streams.append(await listening(news, database, person))  # one too many: the oldest ends
    assert b'"replaced"' in await end_of(first)
    with count_queries(app.state.resources.database) as statements:
        await asyncio.sleep(0.3)
    polls = [statement for statement in statements.sent if "FROM changes" in statement]
    assert 1 <= len(polls) <= 20
    news.end_all()
    assert all([b'"shutting_down"' in await end_of(stream) for stream in streams[1:]])
    with count_queries(app.state.resources.database) as statements:
        await asyncio.sleep(0.1)
    assert statements.count <= 2, "while nobody listens nothing is asked"


async def test_over_http(client: httpx.AsyncClient, factory: Factory) -> None:
    person = await factory.person(await factory.mini_cluster())
    response = await client.get("/v1/events?for_seconds=0", headers=dict(person.headers))
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content.startswith(NEWS + b'event: end\ndata: {"code": "time_is_over"}\nretry: ')
    assert (await client.get("/v1/events?for_seconds=901", headers=dict(person.headers))).status_code == 422
    assert (await client.get("/v1/events")).status_code == 401


def test_the_real_server_tells_all_and_lets_go_when_it_ends(sqlite_template: Path, tmp_path: Path) -> None:
    """The long form: ``python -m tests.sync.listeners --listeners 1000``."""
    database = tmp_path / "listeners.db"
    database.write_bytes(sqlite_template.read_bytes())
    measured = measure(f"sqlite:///{database}", 60)
    assert measured.told_seconds < 10
    assert measured.ended == 60
