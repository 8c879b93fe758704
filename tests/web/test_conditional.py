"""Answers that a client has already are not sent again, large ones are compressed, and both keep to the rights."""

import random

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.demo.texts import idea_text
from app.demo.vocabulary import industry_names
from app.ideas.entries import put_into_feeds
from app.ideas.excerpts import excerpt_of
from app.models import Affiliation, Idea, MiniCluster
from app.models.ideas import IdeaStatus, Visibility
from tests.factories import Factory, Person
from tests.ideas_factory import idea_among_members


async def read(client: httpx.AsyncClient, path: str, person: Person, known: str = "") -> httpx.Response:
    conditions = {"If-None-Match": known} if known else {}
    return await client.get(f"/v1{path}", headers={**person.headers, **conditions})


async def test_what_the_client_has_is_not_sent_again_until_it_changes(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    idea = f"/ideas/{place.idea.public_id}"
    for path in ("/feeds/home", idea, "/me", f"/mini-clusters/{place.mini_cluster.public_id}"):
        first = await read(client, path, place.member)
        tag = first.headers["ETag"]
        for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = await read(client, path, place.member, known)
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
            assert "Content-Type" not in again.headers
            assert "private" in again.headers["Cache-Control"]
        for known in ('"other"', tag[:-2] + '"', ",,;"):
            assert (await read(client, path, place.member, known)).content == first.content

    tags = {path: (await read(client, path, place.member)).headers["ETag"] for path in ("/feeds/home", idea)}
    assert (await client.put(f"/v1{idea}/vote", headers=place.member.headers)).status_code < 300
    for path, tag in tags.items():
        assert (await read(client, path, place.member, tag)).status_code == 200, path


async def test_what_may_not_be_seen_any_more_is_never_confirmed(
    client: httpx.AsyncClient, database: Database, factory: Factory
) -> None:
    place = await idea_among_members(database, factory)
    path = f"/ideas/{place.idea.public_id}"
    tag = (await read(client, path, place.member)).headers["ETag"]
    leaving = f"/v1/mini-clusters/{place.mini_cluster.public_id}/members/{place.member.public_id}"
    assert (await client.delete(leaving, headers=place.member.headers)).status_code == 204
    for known in (tag, "*"):
        assert (await read(client, path, place.member, known)).status_code == 404
    assert (await client.get(f"/v1{path}", headers={"If-None-Match": tag})).status_code == 401
    assert "ETag" not in (await read(client, path, place.member)).headers


async def test_only_reads_are_conditional(client: httpx.AsyncClient, database: Database, factory: Factory) -> None:
    """Check 13."""
    place = await idea_among_members(database, factory)
    headers = {**place.author.headers, "If-None-Match": "*"}
    path = f"/v1/ideas/{place.idea.public_id}"
    assert (await client.patch(path, headers=headers, json={"title": "새 제목"})).json()["title"] == "새 제목"
    weak = (await client.get("/v1/feeds/home", headers=place.author.headers)).headers["ETag"]
    rubbish: str | bytes
    for rubbish in (weak, "\xea\xb0\x80".encode("latin-1"), "," * 1000):
        refused = await client.patch(path, headers=with_match(place.author, rubbish), json={"title": "또"})
        assert (refused.status_code, refused.json()["code"]) == (412, "version_mismatch")


def with_match(person: Person, tag: str | bytes) -> list[tuple[bytes, bytes]]:
    """Headers with ``If-Match``, whatever its bytes are."""
    sent = {**person.headers, "If-Match": tag}
    return [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in sent.items()]


@pytest.mark.parametrize(("limit", "most"), [(20, 7_000), (100, 25_000)])
async def test_pages_in_natural_korean_stay_small(
    client: httpx.AsyncClient, database: Database, factory: Factory, limit: int, most: int
) -> None:
    """Measured: 6,440 bytes by gzip and 6,460 by zstd for 20 ideas; 20,070 and 19,220 for 100."""
    mini_cluster = await factory.mini_cluster()
    names = [f"{family}{given}" for family in "김이박최정" for given in ("하늘", "도윤", "서연", "민준")]
    authors = [await factory.person(mini_cluster, name=name) for name in names]
    async with database.write() as session:
        await post_naturally(session, mini_cluster, authors, limit)
    path = f"/v1/feeds/home?limit={limit}"
    plain = await client.get(path, headers={**authors[0].headers, "Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert len(plain.json()["items"]) == limit
    for accepted, encoding in (("gzip", "gzip"), ("gzip, zstd;q=0.8", "zstd"), ("gzip, zstd;q=0", "gzip")):
        headers = {**authors[0].headers, "Accept-Encoding": accepted}
        small = await client.get(path, headers=headers)
        assert (small.headers["Content-Encoding"], small.headers["Vary"]) == (encoding, "Accept-Encoding")
        assert small.json() == plain.json()
        assert int(small.headers["Content-Length"]) <= most
        assert small.headers["ETag"] == plain.headers["ETag"]
        changes = await client.get("/v1/changes", headers=headers)
        assert changes.headers["Content-Encoding"] == encoding
        assert len(changes.json()["ideas"]) == limit
        assert int(changes.headers["Content-Length"]) <= most + 1_000, "counters and marks on top"


async def post_naturally(session: AsyncSession, place: MiniCluster, authors: list[Person], count: int) -> None:
    """Ideas as long, and as varied, as those of the demo, by people of different companies; the same ones each time."""
    rng = random.Random(7)
    affiliations = {row.account_id: row.id for row in await session.scalars(select(Affiliation))}
    for number in range(count):
        text = idea_text(rng, rng.choice(industry_names()))
        author = authors[number % len(authors)]
        idea = Idea(
            public_id=new_public_id(),
            creation_digest=bytes(32),
            mini_cluster_id=place.id,
            consortium_id=place.consortium_id,
            author_id=author.id,
            affiliation_id=affiliations[author.id],
            title=text.title,
            body=text.body,
            excerpt=excerpt_of(text.body),
            tags=list(text.tags),
            visibility=Visibility.MINI_CLUSTER,
            status=IdeaStatus.PUBLISHED,
            published_at=now(),
        )
        session.add(idea)
        await session.flush()
        await put_into_feeds(session, idea)
