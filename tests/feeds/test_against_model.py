"""Every feed of every viewer, walked page by page, equals what the plain rules say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.cursor import CursorCodec
from app.core.database import Database
from app.feeds.floors import FeedFloors
from app.feeds.service import read_feed
from app.feeds.sorts import HOT, NEW, TOP, UNANSWERED, Order, Period
from app.ideas.queries import visible_to
from app.ideas.ranking import calendar_keys, hot_key
from app.ideas.streams import consortium_streams, home_streams, invited_streams, mini_cluster_streams, open_streams
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Idea
from app.models.ideas import Visibility
from tests.factories import Factory, Person
from tests.feeds.random_place import Facts, RandomPlace, random_place

CURSORS = CursorCodec(b"key of these tests")
FLOORS = FeedFloors()


async def actor_of(database: Database, person: Person) -> Actor:
    async with database.read() as connection:
        actor = await load_actor(connection, person.id)
    assert actor is not None
    return actor


async def walk(database: Database, actor: Actor, streams: list[int], order: Order, limit: int) -> list[int]:
    """The ids of a whole feed, page by page."""
    by_public_id: dict[str, int] = {}
    found: list[int] = []
    cursor = None
    async with database.read() as connection:
        for row in await connection.execute(select(Idea.id, Idea.public_id)):
            by_public_id[str(row.public_id)] = row.id
        for _ in range(200):
            page = await read_feed(
                connection,
                actor,
                CURSORS,
                FLOORS,
                feed="test",
                streams=streams,
                order=order,
                cursor=cursor,
                limit=limit,
            )
            assert len(page.items) <= limit
            found += [by_public_id[str(item.id)] for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found
    raise AssertionError("the feed does not end")


def in_order(ideas: list[Facts], key: Callable[[Facts], int | float]) -> list[int]:
    return [idea.id for idea in sorted(ideas, key=lambda idea: (key(idea), idea.id), reverse=True)]


def newest(idea: Facts) -> float:
    return idea.published_at.timestamp()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_feeds_equal_the_model(database: Database, factory: Factory, seed: int) -> None:
    place = await random_place(database, factory, seed)
    for person in place.people:
        actor = await actor_of(database, person)
        seen = [idea for idea in place.ideas if place.sees(person, idea)]
        async with database.read() as connection:
            ids = (await connection.execute(select(Idea.id).where(visible_to(actor)))).scalars().all()
        assert sorted(ids) == sorted(idea.id for idea in seen)
        home = [idea for idea in seen if place.in_home(person, idea)]
        await check_home_sorts(database, actor, home)
        opened = [idea for idea in seen if idea.visibility is Visibility.ALL and reaches(place, person, idea)]
        assert await walk(database, actor, open_streams(actor), NEW, 9) == in_order(opened, newest)
        invited = [idea for idea in seen if person.id in idea.experts]
        assert await walk(database, actor, invited_streams(actor), NEW, 4) == in_order(invited, newest)
        await check_places(database, place, person, actor, seen)


async def check_home_sorts(database: Database, actor: Actor, home: list[Facts]) -> None:
    streams = home_streams(actor)
    assert await walk(database, actor, streams, NEW, 7) == in_order(home, newest)
    assert await walk(database, actor, streams, NEW, 100) == in_order(home, newest)
    hot = in_order(home, lambda idea: hot_key(idea.published_at, idea.votes, idea.comments))
    assert await walk(database, actor, streams, HOT, 6) == hot
    unanswered = in_order([idea for idea in home if not idea.comments], newest)
    assert await walk(database, actor, streams, UNANSWERED, 5) == unanswered
    for number, period in enumerate(Period):
        present = calendar_keys(now())[number]
        of_period = [idea for idea in home if calendar_keys(idea.published_at)[number] == present]
        assert await walk(database, actor, streams, TOP[period], 4) == in_order(of_period, lambda idea: idea.votes)


async def check_places(database: Database, place: RandomPlace, person: Person, actor: Actor, seen: list[Facts]) -> None:
    unnamed = [idea for idea in seen if idea.visibility is not Visibility.NAMED]
    for mini_cluster in place.mini_clusters:
        streams = mini_cluster_streams(actor, [mini_cluster.id], mini_cluster.consortium_id)
        expected = [idea for idea in unnamed if idea.mini_cluster == mini_cluster.id and reaches(place, person, idea)]
        assert await walk(database, actor, streams, NEW, 8) == in_order(expected, newest)
    for consortium in place.consortia:
        clusters = [m.id for m in place.mini_clusters if m.consortium_id == consortium.id]
        streams = consortium_streams(actor, consortium.id, clusters)
        expected = [idea for idea in unnamed if idea.consortium == consortium.id and reaches(place, person, idea)]
        assert await walk(database, actor, streams, NEW, 8) == in_order(expected, newest)


def reaches(place: RandomPlace, person: Person, idea: Facts) -> bool:
    """Whether somebody in the same position would see it who neither wrote it nor was invited into it as an expert.

    Feeds of places do not follow an author, or an expert, out of his cluster.
    """
    plain: dict[str, Any] = {"experts": frozenset()}
    if idea.author == person.id:
        plain |= {"author": -1, "excluded": frozenset()}
    return place.sees(person, replace(idea, **plain))
