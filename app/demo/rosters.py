"""The roster of the home mini-cluster: its members, and some who have not joined yet, each for another reason."""

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.queries import MiniClusterKey
from app.consortia.roster.entries import Entry
from app.consortia.roster.reading import Roster
from app.consortia.roster.taking_over import TakeOver
from app.core.clock import now
from app.demo.places import HOME_MINI_CLUSTER, Places
from app.models import Account, Affiliation, Membership, Organisation, RosterRow
from app.models.organisations import OrganisationKind
from app.models.rosters import RosterState

_MEMBERS = 40
_OTHERS = (
    # Name, address, whether several share it, phone.
    ("윤가람", "garam.yoon@roster.example", False, None),
    ("서나래", "narae.seo@roster.example", False, "01000000001"),
    ("임다솜", "dasom.lim@roster.example", False, None),
    ("한보람", "info@roster.example", True, None),
    ("오새봄", "info@roster.example", True, None),
    ("조한별", None, False, "01000000002"),
)
_INVITED, _BOUNCED = "서나래", "임다솜"


async def fill_roster(session: AsyncSession, places: Places) -> None:
    """Take a roster over, as if it had come from a spreadsheet; one has been invited, one mail has come back."""
    home = places.of_code(HOME_MINI_CLUSTER)
    entries = [*await _members(session, home.id)]
    entries += [
        Entry(
            row=len(entries) + 2 + number,
            name=name,
            email=email,
            is_shared_address=is_shared,
            phone=phone,
            organisation_name="㈜가람정밀",
            organisation_kind=OrganisationKind.COMPANY,
            business_number=None,
            position="대리",
        )
        for number, (name, email, is_shared, phone) in enumerate(_OTHERS)
    ]
    roster = Roster(b"", len(entries), entries, [], [])
    place = MiniClusterKey(home.id, home.consortium_id, None)
    await TakeOver(session, place, None, roster, ends_memberships=False).run(None)
    for name, state in ((_INVITED, RosterState.INVITED), (_BOUNCED, RosterState.BOUNCED)):
        row = (await session.scalars(select(RosterRow).where(RosterRow.name == name))).one()
        row.state, row.invited_at = state, now()
        row.bounce_code = "smtp_550" if state is RosterState.BOUNCED else None
    await session.flush()


async def _members(session: AsyncSession, mini_cluster_id: int) -> list[Entry]:
    statement = (
        select(Account.name, Account.email, Affiliation.position, Organisation)
        .join(Membership, Membership.account_id == Account.id)
        .join(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Membership.mini_cluster_id == mini_cluster_id, Membership.ended_at.is_(None))
        .order_by(Account.id)
        .limit(literal_column(str(_MEMBERS)))
    )
    return [
        Entry(
            row=number,
            name=name,
            email=email,
            is_shared_address=False,
            phone=None,
            organisation_name=organisation.name,
            organisation_kind=organisation.kind,
            business_number=organisation.business_number,
            position=position,
        )
        for number, (name, email, position, organisation) in enumerate((await session.execute(statement)).all(), 2)
    ]
