"""Previewing and taking over a roster. The file is read before any transaction begins."""

import uuid

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.consortia.queries import MiniClusterKey, locate_mini_cluster
from app.consortia.roster import schemas
from app.consortia.roster.comparing import Comparison, compare
from app.consortia.roster.errors import RosterFaulty
from app.consortia.roster.policy import may_keep_roster
from app.consortia.roster.queries import known_rows, last_import_id
from app.consortia.roster.reading import Roster, read_roster
from app.consortia.roster.taking_over import TakeOver
from app.core.database import Database
from app.core.errors import Forbidden, Unauthenticated
from app.core.localisation import Locale
from app.identity.actor import Actor
from app.identity.queries import load_actor
from app.identity.sessions.queries import is_alive

FAULTS_SHOWN = 200
PEOPLE_SHOWN = 200


async def preview_roster(
    database: Database, actor: Actor, mini_cluster_id: uuid.UUID, content: bytes, *, ends_memberships: bool
) -> schemas.RosterPreview:
    """What a file would do; nothing is stored but that it was looked at.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    :raises Invalid: the file can't be read, or is no roster.
    :raises ReadingBusy: too many files are being read.
    """
    async with database.read() as connection:
        place = await _kept_place(connection, actor, mini_cluster_id)
    roster = await read_roster(content)
    # Whom the roster names no longer is shown by name.
    access = Access("roster.previewed", "mini_cluster", place.id, consortium_id=place.consortium_id)
    await AccessLog(database, actor.account_id).note(access)
    async with database.read() as connection:
        return await preview_in(connection, place, roster, actor.locale, ends_memberships=ends_memberships)


async def import_roster(
    database: Database,
    actor: Actor,
    mini_cluster_id: uuid.UUID,
    content: bytes,
    fingerprint: str,
    *,
    ends_memberships: bool,
) -> schemas.RosterImport:
    """Take a previewed file over, all of it or nothing; the same again gives the same answer.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor does not keep its roster.
    :raises Invalid: the file can't be read, or is no roster.
    :raises RosterFaulty: rows have errors.
    :raises RosterChanged: file or roster are others than in the preview.
    :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more.
    :raises ReadingBusy: too many files are being read.
    :raises Unauthenticated: the session ended meanwhile.
    """
    async with database.read() as connection:
        await _kept_place(connection, actor, mini_cluster_id)
    roster = faultless(await read_roster(content))
    async with database.write() as session:
        present = await load_actor(session, actor.account_id)
        if present is None or not await is_alive(session, actor.session_id):
            raise Unauthenticated
        place = await _kept_place(session, present, mini_cluster_id)
        return await TakeOver(session, place, present, roster, ends_memberships=ends_memberships).run(fingerprint)


def faultless(roster: Roster) -> Roster:
    """Let a roster without errors pass.

    :raises RosterFaulty: some rows have errors.
    """
    if roster.faults:
        raise RosterFaulty(count=roster.faulty_row_count)
    return roster


async def preview_in(
    connection: AsyncConnection | AsyncSession,
    place: MiniClusterKey,
    roster: Roster,
    locale: Locale,
    *,
    ends_memberships: bool,
) -> schemas.RosterPreview:
    """A file compared with what is stored of its mini-cluster; while rows have errors there is nothing to confirm."""
    comparison = compare(roster.entries, await known_rows(connection, place.id))
    fingerprint = None
    if not roster.faults:
        basis = await last_import_id(connection, place.id)
        fingerprint = comparison.fingerprint(roster.content, basis, ends_memberships=ends_memberships).hex()
    return _preview(roster, comparison, fingerprint, locale)


def _preview(roster: Roster, comparison: Comparison, fingerprint: str | None, locale: Locale) -> schemas.RosterPreview:
    return schemas.RosterPreview(
        fingerprint=fingerprint,
        row_count=roster.row_count,
        error_row_count=roster.faulty_row_count,
        errors=[schemas.roster_error(fault, locale) for fault in roster.faults[:FAULTS_SHOWN]],
        ignored_columns=roster.ignored_heads[:FAULTS_SHOWN],
        new_count=comparison.new_count,
        changed_count=len(comparison.changed),
        kept_count=len(comparison.kept),
        left_count=len(comparison.left),
        new=[
            schemas.RosterPerson(row=entry.row, name=entry.name, organisation=entry.organisation_name, changed=[])
            for entry in [*comparison.new, *(change.entry for change in comparison.returned)][:PEOPLE_SHOWN]
        ],
        changed=[schemas.changed_person(change) for change in comparison.changed[:PEOPLE_SHOWN]],
        left=[schemas.left_person(known) for known in comparison.left[:PEOPLE_SHOWN]],
    )


async def _kept_place(
    connection: AsyncConnection | AsyncSession, actor: Actor, mini_cluster_id: uuid.UUID
) -> MiniClusterKey:
    place = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_keep_roster(actor, place.id, place.consortium_id):
        raise Forbidden
    return place
