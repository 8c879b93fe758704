"""The people of the demo as rows."""

import random
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.organisation_names import name_key
from app.demo.employers import Employer
from app.demo.keys import Counters, moment, public_id
from app.demo.members import Member
from app.demo.tables import Watch, insert
from app.models import (
    Account,
    Affiliation,
    CoordinatorRole,
    Membership,
    MiniClusterFollow,
    Organisation,
    OrganisationSizeBand,
)
from app.models.accounts import AccountStatus


async def insert_employers(
    connection: AsyncConnection, rng: random.Random, employers: Sequence[Employer], ids: Counters, watch: Watch
) -> None:
    """Organisations and the history of their size bands."""
    watch.begin("기관", "organisations", len(employers))
    await insert(
        connection,
        Organisation,
        "id public_id kind name name_key name_en business_number size_band verified_at created_at",
        (
            (
                employer.id,
                public_id(rng, employer.registered_at),
                employer.kind,
                employer.name_ko,
                name_key(employer.name_ko),
                employer.name_en,
                employer.business_number,
                employer.size_band,
                moment(employer.registered_at) if employer.business_number else None,
                moment(employer.registered_at),
            )
            for employer in employers
        ),
    )
    bands = [
        (next(ids[OrganisationSizeBand]), employer.id, band, moment(start), moment(end) if end else None)
        for employer in employers
        for band, start, end in _bands(employer)
    ]
    await insert(connection, OrganisationSizeBand, "id organisation_id size_band started_at ended_at", bands)
    watch.advance(len(employers))


def _bands(employer: Employer) -> list[tuple[object, int, int]]:
    if employer.size_band is None:
        return []
    if employer.earlier_band is None:
        return [(employer.size_band, employer.registered_at, 0)]
    grown = max(employer.grown_at, employer.registered_at)
    return [(employer.earlier_band, employer.registered_at, grown), (employer.size_band, grown, 0)]


async def insert_members(
    connection: AsyncConnection,
    rng: random.Random,
    members: Sequence[Member],
    ids: Counters,
    watch: Watch,
    *,
    password_hash: str,
    terms_version: str,
) -> None:
    """Accounts with their affiliations, memberships and coordinator roles."""
    watch.begin("회원", "members", len(members))
    await insert(
        connection,
        Account,
        "id public_id email password_hash name status is_operator locale time_zone terms_version terms_accepted_at"
        " created_at",
        (
            (
                person.id,
                public_id(rng, person.joined_at),
                person.email,
                password_hash if person.account else None,
                person.name,
                AccountStatus.ACTIVE,
                person.is_operator,
                person.locale,
                "Asia/Seoul",
                terms_version,
                moment(person.joined_at),
                moment(person.joined_at),
            )
            for person in members
        ),
    )
    await _insert_history(connection, members, ids)
    watch.advance(len(members))


async def _insert_history(connection: AsyncConnection, members: Sequence[Member], ids: Counters) -> None:
    await insert(
        connection,
        Affiliation,
        "id account_id organisation_id position started_at ended_at",
        (
            (job.id, person.id, job.employer.id, job.position, moment(job.started_at), _end(job.ended_at))
            for person in members
            for job in person.jobs
        ),
    )
    await insert(
        connection,
        Membership,
        "id account_id mini_cluster_id role started_at ended_at",
        (
            (next(ids[Membership]), person.id, b.place.id, b.role, moment(b.started_at), _end(b.ended_at))
            for person in members
            for b in person.memberships
        ),
    )
    await _insert_places(connection, members, ids)


async def _insert_places(connection: AsyncConnection, members: Sequence[Member], ids: Counters) -> None:
    """What people follow and coordinate."""
    await insert(
        connection,
        MiniClusterFollow,
        "account_id mini_cluster_id created_at",
        (
            (person.id, b.place.id, moment(b.started_at))
            for person in members
            for b in person.memberships
            if not b.ended_at
        ),
    )
    await insert(
        connection,
        CoordinatorRole,
        "id account_id consortium_id started_at",
        (
            (next(ids[CoordinatorRole]), person.id, person.coordinates, moment(person.joined_at))
            for person in members
            if person.coordinates is not None
        ),
    )


def _end(micros: int) -> object:
    return moment(micros) if micros else None
