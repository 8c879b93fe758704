"""The audience told beforehand is the audience that an idea gets; and whom an author may name or exclude."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.queries import MiniClusterKey
from app.core.clock import now
from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import new_public_id
from app.ideas.audience import resolve_exclusions, resolve_readers
from app.ideas.audience_count import Audience, count_audience, people_who_see
from app.ideas.entries import put_into_feeds
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.models import Account, Idea, IdeaExclusion, IdeaReader, MiniCluster, ModerationAct, Organisation
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus, Visibility
from app.models.moderation import ActKind
from app.models.programme import LinkState
from tests.factories import Factory, Person
from tests.ideas.random_places import RandomPlace, make_place
from tests.ideas_factory import actor_of
from tests.statement_counter import count_queries


async def brute_force(session: AsyncSession, actors: Sequence[Actor], idea: Idea) -> list[Actor]:
    """Ask for everybody in turn whether the idea is visible to him."""
    found: list[Actor] = []
    for actor in actors:
        seen = await session.scalar(select(Idea.id).where(Idea.id == idea.id, visible_to(actor)))
        if seen is not None and actor.account_id != idea.author_id:
            found.append(actor)
    return found


def counted(people: Sequence[Actor]) -> Audience:
    organisations = {actor.organisation_id for actor in people} - {None}
    return Audience(people_count=len(people), organisation_count=len(organisations))


async def keep_some_out(session: AsyncSession, random: Random, place: RandomPlace) -> None:
    """Suspend people in consortia, some of them in the past."""
    for number, account_id in enumerate(random.sample(place.account_ids, 4)):
        session.add(
            ModerationAct(
                creation_digest=bytes([number]) * 32,
                kind=ActKind.SUSPEND,
                consortium_id=random.choice(place.mini_clusters).consortium_id,
                subject_id=account_id,
                until=random.choice([None, None, now() - timedelta(days=1)]),
            )
        )
    await session.flush()


async def publish(
    session: AsyncSession,
    author_id: int,
    mini_cluster: MiniCluster,
    visibility: Visibility,
    readers: Sequence[int],
    excluded: Sequence[int],
) -> Idea:
    """An idea with its rows in the streams."""
    idea = Idea(
        creation_digest=b"",
        mini_cluster_id=mini_cluster.id,
        consortium_id=mini_cluster.consortium_id,
        author_id=author_id,
        title="제목",
        body="본문",
        excerpt="본문",
        visibility=visibility,
        has_exclusions=bool(excluded),
        status=IdeaStatus.PUBLISHED,
        published_at=now(),
    )
    session.add(idea)
    await session.flush()
    session.add_all(IdeaReader(idea_id=idea.id, account_id=reader) for reader in readers)
    session.add_all(IdeaExclusion(idea_id=idea.id, organisation_id=organisation) for organisation in excluded)
    await session.flush()
    await put_into_feeds(session, idea)
    return idea


@pytest.mark.parametrize("seed", range(20))
async def test_count_equals_what_everybody_sees(database: Database, seed: int) -> None:
    random = Random(seed)
    found: set[int] = set()
    async with database.write() as session:
        place = await make_place(session, random)
        await keep_some_out(session, random, place)
        loaded = [await load_actor(session, account_id) for account_id in place.account_ids]
        actors = [actor for actor in loaded if actor is not None]
        for visibility in Visibility:
            for _ in range(3):
                author_id = random.choice(place.active_ids)
                mini_cluster = random.choice(place.mini_clusters)
                is_named = visibility is Visibility.NAMED
                readers = random.sample(place.account_ids, random.randint(0, 5)) if is_named else []
                excluded = random.sample(place.organisation_ids, random.choice([0, 0, 1, 2]))
                idea = await publish(session, author_id, mini_cluster, visibility, readers, excluded)
                key = MiniClusterKey(mini_cluster.id, mini_cluster.consortium_id, None)
                told = await count_audience(session, author_id, key, visibility, readers, excluded)
                seen_by = await brute_force(session, actors, idea)
                assert told == counted(seen_by), (visibility, readers, excluded)
                columns = Idea.__table__.c
                row = (await session.execute(select(*columns).where(columns.id == idea.id))).one()
                people = (await session.scalars(people_who_see(row), {"at": now()})).all()
                assert sorted(people) == sorted(actor.account_id for actor in seen_by), (visibility, readers, excluded)
                found.add(told.people_count)
    assert len(found) > 2, "the place is too dull to prove anything"


def audience_of(mini_cluster: MiniCluster) -> str:
    return f"/v1/mini-clusters/{mini_cluster.public_id}/audience"


async def told(
    client: httpx.AsyncClient, mini_cluster: MiniCluster, person: Person, **params: object
) -> tuple[int, int]:
    response = await client.get(audience_of(mini_cluster), headers=person.headers, params=params)  # type: ignore[arg-type]  # lists repeat
    assert response.status_code == 200, response.text
    body = response.json()
    return body["people_count"], body["organisation_count"]


async def test_audience_through_the_api(client: httpx.AsyncClient, factory: Factory) -> None:
    home, linked, far = [await factory.consortium() for _ in range(3)]
    await factory.link(home, linked)
    await factory.link(home, far, LinkState.PROPOSED)
    mine, sibling = await factory.mini_cluster(home), await factory.mini_cluster(home)
    employer, rival = await factory.organisation(), await factory.organisation()
    me = await factory.person(mine, organisation=employer)
    await factory.person(mine, organisation=employer)
    await factory.person(mine, organisation=rival)
    blocked = await factory.person(mine, sibling)
    await factory.block(blocked, me)
    await factory.person(coordinates=home)
    neighbour = await factory.person(sibling, organisation=rival)
    await factory.person(await factory.mini_cluster(linked))
    await factory.person(await factory.mini_cluster(far))
    await factory.person(is_operator=True)
    await factory.person()  # anybody can have an account: who belongs nowhere sees nothing of what is for all
    assert await told(client, mine, me) == (3, 3)
    assert await told(client, mine, me, visibility="mini_cluster") == (3, 3)
    assert await told(client, mine, me, visibility="consortium") == (4, 3)
    assert await told(client, mine, me, visibility="linked") == (5, 4)
    assert await told(client, mine, me, visibility="all") == (7, 6)
    without_rival = {"excluded_organisation_ids": [str(rival.public_id)]}
    assert await told(client, mine, me, visibility="consortium", **without_rival) == (2, 2)
    readers = {"reader_ids": [str(neighbour.public_id), str(blocked.public_id)]}
    assert await told(client, mine, me, visibility="named", **readers) == (1, 1)
    assert await told(client, mine, me, visibility="named", **readers, **without_rival) == (0, 0)
    assert await told(client, mine, me, visibility="named") == (0, 0)


async def test_audience_is_told_to_those_who_may_post_there(
    client: httpx.AsyncClient, factory: Factory, database: Database
) -> None:
    home = await factory.consortium()
    mine, sibling = await factory.mini_cluster(home), await factory.mini_cluster(home)
    me, coordinator = await factory.person(mine), await factory.person(coordinates=home)
    operator = await factory.person(is_operator=True)

    async def refused(mini_cluster_id: object, person: Person | None, **params: str) -> tuple[int, str]:
        headers = person.headers if person else {}
        path = f"/v1/mini-clusters/{mini_cluster_id}/audience"
        response = await client.get(path, headers=headers, params=params)
        return response.status_code, response.json()["code"]

    assert await refused(mine.public_id, None) == (401, "unauthenticated")
    assert await refused(new_public_id(), me) == (404, "not_found")
    assert await refused(sibling.public_id, me) == (403, "forbidden")
    assert await refused(mine.public_id, operator) == (403, "forbidden")
    assert await refused(mine.public_id, me, visibility="everybody") == (422, "invalid_request")
    assert await told(client, sibling, coordinator) == (0, 0)
    async with database.write() as session:
        (await session.get_one(MiniCluster, mine.id)).dissolved_at = now()
    assert await refused(mine.public_id, me) == (409, "mini_cluster_dissolved")


async def test_bad_settings_are_pointed_to(client: httpx.AsyncClient, factory: Factory) -> None:
    """Check 4."""
    mine = await factory.mini_cluster()
    me, member = await factory.person(mine), await factory.person(mine)
    stranger = await factory.person(await factory.mini_cluster())

    async def errors(**params: object) -> list[tuple[str, str]]:
        response = await client.get(audience_of(mine), headers=me.headers, params=params)  # type: ignore[arg-type]  # lists repeat
        assert response.status_code == 422, response.text
        return [(error["pointer"], error["code"]) for error in response.json()["errors"]]

    ids = [str(person.public_id) for person in (member, stranger, me)] + [str(new_public_id())]
    assert await errors(visibility="named", reader_ids=ids) == [
        ("/query/reader_ids/1", "unknown_reader"),
        ("/query/reader_ids/2", "cannot_name_oneself"),
        ("/query/reader_ids/3", "unknown_reader"),
    ]
    assert await errors(reader_ids=ids[:1]) == [("/query/reader_ids", "readers_without_named")]
    unknown = [str(new_public_id())]
    assert await errors(excluded_organisation_ids=unknown) == [
        ("/query/excluded_organisation_ids/0", "unknown_organisation")
    ]
    assert await errors(visibility="named", reader_ids=ids[:1] * 51) == [("/query/reader_ids", "too_long")]
    assert await errors(excluded_organisation_ids=unknown * 21) == [("/query/excluded_organisation_ids", "too_long")]
    assert await errors(reader_ids="7") == [("/query/reader_ids/0", "uuid_parsing")]


async def test_counting_takes_one_statement(database: Database, factory: Factory) -> None:
    mine = await factory.mini_cluster()
    me = await factory.person(mine)
    for _ in range(3):
        await factory.person(mine)
    key = MiniClusterKey(mine.id, mine.consortium_id, None)
    async with database.read() as connection:
        for visibility in Visibility:
            with count_queries(database) as statements:
                await count_audience(connection, me.id, key, visibility, [], [])
            assert statements.count == 1


async def readers_of(database: Database, person: Person, public_ids: Sequence[uuid.UUID]) -> list[int]:
    actor = await actor_of(database, person.id)
    async with database.write() as session:
        return await resolve_readers(session, actor, public_ids)


async def exclusions_of(database: Database, person: Person, public_ids: Sequence[uuid.UUID]) -> list[int]:
    actor = await actor_of(database, person.id)
    async with database.write() as session:
        return await resolve_exclusions(session, actor, public_ids)


def findings(error: Invalid) -> list[tuple[str, str]]:
    return [(field.pointer, field.code) for field in error.fields]


async def test_people_of_own_and_linked_consortia_can_be_named(database: Database, factory: Factory) -> None:
    """Check 4."""
    home, linked, proposed = [await factory.consortium() for _ in range(3)]
    await factory.link(linked, home)
    await factory.link(proposed, home, LinkState.PROPOSED)
    me = await factory.person(await factory.mini_cluster(home))
    near = await factory.person(await factory.mini_cluster(home))
    coordinator = await factory.person(coordinates=home)
    partner = await factory.person(await factory.mini_cluster(linked))
    blocking = await factory.person(await factory.mini_cluster(linked))
    await factory.block(blocking, me)
    nameable = [partner, near, blocking, coordinator, near]
    assert await readers_of(database, me, [person.public_id for person in nameable]) == [
        partner.id,
        near.id,
        blocking.id,
        coordinator.id,
    ]
    assert await readers_of(database, me, []) == []
    far = await factory.person(await factory.mini_cluster(proposed))
    nowhere, suspended = await factory.person(), await factory.person(await factory.mini_cluster(home))
    async with database.write() as session:
        (await session.get_one(Account, suspended.id)).status = AccountStatus.SUSPENDED
    for person in (far, nowhere, suspended):
        with pytest.raises(Invalid) as refused:
            await readers_of(database, me, [near.public_id, person.public_id])
        assert findings(refused.value) == [("/body/reader_ids/1", "unknown_reader")]
    with pytest.raises(Invalid) as refused:
        await readers_of(database, me, [me.public_id])
    assert findings(refused.value) == [("/body/reader_ids/0", "cannot_name_oneself")]
    with pytest.raises(Invalid) as refused:
        await readers_of(database, nowhere, [near.public_id])
    assert findings(refused.value) == [("/body/reader_ids/0", "unknown_reader")]


async def test_lists_have_an_end(database: Database, factory: Factory) -> None:
    me = await factory.person()
    with pytest.raises(Invalid) as refused:
        await readers_of(database, me, [new_public_id() for _ in range(51)])
    assert findings(refused.value) == [("/body/reader_ids", "too_long")]
    with pytest.raises(Invalid) as refused:
        await exclusions_of(database, me, [new_public_id() for _ in range(21)])
    assert findings(refused.value) == [("/body/excluded_organisation_ids", "too_long")]


async def test_exclusions(database: Database, factory: Factory) -> None:
    me = await factory.person()
    rival, survivor, merged, merged_into_mine = [await factory.organisation() for _ in range(4)]
    async with database.write() as session:
        (await session.get_one(Organisation, merged.id)).merged_into_id = survivor.id
        (await session.get_one(Organisation, merged_into_mine.id)).merged_into_id = me.organisation_id
        own = await session.get_one(Organisation, me.organisation_id)
    given = [merged, rival, survivor, rival]
    assert await exclusions_of(database, me, [row.public_id for row in given]) == [survivor.id, rival.id]
    assert await exclusions_of(database, me, []) == []
    with pytest.raises(Invalid) as refused:
        await exclusions_of(database, me, [rival.public_id, own.public_id, merged_into_mine.public_id, new_public_id()])
    assert findings(refused.value) == [
        ("/body/excluded_organisation_ids/1", "own_organisation"),
        ("/body/excluded_organisation_ids/2", "own_organisation"),
        ("/body/excluded_organisation_ids/3", "unknown_organisation"),
    ]
