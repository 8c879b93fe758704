"""Sessions for ID tokens, and the links between accounts and identities elsewhere.

No account is made here: whoever is unknown needs an invitation. Tokens are verified before any transaction begins,
for that may take an HTTP request.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.core.errors import NotFound, Unauthenticated, invalid_field
from app.identity.accounts.queries import Reader, active_account_for_update, find_active_by_email
from app.identity.actor import Actor
from app.identity.errors import IdentityExists, IdentityTaken, IdTokenRefused, InvitationNeeded
from app.identity.external import schemas
from app.identity.external.tokens import ExternalPerson, IdTokens
from app.identity.notices.events import Notice, tell
from app.identity.second_factor.steps import SignInStep, pass_first_factor
from app.identity.sessions.queries import is_alive
from app.identity.throttles import BAD_ID_TOKENS_PER_CLIENT, Throttles, throttles
from app.models import ExternalIdentity, UsedIdToken
from app.models.upsert import insert_for
from app.web.client_address import client_subject

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ExternalSignIn:
    """What verifying tokens needs of the process and of the request."""

    database: Database
    id_tokens: IdTokens
    signing_key: bytes
    client_address: str

    async def sign_in(self, request: schemas.IdTokenSignIn) -> SignInStep:
        """A session, or the way to its second step, for the person a token vouches for.

        :raises Invalid: there is no such provider.
        :raises IdTokenRefused: the token is not good, or was used before; the try is counted.
        :raises InvitationNeeded: nobody here is that person.
        :raises TooManyTries: too many bad tokens from this client.
        :raises ProviderUnavailable: the provider can't be asked for its keys.
        """
        if request.provider not in self.id_tokens.providers:
            raise invalid_field(
                "/body/provider",
                "unknown_provider",
                "로그인 제공자 이름은 `GET /v1/config`에 있습니다.",
                "`GET /v1/config` names the providers.",
            )
        person = await self._verified(request.provider, request.id_token, request.nonce)
        given: SignInStep | None = None
        async with self.database.write() as session:
            if await _spend(session, person):
                account_id = await _account_of(session, person)
                given = await pass_first_factor(session, account_id, request.device)
            else:
                await self._limits().count(session)
        if given is None:
            raise _replayed(request.provider)
        return given

    async def link(self, actor: Actor, provider: str, request: schemas.IdentityLink) -> schemas.Identity:
        """Let a signed-in person sign in by an identity elsewhere, too. Linking it again changes nothing.

        :raises NotFound: there is no such provider.
        :raises IdTokenRefused, TooManyTries, ProviderUnavailable: as for signing in.
        :raises IdentityTaken: it belongs to another account.
        :raises IdentityExists: the account has another one of this provider.
        :raises Unauthenticated: the session ended meanwhile.
        """
        if provider not in self.id_tokens.providers:
            raise NotFound
        person = await self._verified(provider, request.id_token, request.nonce)
        async with self.database.write() as session:
            account = await active_account_for_update(session, actor.account_id)
            if account is None or not await is_alive(session, actor.session_id):
                raise Unauthenticated
            is_fresh = await _spend(session, person)
            # Linked by this very request before: its reply was lost, and it changes nothing.
            if not is_fresh and not await _is_linked(session, account.id, person):
                raise _replayed(provider)
            identity = await _link(session, account.id, person)
            return schemas.Identity(provider=provider, linked_at=identity.created_at)

    async def _verified(self, provider: str, token: str, nonce: str | None) -> ExternalPerson:
        limits = self._limits()
        async with self.database.read() as connection:
            await limits.check(connection)
        try:
            return await self.id_tokens.verify(provider, token, nonce)
        except IdTokenRefused:
            async with self.database.write() as session:
                await limits.count(session)
            raise

    def _limits(self) -> Throttles:
        return throttles(self.signing_key, [(BAD_ID_TOKENS_PER_CLIENT, client_subject(self.client_address))])


async def list_identities(reader: Reader, actor: Actor, id_tokens: IdTokens) -> schemas.Identities:
    """The identities elsewhere of a person."""
    names = {provider.issuer: provider.name for provider in id_tokens.providers.values()}
    statement = (
        select(ExternalIdentity.issuer, ExternalIdentity.created_at)
        .where(ExternalIdentity.account_id == actor.account_id)
        .order_by(ExternalIdentity.id)
    )
    rows = (await reader.execute(statement)).all()
    return schemas.Identities(
        items=[schemas.Identity(provider=names.get(row.issuer, row.issuer), linked_at=row.created_at) for row in rows]
    )


async def unlink(session: AsyncSession, actor: Actor, id_tokens: IdTokens, provider: str) -> None:
    """Let an identity elsewhere open the account no longer. A mailed code always does.

    :raises NotFound: there is no such provider.
    """
    if provider not in id_tokens.providers:
        raise NotFound
    statement = delete(ExternalIdentity).where(
        ExternalIdentity.account_id == actor.account_id,
        ExternalIdentity.issuer == id_tokens.providers[provider].issuer,
    )
    if (await session.execute(statement.returning(ExternalIdentity.id))).one_or_none() is not None:
        await tell(session, actor.account_id, Notice.IDENTITY_UNLINKED)
        log.info("identity.unlinked", account_id=actor.account_id, provider=provider)


async def _account_of(session: AsyncSession, person: ExternalPerson) -> int:
    """The account of a person, locked; linked by its address at the first time.

    :raises InvitationNeeded: there is none that may be used.
    """
    account_id = await session.scalar(
        select(ExternalIdentity.account_id).where(
            ExternalIdentity.issuer == person.issuer, ExternalIdentity.subject == person.subject
        )
    )
    if account_id is None and person.verified_email is not None:
        found = await find_active_by_email(session, person.verified_email)
        account_id = found.id if found else None
    account = await active_account_for_update(session, account_id) if account_id is not None else None
    if account is None:
        log.info("session.refused", method="id_token")
        raise InvitationNeeded
    await _link(session, account.id, person)
    return account.id


async def _spend(session: AsyncSession, person: ExternalPerson) -> bool:
    """Use a token up; False where it was before. Of two requests with one token the second waits for the first."""
    spent = insert_for(session, UsedIdToken).values(digest=person.token_digest, expires_at=person.expires_at)
    added = spent.on_conflict_do_nothing(index_elements=["digest"]).returning(UsedIdToken.digest)
    return await session.scalar(added) is not None


def _replayed(provider: str) -> IdTokenRefused:
    log.info("id_token.refused", provider=provider, reason="replayed")
    return IdTokenRefused()


async def _is_linked(session: AsyncSession, account_id: int, person: ExternalPerson) -> bool:
    statement = select(ExternalIdentity.id).where(
        ExternalIdentity.account_id == account_id,
        ExternalIdentity.issuer == person.issuer,
        ExternalIdentity.subject == person.subject,
    )
    return await session.scalar(statement) is not None


async def _link(session: AsyncSession, account_id: int, person: ExternalPerson) -> ExternalIdentity:
    """The link between the two, made where it is not there. The caller holds the lock of the account."""
    statement = select(ExternalIdentity).where(
        ExternalIdentity.account_id == account_id, ExternalIdentity.issuer == person.issuer
    )
    present = await session.scalar(statement)
    if present is not None:
        # Another subject under the same address may be another person who was given the address later.
        if present.subject != person.subject:
            raise IdentityExists
        return present
    identity = ExternalIdentity(account_id=account_id, issuer=person.issuer, subject=person.subject)
    try:
        async with session.begin_nested():
            session.add(identity)
    except IntegrityError as error:
        raise IdentityTaken from error
    await tell(session, account_id, Notice.IDENTITY_LINKED)
    log.info("identity.linked", account_id=account_id)
    return identity
