"""Published ideas for the tests of what happens to them, made through the models."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.ideas.entries import put_into_feeds, take_out_of_feeds
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Consortium, Idea, IdeaExclusion, IdeaReader, MiniCluster
from app.models.ideas import IdeaStatus, Visibility
from tests.factories import Factory, Person


@dataclass(frozen=True)
class Place:
    """An idea for its mini-cluster, its author, another member, and where all of them are."""

    idea: Idea
    author: Person
    member: Person
    mini_cluster: MiniCluster
    consortium: Consortium


async def idea_among_members(database: Database, factory: Factory) -> Place:
    """A place with one fresh idea."""
    consortium = await factory.consortium()
    mini_cluster = await factory.mini_cluster(consortium)
    author = await factory.person(mini_cluster, name="박서준")
    member = await factory.person(mini_cluster, name="김하늘")
    return Place(await published_idea(database, author, mini_cluster), author, member, mini_cluster, consortium)


async def published_idea(
    database: Database,
    author: Person,
    mini_cluster: MiniCluster,
    *,
    visibility: Visibility = Visibility.MINI_CLUSTER,
    readers: Iterable[Person] = (),
    excluded_organisation_ids: Iterable[int] = (),
) -> Idea:
    """An idea that its audience sees from now on."""
    excluded = list(excluded_organisation_ids)
    async with database.write() as session:
        idea = Idea(
            public_id=new_public_id(),
            creation_digest=hashlib.sha256(b"idea").digest(),
            mini_cluster_id=mini_cluster.id,
            consortium_id=mini_cluster.consortium_id,
            author_id=author.id,
            title="절삭유 미스트 집진 장치 공동 시험",
            body="가공 현장의 미스트를 줄이려고 합니다.",
            excerpt="가공 현장의 미스트를 줄이려고 합니다.",
            visibility=visibility,
            has_exclusions=bool(excluded),
            status=IdeaStatus.PUBLISHED,
            published_at=now(),
        )
        session.add(idea)
        await session.flush()
        session.add_all(IdeaReader(idea_id=idea.id, account_id=reader.id, named_at=now()) for reader in readers)
        session.add_all(IdeaExclusion(idea_id=idea.id, organisation_id=organisation) for organisation in excluded)
        await session.flush()
        await put_into_feeds(session, idea)
    return idea


async def set_status(database: Database, idea: Idea, status: IdeaStatus) -> None:
    """Take a published idea out of all feeds: a moderator hid it, or its author withdrew it."""
    async with database.write() as session:
        await change_status(session, idea, status)


async def change_status(session: AsyncSession, idea: Idea, status: IdeaStatus) -> None:
    """The same within a transaction that goes on."""
    stored = await session.get_one(Idea, idea.id)
    stored.status = status
    stored.withdrawn_at = now() if status is IdeaStatus.WITHDRAWN else None
    await session.flush()
    await take_out_of_feeds(session, idea.id)


async def actor_of(database: Database, account_id: int) -> Actor:
    """A person as services are given him."""
    async with database.read() as connection:
        actor = await load_actor(connection, account_id)
    assert actor is not None
    return actor
