"""Accepting an invitation: account, membership, use and session in one transaction, or nothing of it."""

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.applications.service import close_as_joined
from app.consortia.invitations.employers import employer_of
from app.consortia.invitations.errors import (
    InvitationForAnother,
    InvitationUsed,
    email_missing,
    said_by_nobody,
    shared_address,
)
from app.consortia.invitations.queries import invitation_for_update
from app.consortia.invitations.schemas import InvitationAcceptance
from app.consortia.invitations.service import require_open
from app.consortia.memberships import join
from app.consortia.queries import locate_mini_cluster
from app.consortia.roster.joining import employer_of_row, note_joined, row_of_invitation
from app.consortia.roster.secrets import secret_digest
from app.core.clock import now
from app.core.database import Database
from app.core.errors import NotFound
from app.core.localisation import Locale
from app.core.settings import Settings
from app.identity.accounts.queries import current_membership, memberships_statement
from app.identity.accounts.schemas import CurrentMembership
from app.identity.accounts.service import NewAccount, create_account
from app.identity.actor import Actor
from app.identity.me.service import check_terms
from app.identity.sessions.schemas import SessionTokens
from app.identity.sessions.service import open_session
from app.models import Account, Invitation, Membership, RosterRow

log = structlog.get_logger(__name__)


async def accept_as_stranger(
    database: Database, settings: Settings, request: InvitationAcceptance, locale: Locale
) -> SessionTokens:
    """Make an account for whoever holds the link or the printed code, let it join, and sign it in.

    What the person does not say is taken from the roster, if it was a roster that invited him.

    :raises NotFound: there is no such invitation.
    :raises InvitationUsed, InvitationExpired, InvitationRevoked: it is closed.
    :raises InvitationForAnother: it is bound to another address.
    :raises MiniClusterDissolved: nobody joins the mini-cluster any more.
    :raises EmailTaken: the address has an account, which can accept the invitation once it is signed in.
    :raises Invalid: something is missing or wrong, the address is a shared one, or the terms are not the present ones.
    """
    check_terms(request.terms_version, settings.terms_version)
    digest = secret_digest(settings.signing_key, request.token)
    async with database.read() as connection:
        await _turn_strangers_away(connection, digest)
    async with database.write() as session:
        invitation = await _open_invitation(session, digest)
        row = await row_of_invitation(session, invitation.id)
        email = _address_for(invitation, request.email, row)
        new = NewAccount(
            email=email,
            name=_said("name", request.name, row.name if row else None),
            locale=locale,
            organisation_id=await _employer(session, request, row),
            position=_said("position", request.position, row.position if row else None),
            terms_version=settings.terms_version,
        )
        account = await create_account(session, new)
        tokens = await open_session(session, account.id, request.device)
        await _use(session, invitation, account.id)  # after the session: who is seen later than this has come back
        return tokens


async def accept_as_member(session: AsyncSession, actor: Actor, signing_key: bytes, token: str) -> CurrentMembership:
    """Let a signed-in person join. The same person accepting again gets the same answer.

    :raises NotFound: there is no such invitation.
    :raises InvitationUsed, InvitationExpired, InvitationRevoked: it is closed.
    :raises InvitationForAnother: it is bound to another address.
    :raises AlreadyMember: the person is one; the invitation stays open.
    :raises MiniClusterDissolved: nobody joins the mini-cluster any more.
    """
    invitation = await invitation_for_update(session, token_digest=secret_digest(signing_key, token))
    if invitation is None:
        raise NotFound
    if invitation.used_by_id != actor.account_id:
        require_open(invitation)
        email = await session.scalar(select(Account.email).where(Account.id == actor.account_id))
        if invitation.email is not None and invitation.email != email:
            raise InvitationForAnother
        await _use(session, invitation, actor.account_id)
    statement = memberships_statement().where(
        Membership.account_id == actor.account_id, Membership.mini_cluster_id == invitation.mini_cluster_id
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:  # accepted before, and left again since
        raise InvitationUsed
    return current_membership(row)


async def require_membership(session: AsyncSession, actor: Actor, earlier: CurrentMembership) -> None:
    """Let the stored answer to an acceptance be given again only to a member.

    :raises NotFound: the actor is none any more.
    """
    place = await locate_mini_cluster(session, earlier.mini_cluster.id)
    if place.id not in actor.own_mini_cluster_ids:
        raise NotFound


async def _turn_strangers_away(connection: AsyncConnection, digest: bytes) -> None:
    """Refuse a made-up token before it could take the write lock."""
    statement = select(Invitation.id).where(Invitation.token_digest == digest)
    if (await connection.execute(statement)).scalar_one_or_none() is None:
        raise NotFound


async def _open_invitation(session: AsyncSession, digest: bytes) -> Invitation:
    invitation = await invitation_for_update(session, token_digest=digest)
    if invitation is None:
        raise NotFound
    require_open(invitation)
    return invitation


def _said(field: str, given: str | None, of_roster: str | None) -> str:
    """What the person says, or the roster does."""
    if (said := given or of_roster) is None:
        raise said_by_nobody(field)
    return said


async def _employer(session: AsyncSession, request: InvitationAcceptance, row: RosterRow | None) -> int:
    if row is not None and request.organisation_id is None and request.organisation is None:
        return await employer_of_row(session, row)
    return await employer_of(session, request.organisation_id, request.organisation)


def _address_for(invitation: Invitation, given: str | None, row: RosterRow | None) -> str | None:
    """The address of the account; None where a roster invited somebody who has none of his own."""
    if invitation.email is None:
        if given is None and row is None:
            raise email_missing()
        if given is not None and row is not None and row.is_shared_address and given == row.email:
            raise shared_address()
        return given
    if given not in (None, invitation.email):
        raise InvitationForAnother
    return invitation.email


async def _use(session: AsyncSession, invitation: Invitation, account_id: int) -> None:
    await join(session, account_id, invitation.mini_cluster_id, invitation.role)
    await close_as_joined(session, account_id, invitation.mini_cluster_id)
    await note_joined(session, account_id, invitation.mini_cluster_id, invitation.id)
    invitation.used_at = now()
    invitation.used_by_id = account_id
    await session.flush()
    log.info("invitation.accepted", invitation_id=invitation.id, account_id=account_id)
