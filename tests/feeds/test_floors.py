"""The floor of a feed, a hint taken from its last reading, changes how much is read and never what is shown."""

from sqlalchemy import delete

from app.core.cursor import CursorCodec
from app.core.database import Database
from app.feeds.floors import FeedFloors
from app.feeds.service import read_feed
from app.feeds.sorts import NEW, TOP, Order, Period
from app.ideas.schemas import IdeaPage
from app.ideas.streams import home_streams
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import FeedEntry
from tests.factories import Factory
from tests.ideas_factory import published_idea
from tests.statement_counter import count_queries

CURSORS = CursorCodec(b"key of these tests")


async def test_what_was_hidden_since_leaves_a_page_as_full_as_without_a_floor(
    database: Database, factory: Factory
) -> None:
    mini_cluster = await factory.mini_cluster()
    author, reader = await factory.person(mini_cluster), await factory.person(mini_cluster)
    ideas = [await published_idea(database, author, mini_cluster) for _ in range(70)]
    floors = FeedFloors()
    async with database.read() as connection:
        actor = await load_actor(connection, reader.id)
    assert actor is not None
    for order in (NEW, TOP[Period.WEEK]):
        assert await _read(database, actor, floors, order) == await _read(database, actor, FeedFloors(), order)
        with count_queries(database) as statements:
            await _read(database, actor, floors, order)
        assert statements.count == 1, "more than enough lies above the floor"

    async with database.write() as session:
        hidden = [idea.id for idea in ideas[10:]]
        await session.execute(delete(FeedEntry).where(FeedEntry.idea_id.in_(hidden)))
    with count_queries(database) as statements:
        page = await _read(database, actor, floors, NEW)
    assert statements.count == 2, "too little lies above the floor: read again without"
    assert [item.id for item in page.items] == [idea.public_id for idea in reversed(ideas[:10])]
    with count_queries(database) as statements:
        assert await _read(database, actor, floors, NEW) == page
    assert statements.count == 1, "the floor that misled is forgotten"


async def test_only_so_many_floors_are_kept() -> None:
    floors = FeedFloors(kept=2)
    for stream in (1, 2, 3):
        floors.remember(NEW, 0, 64, [stream], stream * 100)
    assert [floors.of(NEW, 0, 64, [stream]) for stream in (1, 2, 3)] == [None, 200, 300]


async def _read(database: Database, actor: Actor, floors: FeedFloors, order: Order) -> IdeaPage:
    async with database.read() as connection:
        streams = home_streams(actor)
        return await read_feed(
            connection, actor, CURSORS, floors, feed="home", streams=streams, order=order, cursor=None, limit=20
        )
