"""Where demo people meet: the programme by its real names, sub-mini-clusters beyond it, and links."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.loading import load_programme_rows
from app.consortia.programme import load_programme
from app.demo.keys import moment
from app.demo.rhythm import Rhythm
from app.demo.size import DemoSize
from app.models import Consortium, ConsortiumLink, MiniCluster
from app.models.programme import ConsortiumKind, LinkState

HOME_MINI_CLUSTER = "changwon-machinery-parts"
"""Where the demo accounts meet, by its code in the programme file. The first showcase idea stands there."""
SECOND_MINI_CLUSTER = "korea-germany-metal-moulds"
"""One with partners abroad and ideas in English, of which they are members too."""
_LINKED_SHARE = 0.6
_SURE_LINK = frozenset({"southeast", "honam"})


@dataclass(frozen=True)
class Place:
    """A mini-cluster as the loader needs it."""

    id: int
    code: str
    consortium_id: int
    industry: str


@dataclass(frozen=True)
class Places:
    """All mini-clusters, their consortia by id, and which consortia are linked."""

    mini_clusters: Sequence[Place]
    consortia: Mapping[int, Consortium]
    linked: Mapping[int, frozenset[int]]

    def of_code(self, code: str) -> Place:
        """The mini-cluster of a code of the programme file."""
        return next(place for place in self.mini_clusters if place.code == code)


async def load_places(session: AsyncSession, rng: random.Random, rhythm: Rhythm, size: DemoSize) -> Places:
    """Make the programme's rows, or find them; add sub-mini-clusters up to the size, and links."""
    programme = load_programme()
    await load_programme_rows(session, programme)
    codes = [entry.code for entry in programme.mini_clusters]
    real = {row.code: row for row in await session.scalars(select(MiniCluster).where(MiniCluster.code.in_(codes)))}
    rows = [real[code] for code in codes]
    consortium_ids = {row.consortium_id for row in rows}
    consortia = {
        row.id: row for row in await session.scalars(select(Consortium).where(Consortium.id.in_(consortium_ids)))
    }
    rows += _sub_mini_clusters(rows, consortia, (size.mini_clusters or len(rows)) - len(rows), rhythm)
    for row in rows:
        # Ideas two years old need a mini-cluster that is older.
        row.founded_at = min(row.founded_at, moment(rhythm.earlier(1_500, 5_000)))
    session.add_all(rows)
    linked = await _link(session, rng, rhythm, consortia, rows)
    await session.flush()
    places = [Place(row.id, row.code, row.consortium_id, row.industry) for row in rows]
    return Places(places, consortia, linked)


def _sub_mini_clusters(
    rows: Sequence[MiniCluster], consortia: Mapping[int, Consortium], wanted: int, rhythm: Rhythm
) -> list[MiniCluster]:
    """Sub-groups (서브 미니클러스터) of the regional mini-clusters, the first of each, then the second of each."""
    regional = [row for row in rows if consortia[row.consortium_id].kind is ConsortiumKind.REGIONAL]
    subs = []
    for place in range(wanted):
        number, parent = place // len(regional) + 1, regional[place % len(regional)]
        subs.append(
            MiniCluster(
                consortium_id=parent.consortium_id,
                complex_id=parent.complex_id,
                code=f"{parent.code}-sub-{number}",
                industry=parent.industry,
                name_ko=f"{parent.name_ko} 서브 {number}분과",
                name_en=f"{parent.name_en}, Sub-group {number}",
                founded_at=moment(rhythm.end),
            )
        )
    return subs


async def _link(
    session: AsyncSession,
    rng: random.Random,
    rhythm: Rhythm,
    consortia: Mapping[int, Consortium],
    rows: Sequence[MiniCluster],
) -> dict[int, frozenset[int]]:
    """Link some of the consortia that share a field; return which are linked now."""
    fields: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        fields[row.consortium_id].add(row.industry)
    present = {(link.first_id, link.second_id): link.state for link in await session.scalars(select(ConsortiumLink))}
    linked: dict[int, set[int]] = defaultdict(set)
    for first, second in combinations(sorted(consortia), 2):
        is_sure = {consortia[first].code, consortia[second].code} == _SURE_LINK
        if not fields[first] & fields[second]:
            continue
        drawn = LinkState.ACTIVE if is_sure or rng.random() < _LINKED_SHARE else LinkState.PROPOSED
        state = present.get((first, second))
        if state is None:
            session.add(_new_link(rng, rhythm, first, second, drawn))
        if (state or drawn) is LinkState.ACTIVE:
            linked[first].add(second)
            linked[second].add(first)
    return {consortium: frozenset(linked[consortium]) for consortium in consortia}


def _new_link(rng: random.Random, rhythm: Rhythm, first: int, second: int, state: LinkState) -> ConsortiumLink:
    proposed = rhythm.earlier(30, 900)
    agreed = moment(rhythm.answer_to(proposed)) if state is LinkState.ACTIVE else None
    return ConsortiumLink(
        first_id=first,
        second_id=second,
        proposed_by_id=rng.choice((first, second)),
        state=state,
        created_at=moment(proposed),
        agreed_at=agreed,
    )
