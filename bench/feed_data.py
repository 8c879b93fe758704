"""A synthetic place of any size for the feed benchmark: 20 consortia, 100 mini-clusters, N ideas, a few viewers."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import now, to_micros
from app.core.localisation import Locale
from app.ideas.ranking import calendar_keys, hot_key
from app.ideas.streams import streams_of_idea
from app.identity.actor import Actor, ActorMembership
from app.models import Account, Block, Consortium, FeedEntry, Idea, MiniCluster
from app.models.bulk import bulk_insert
from app.models.ideas import IdeaState, IdeaStatus, Visibility
from app.models.memberships import MemberRole
from app.models.programme import ConsortiumKind

CONSORTIA = 30
PER_CONSORTIUM = 4
ACCOUNTS = 8_300
SPARSE_CONSORTIA = 10
"""The last consortia get next to no ideas: their streams are sparse, however many ideas there are."""
IDEAS_IN_SPARSE = 3
LOUD_AUTHOR = 1
"""Writes a tenth of all ideas."""
END = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """What a viewer can be made of."""

    ideas: int
    seed: int = 7

    def mini_clusters(self, consortium: int) -> list[int]:
        """Ids of the mini-clusters of a consortium."""
        return [(consortium - 1) * PER_CONSORTIUM + number + 1 for number in range(PER_CONSORTIUM)]


def viewer(account_id: int, mini_cluster_ids: list[int], linked: list[int]) -> Actor:
    """An actor with these memberships and links."""
    memberships = tuple(
        ActorMembership(mini_cluster, (mini_cluster - 1) // PER_CONSORTIUM + 1, MemberRole.MEMBER)
        for mini_cluster in mini_cluster_ids
    )
    own = {membership.consortium_id for membership in memberships}
    return Actor(
        account_id=account_id,
        public_id=uuid.UUID(int=account_id),
        session_id=None,
        locale=Locale.KOREAN,
        is_operator=False,
        organisation_id=None,
        affiliation_id=None,
        memberships=memberships,
        coordinated=(),
        coordinated_consortium_ids=frozenset(),
        linked_consortium_ids=frozenset(linked) - own,
    )


def viewers() -> dict[str, Actor]:
    """The viewers of the benchmark: 1, 5 and 30 mini-clusters with 10 links, dense and sparse, and a blocker."""
    dense, sparse = CONSORTIA - SPARSE_CONSORTIA, CONSORTIA - SPARSE_CONSORTIA + 1
    sparse_links = list(range(sparse, CONSORTIA + 1))
    dense_links = list(range(dense - 9, dense + 1))
    spread = [consortium * PER_CONSORTIUM - 3 for consortium in range(1, dense + 1)]
    return {
        "1 mini-cluster, dense": viewer(11, [1], dense_links),
        "5 mini-clusters, dense": viewer(12, spread[:5], dense_links),
        "30 mini-clusters, dense": viewer(13, [*range(1, 31)], dense_links),
        "1 mini-cluster, sparse": viewer(14, [sparse * PER_CONSORTIUM], sparse_links),
        "5 mini-clusters, sparse": viewer(15, [PER_CONSORTIUM * n for n in range(sparse, sparse + 5)], sparse_links),
        "30 mini-clusters, sparse": viewer(16, [*range(91, 121)], sparse_links),
        "1 dense, 4 sparse": viewer(17, [1, *(PER_CONSORTIUM * n for n in range(sparse, sparse + 4))], sparse_links),
        "5 dense, blocks the loudest": viewer(18, spread[:5], dense_links),
    }


async def load(connection: AsyncConnection, place: Place) -> None:
    """Fill an empty migrated database."""
    moment = now()
    consortia = range(1, CONSORTIA + 1)
    await bulk_insert(
        connection,
        Consortium,
        ["id", "public_id", "code", "kind", "name_ko", "name_en", "created_at"],
        ((n, uuid.UUID(int=n), f"c{n}", ConsortiumKind.REGIONAL, f"권역 {n}", f"Area {n}", moment) for n in consortia),
    )
    await bulk_insert(
        connection,
        MiniCluster,
        ["id", "public_id", "consortium_id", "code", "industry", "name_ko", "name_en", "founded_at"],
        (
            (m, uuid.UUID(int=m), c, f"m{m}", "moulds", f"미니클러스터 {m}", f"Mini-cluster {m}", moment)
            for c in consortia
            for m in place.mini_clusters(c)
        ),
    )
    await bulk_insert(
        connection,
        Account,
        ["id", "public_id", "email", "name", "status", "is_operator", "locale", "time_zone", "created_at"],
        (
            (n, uuid.UUID(int=n), f"m{n}@example.kr", f"회원 {n}", "active", False, Locale.KOREAN, "Asia/Seoul", moment)
            for n in range(1, ACCOUNTS + 1)
        ),
    )
    await _load_ideas(connection, place)
    await bulk_insert(connection, Block, ["blocker_id", "blocked_id", "created_at"], [(18, LOUD_AUTHOR, moment)])


async def _load_ideas(connection: AsyncConnection, place: Place) -> None:
    columns = [
        "id", "public_id", "creation_digest", "mini_cluster_id", "consortium_id", "author_id", "title", "body",
        "excerpt", "tags", "visibility", "has_exclusions", "status", "state", "version", "vote_count", "comment_count",
        "created_at", "published_at",
    ]  # fmt: skip
    entries: list[tuple[int, ...]] = []
    await bulk_insert(connection, Idea, columns, _ideas(place, entries))
    await bulk_insert(connection, FeedEntry, [*FeedEntry.__table__.c.keys()], entries)


def _ideas(place: Place, entries: list[tuple[int, ...]]) -> Iterator[tuple[object, ...]]:
    rng = random.Random(place.seed)
    span = timedelta(days=730)
    body = "절삭유 미스트를 줄이는 집진 장치를 여러 회사가 함께 시험해 보고 싶습니다. " * 12
    kinds = list(Visibility)
    sparse_clusters = SPARSE_CONSORTIA * PER_CONSORTIUM
    sparse_every = max(1, place.ideas // (sparse_clusters * IDEAS_IN_SPARSE))
    for number in range(1, place.ideas + 1):
        published = END - span * (1 - number / place.ideas)
        nth_sparse, remainder = divmod(number, sparse_every)
        is_sparse = remainder == 0 and nth_sparse <= sparse_clusters * IDEAS_IN_SPARSE
        dense_cluster = rng.randint(1, (CONSORTIA - SPARSE_CONSORTIA) * PER_CONSORTIUM)
        mini_cluster = CONSORTIA * PER_CONSORTIUM - nth_sparse % sparse_clusters if is_sparse else dense_cluster
        consortium = (mini_cluster - 1) // PER_CONSORTIUM + 1
        author = LOUD_AUTHOR if rng.random() < 0.1 else rng.randint(20, ACCOUNTS)
        visibility = rng.choices(kinds, [2, 50, 28, 10, 10])[0]
        if is_sparse:
            visibility = kinds[1 + nth_sparse // sparse_clusters % 3]
        votes, comments = int(rng.expovariate(0.25)), int(rng.expovariate(0.12))
        readers = [rng.randint(1, ACCOUNTS) for _ in range(5)] if visibility is Visibility.NAMED else []
        keys = (author, 0, int(comments > 0), to_micros(published), hot_key(published, votes, comments),
                *calendar_keys(published), votes)  # fmt: skip
        streams = streams_of_idea(visibility, mini_cluster, consortium, author, readers)
        entries.extend((number, stream, *keys) for stream in streams)
        yield (
            number, uuid.UUID(int=number), b"\0" * 32, mini_cluster, consortium, author, f"아이디어 {number}", body,
            body[:200], ["집진", "절삭유"], visibility, False, IdeaStatus.PUBLISHED, IdeaState.OPEN, 1, votes, comments,
            published, published,
        )  # fmt: skip
