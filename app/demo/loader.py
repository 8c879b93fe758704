"""Loading demo data: all of it in one transaction, or none."""

import random
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.demo.accounts import MEMBER, PASSWORD
from app.demo.employers import Employers
from app.demo.idea_plans import Plan, Planner
from app.demo.idea_rows import IdeaWriter
from app.demo.keys import Counters, free_ids
from app.demo.moderation import fill_queue
from app.demo.places import Places, load_places
from app.demo.population import Population
from app.demo.population_rows import insert_employers, insert_members
from app.demo.rhythm import Rhythm
from app.demo.rosters import fill_roster
from app.demo.size import DemoSize
from app.demo.tables import NoWatch, Watch
from app.demo.threads import ThreadWriter
from app.demo.tours import invite_experts, open_showcases
from app.identity.passwords.hashing import hash_password
from app.models import (
    Account,
    Affiliation,
    Comment,
    CoordinatorRole,
    Idea,
    IdeaStateChange,
    Membership,
    Model,
    Organisation,
    OrganisationSizeBand,
)
from app.models.sequences import continue_numbering

_NUMBERED: tuple[type[Model], ...] = (
    Account,
    Affiliation,
    Comment,
    CoordinatorRole,
    Idea,
    IdeaStateChange,
    Membership,
    Organisation,
    OrganisationSizeBand,
)
_SQLITE_CACHE_KIB = 262_144


class DemoReport(NamedTuple):
    """What was loaded."""

    mini_clusters: int
    organisations: int
    members: int
    ideas: int
    votes: int
    comments: int


async def load_demo(
    database: Database, size: DemoSize, terms_version: str, watch: Watch | None = None
) -> DemoReport | None:
    """Fill a migrated database, beside what is there; None, and nothing is done, where the demo is there already.

    Nobody else can write meanwhile. Everybody of the demo has accepted ``terms_version``.
    """
    password_hash = await hash_password(PASSWORD)
    async with database.write() as session:
        connection = await session.connection()
        await _prepare(connection)
        if await session.scalar(select(Account.id).where(Account.email == MEMBER.email)) is not None:
            return None
        loading = _Loading(session, connection, size, watch or NoWatch())
        report = await loading.run(password_hash, terms_version)
        await continue_numbering(connection, _NUMBERED)
        await connection.execute(text("ANALYZE"))
    if database.is_sqlite:
        async with database.read() as reader:
            # The whole load went through the write-ahead log: give its disk space back.
            await reader.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return report


async def _prepare(connection: AsyncConnection) -> None:
    """Lift the time limits of requests, and keep others from writing: rows come with numbers of their own."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        tables = ", ".join(Model.metadata.tables)
        await connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
    else:
        await connection.execute(text(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}"))


class _Loading:
    """One run. Each part draws from a source of its own, so that a change of one leaves the others as they were."""

    def __init__(self, session: AsyncSession, connection: AsyncConnection, size: DemoSize, watch: Watch) -> None:
        self._session = session
        self._connection = connection
        self._size = size
        self._watch = watch
        self._end = now()

    def _chance(self, part: str) -> tuple[random.Random, Rhythm]:
        rng = random.Random(f"{self._size.seed} {part}")  # noqa: S311 - demo data, no secrets
        return rng, Rhythm(rng, self._end)

    async def run(self, password_hash: str, terms_version: str) -> DemoReport:
        """Make everything."""
        ids = await free_ids(self._connection, _NUMBERED)
        places = await load_places(self._session, *self._chance("places"), self._size)
        employers, population = await self._draw_people(places, ids)
        rng, _ = self._chance("public ids of people")
        await insert_employers(self._connection, rng, employers.drawn, ids, self._watch)
        await insert_members(
            self._connection,
            rng,
            population.members,
            ids,
            self._watch,
            password_hash=password_hash,
            terms_version=terms_version,
        )
        plans = Planner(*self._chance("ideas"), places, population).plan(self._size, ids[Idea])
        await IdeaWriter(*self._chance("texts"), ids).insert(self._connection, plans, self._watch)
        await ThreadWriter(*self._chance("comments"), population, ids).insert(self._connection, plans, self._watch)
        await open_showcases(self._session, places)
        await invite_experts(self._session)
        await fill_roster(self._session, places)
        await continue_numbering(self._connection, _NUMBERED)  # from here on rows take the next numbers
        await fill_queue(self._session)
        return _report(places, employers, population, plans)

    async def _draw_people(self, places: Places, ids: Counters) -> tuple[Employers, Population]:
        rng, rhythm = self._chance("people")
        taken = select(Organisation.business_number).where(Organisation.business_number.is_not(None))
        numbers = {number for number in await self._session.scalars(taken) if number is not None}
        employers = Employers(rng, rhythm, ids[Organisation], numbers)
        population = Population(rng, rhythm, places, employers, ids[Account], ids[Affiliation])
        population.fill(self._size)
        return employers, population


def _report(places: Places, employers: Employers, population: Population, plans: Sequence[Plan]) -> DemoReport:
    return DemoReport(
        mini_clusters=len(places.mini_clusters),
        organisations=len(employers.drawn),
        members=len(population.members),
        ideas=len(plans),
        votes=sum(len(plan.voters) for plan in plans),
        comments=sum(plan.comments for plan in plans),
    )
