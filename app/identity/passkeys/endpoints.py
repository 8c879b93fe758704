"""The routes of passkeys."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.identity.dependencies import DetachedActor, ReadActor, WriteActor, WriteSession
from app.identity.passkeys import schemas, service
from app.identity.passkeys.ceremonies import Ceremonies
from app.identity.passkeys.signing_in import PasskeySigningIn
from app.identity.reauthentication.dependencies import Again
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["passkeys"])


def _ceremonies(resources: InjectedResources) -> Ceremonies:
    """Where an installation has no domain for passkeys, there are no such routes."""
    found = Ceremonies.of(resources.settings)
    if found is None:
        raise NotFound
    return found


InjectedCeremonies = Annotated[Ceremonies, Depends(_ceremonies)]


def _signing_in(
    resources: InjectedResources, ceremonies: InjectedCeremonies, client_address: ClientAddress
) -> PasskeySigningIn:
    return PasskeySigningIn(resources.database, ceremonies, resources.settings.signing_key, client_address)


SigningIn = Annotated[PasskeySigningIn, Depends(_signing_in)]
PasskeyId = Annotated[uuid.UUID, Path(description="The passkey", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.post(
    "/passkey-challenges",
    status_code=201,
    summary="Begin to sign in by a passkey",
    description="Gives what an authenticator is to sign within 5 minutes, once. 404 where `passkeys` in"
    " `GET /v1/config` is false.",
    responses=problem_responses(404, 429, 503),
    dependencies=[NO_STORE],
)
async def create_passkey_challenge(signing_in: SigningIn) -> schemas.PasskeyChallenge:
    """Begin to sign in."""
    return await signing_in.begin()


@router.post(
    "/sessions/passkey",
    status_code=201,
    summary="Sign in by a passkey",
    description="Opens a session at once, also for those who have a second factor: a passkey is two in one. Whose it is"
    " follows from the passkey. Each challenge is answered once.",
    responses=problem_responses(401, 404, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def sign_in_with_passkey(request: schemas.PasskeySignIn, signing_in: SigningIn) -> SessionTokens:
    """Open a session."""
    return await signing_in.complete(request)


@router.post(
    "/me/passkey-challenges",
    status_code=201,
    summary="Begin to register a passkey",
    description="Asks again who the person is: the password or a mailed code, and the second factor where there is one,"
    " for a passkey signs in without them.",
    responses=problem_responses(401, 404, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def create_my_passkey_challenge(
    request: schemas.PasskeyChallengeRequest, again: Again, ceremonies: InjectedCeremonies
) -> schemas.PasskeyChallenge:
    """Begin to register a passkey."""

    async def act(session: AsyncSession) -> schemas.PasskeyChallenge:
        return await service.challenge_to_register(session, ceremonies, again.actor)

    return await again.do(request, act)


@router.post(
    "/me/passkeys",
    status_code=201,
    summary="Register a passkey",
    description="With what the authenticator answered to `POST /v1/me/passkey-challenges`; 20 at most. The person is"
    " told by mail. Takes no `Idempotency-Key`: after a lost reply, look at the list.",
    responses=problem_responses(401, 404, 409, 410, 422, 503),
)
async def create_my_passkey(
    request: schemas.PasskeyRegistration,
    actor: DetachedActor,
    ceremonies: InjectedCeremonies,
    resources: InjectedResources,
) -> schemas.Passkey:
    """Register a passkey."""
    return await service.register_passkey(resources.database, ceremonies, actor, request)


@router.get(
    "/me/passkeys",
    summary="My passkeys",
    description="By which the person signs in.",
    responses=problem_responses(401, 503),
)
async def list_my_passkeys(actor: ReadActor, connection: ReadConnection) -> schemas.Passkeys:
    """List passkeys."""
    return await service.list_passkeys(connection, actor)


@router.patch(
    "/me/passkeys/{passkey_id}",
    summary="Rename a passkey",
    description="The name tells the person which device it is.",
    responses=problem_responses(401, 404, 422, 503),
)
async def update_my_passkey(
    passkey_id: PasskeyId, request: schemas.PasskeyUpdate, actor: WriteActor, session: WriteSession
) -> schemas.Passkey:
    """Rename a passkey."""
    return await service.rename_passkey(session, actor, passkey_id, request.name)


@router.delete(
    "/me/passkeys/{passkey_id}",
    status_code=204,
    summary="Delete a passkey",
    description="It signs in no longer; sessions it opened go on. The person is told by mail.",
    responses=problem_responses(401, 404, 422, 503),
)
async def delete_my_passkey(passkey_id: PasskeyId, actor: WriteActor, session: WriteSession) -> None:
    """Delete a passkey."""
    await service.delete_passkey(session, actor, passkey_id)
