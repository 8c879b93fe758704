"""Taking a roster over: one transaction, in which imports of one mini-cluster come one after the other."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record
from app.consortia.memberships import require_living
from app.consortia.queries import MiniClusterKey
from app.consortia.roster import queries
from app.consortia.roster.comparing import Change, Comparison, Known, compare
from app.consortia.roster.ending import end_memberships_of
from app.consortia.roster.entries import Entry, fields_of
from app.consortia.roster.errors import RosterChanged
from app.consortia.roster.inviting import revoke_open
from app.consortia.roster.reading import Roster
from app.consortia.roster.schemas import RosterImport as RosterImportView
from app.core.clock import now
from app.core.ids import new_public_id
from app.identity.actor import Actor
from app.models import MiniCluster, RosterImport, RosterRow
from app.models.bulk import bulk_insert
from app.models.rosters import RosterState

_KeyT = TypeVar("_KeyT", int, str)
_AT_ONCE = 500
_UNSYNCHRONISED = {"synchronize_session": False}
_NEW_COLUMNS = (
    "public_id", "mini_cluster_id", "import_id", "person_key", "name", "email", "is_shared_address", "phone",
    "organisation_name", "organisation_kind", "business_number", "position", "state", "confirmed_at",
)  # fmt: skip


class TakeOver:
    """One import. ``actor`` is None on the command line, where memberships of all roles but managers' may end."""

    def __init__(
        self,
        session: AsyncSession,
        place: MiniClusterKey,
        actor: Actor | None,
        roster: Roster,
        *,
        ends_memberships: bool,
    ) -> None:
        self._session = session
        self._place = place
        self._actor = actor
        self._roster = roster
        self._ends_memberships = ends_memberships
        self._moment: datetime = now()

    async def run(self, expected: str | None) -> RosterImportView:
        """Take it over. ``expected`` is the fingerprint of the preview; None takes over whatever it does.

        :raises RosterChanged: file or roster are others than in the preview.
        :raises MiniClusterDissolved, ConsortiumClosed: nobody joins any more.
        """
        place_id = self._place.id
        lock = select(MiniCluster.id).where(MiniCluster.id == place_id).with_for_update(key_share=True)
        await self._session.execute(lock)
        last = await self._session.scalar(queries.last_import(place_id))
        if last is not None and last.fingerprint.hex() == expected:
            return RosterImportView.model_validate(last)
        await require_living(self._session, place_id)
        comparison = compare(self._roster.entries, await queries.known_rows(self._session, place_id))
        fingerprint = comparison.fingerprint(
            self._roster.content, last.id if last else 0, ends_memberships=self._ends_memberships
        )
        if expected not in (None, fingerprint.hex()):
            raise RosterChanged
        return await self._apply(comparison, fingerprint)

    async def _apply(self, comparison: Comparison, fingerprint: bytes) -> RosterImportView:
        made = RosterImport(
            mini_cluster_id=self._place.id,
            imported_by_id=self._actor.account_id if self._actor else None,
            fingerprint=fingerprint,
            new_count=comparison.new_count,
            changed_count=len(comparison.changed),
            kept_count=len(comparison.kept),
            left_count=len(comparison.left),
            ended_count=0,
            created_at=self._moment,
        )
        self._session.add(made)
        await self._session.flush()
        await self._let_go(comparison.left)
        await self._change([*comparison.returned, *comparison.changed], made.id)
        await self._confirm()
        await self._add(comparison.new, made.id)
        await self._greet_members()
        if self._ends_memberships:
            made.ended_count = await end_memberships_of(self._session, self._actor, self._place, comparison.left)
        await self._record(made)
        await self._session.flush()
        return RosterImportView.model_validate(made)

    async def _add(self, entries: Sequence[Entry], import_id: int) -> None:
        rows = (self._new_row(entry, import_id) for entry in entries)
        await bulk_insert(await self._session.connection(), RosterRow, _NEW_COLUMNS, rows)

    def _new_row(self, entry: Entry, import_id: int) -> tuple[Any, ...]:
        return (
            new_public_id(), self._place.id, import_id, entry.person_key, entry.name, entry.email,
            entry.is_shared_address, entry.phone, entry.organisation_name, entry.organisation_kind,
            entry.business_number, entry.position, RosterState.IMPORTED, self._moment,
        )  # fmt: skip

    async def _greet_members(self) -> None:
        """Let those be known as members who are, by the address that is theirs alone."""
        members = await queries.members_by_address(self._session, self._place.id)
        for emails in _portions(members):
            statement = select(RosterRow).where(
                RosterRow.mini_cluster_id == self._place.id,
                RosterRow.email.in_(emails),
                RosterRow.left_at.is_(None),
                RosterRow.verified_at.is_(None),
                ~RosterRow.is_shared_address,
            )
            for row in await self._session.scalars(statement):
                row.state, row.account_id = RosterState.VERIFIED, members[row.email or ""]
                row.verified_at, row.wanted_at, row.wanted_by_id = self._moment, None, None

    async def _change(self, changes: Sequence[Change], import_id: int) -> None:
        """Store what the file says; who was invited at another address has to be invited again."""
        await self._revoke([change.known.id for change in changes if _moved(change)])
        rows = await self._rows_of(changes)
        for change in changes:
            row = rows[change.known.id]
            for name, value in fields_of(change.entry).items():
                setattr(row, name, value)
            row.person_key = change.entry.person_key
            if change.known.left_at is not None:
                row.left_at, row.import_id = None, import_id
            if row.verified_at is None and _moved(change):
                row.state, row.bounce_code, row.invited_at, row.invitation_id = RosterState.IMPORTED, None, None, None

    async def _rows_of(self, changes: Sequence[Change]) -> dict[int, RosterRow]:
        found: dict[int, RosterRow] = {}
        for ids in _portions(change.known.id for change in changes):
            statement = select(RosterRow).where(RosterRow.id.in_(ids)).execution_options(populate_existing=True)
            found |= {row.id: row for row in await self._session.scalars(statement)}
        return found

    async def _let_go(self, left: Sequence[Known]) -> None:
        await self._revoke([known.id for known in left])
        for ids in _portions(known.id for known in left):
            statement = update(RosterRow).where(RosterRow.id.in_(ids))
            values = {"left_at": self._moment, "wanted_at": None, "wanted_by_id": None}
            await self._session.execute(statement.values(values), execution_options=_UNSYNCHRONISED)

    async def _revoke(self, row_ids: Sequence[int]) -> None:
        for ids in _portions(row_ids):
            await revoke_open(self._session, ids)

    async def _confirm(self) -> None:
        """Date everybody whom the file names."""
        await self._session.flush()
        statement = update(RosterRow).where(RosterRow.mini_cluster_id == self._place.id, RosterRow.left_at.is_(None))
        await self._session.execute(statement.values(confirmed_at=self._moment), execution_options=_UNSYNCHRONISED)

    async def _record(self, made: RosterImport) -> None:
        await record(
            self._session,
            actor_id=made.imported_by_id,
            action="roster.imported",
            target_kind="roster_import",
            target_id=made.id,
            consortium_id=self._place.consortium_id,
            details={
                "mini_cluster_id": self._place.id,
                "new": made.new_count,
                "changed": made.changed_count,
                "left": made.left_count,
                "ended": made.ended_count,
            },
        )


def _moved(change: Change) -> bool:
    """Whether the person is reached at another address, or no longer alone at this one."""
    return not {"email", "is_shared_address"}.isdisjoint(change.fields)


def _portions(ids: Iterable[_KeyT]) -> Iterator[list[_KeyT]]:
    """So many keys as a statement takes well."""
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
