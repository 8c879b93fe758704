"""Accepting an invitation: account, membership, use and session in one transaction, or nothing of it."""

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.applications.service import close_as_joined
from app.consortia.invitations.employers import employer_of
from app.consortia.invitations.errors import InvitationForAnother, InvitationUsed, email_missing
from app.consortia.invitations.queries import invitation_for_update
from app.consortia.invitations.schemas import InvitationAcceptance
from app.consortia.invitations.service import require_open
from app.consortia.memberships import join
from app.consortia.queries import locate_mini_cluster
from app.core.clock import now
from app.core.database import Database
from app.core.errors import NotFound
from app.core.localisation import Locale
from app.core.tokens import token_digest
from app.identity.accounts.queries import current_membership, memberships_statement
from app.identity.accounts.schemas import CurrentMembership
from app.identity.accounts.service import NewAccount, create_account
from app.identity.actor import Actor
from app.identity.me.service import check_terms
from app.identity.sessions.schemas import SessionTokens
from app.identity.sessions.service import open_session
from app.models import Account, Invitation, Membership

log = structlog.get_logger(__name__)


async def accept_as_stranger(
    database: Database, request: InvitationAcceptance, locale: Locale, terms_version: str
) -> SessionTokens:
    """Make an account for whoever holds the link, let it join, and sign it in.

    :raises NotFound: there is no such invitation.
    :raises InvitationUsed, InvitationExpired, InvitationRevoked: it is closed.
    :raises InvitationForAnother: it is bound to another address.
    :raises MiniClusterDissolved: nobody joins the mini-cluster any more.
    :raises EmailTaken: the address has an account, which can accept the invitation once it is signed in.
    :raises Invalid: address or organisation are missing or wrong, or the terms are not the present ones.
    """
    check_terms(request.terms_version, terms_version)
    digest = token_digest(request.token)
    async with database.read() as connection:
        await _turn_strangers_away(connection, digest)
    async with database.write() as session:
        invitation = await _open_invitation(session, digest)
        email = _address_for(invitation, request.email)
        employer_id = await employer_of(session, request.organisation_id, request.organisation)
        account = await create_account(
            session,
            NewAccount(
                email=email,
                name=request.name,
                locale=locale,
                organisation_id=employer_id,
                position=request.position,
                terms_version=terms_version,
            ),
        )
        await _use(session, invitation, account.id)
        return await open_session(session, account.id, request.device)


async def accept_as_member(session: AsyncSession, actor: Actor, token: str) -> CurrentMembership:
    """Let a signed-in person join. The same person accepting again gets the same answer.

    :raises NotFound: there is no such invitation.
    :raises InvitationUsed, InvitationExpired, InvitationRevoked: it is closed.
    :raises InvitationForAnother: it is bound to another address.
    :raises AlreadyMember: the person is one; the invitation stays open.
    :raises MiniClusterDissolved: nobody joins the mini-cluster any more.
    """
    invitation = await invitation_for_update(session, token_digest=token_digest(token))
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


def _address_for(invitation: Invitation, given: str | None) -> str:
    if invitation.email is None:
        if given is None:
            raise email_missing()
        return given
    if given not in (None, invitation.email):
        raise InvitationForAnother
    return invitation.email


async def _use(session: AsyncSession, invitation: Invitation, account_id: int) -> None:
    await join(session, account_id, invitation.mini_cluster_id, invitation.role)
    await close_as_joined(session, account_id, invitation.mini_cluster_id)
    invitation.used_at = now()
    invitation.used_by_id = account_id
    await session.flush()
    log.info("invitation.accepted", invitation_id=invitation.id, account_id=account_id)
