"""The routes of identities elsewhere."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.identity.dependencies import DetachedActor, ReadActor, WriteActor, WriteSession
from app.identity.external import service
from app.identity.external.schemas import Identities, Identity, IdentityLink, IdTokenSignIn
from app.identity.external.service import ExternalSignIn
from app.identity.external.tokens import IdTokens
from app.identity.second_factor.steps import SignInStep
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.identity.sign_in.endpoints import SECOND_STEP, as_step
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["sign-in"])


def _id_tokens(request: Request) -> IdTokens:
    found: IdTokens = request.app.state.id_tokens
    return found


InjectedIdTokens = Annotated[IdTokens, Depends(_id_tokens)]


def _external(
    resources: InjectedResources, id_tokens: InjectedIdTokens, client_address: ClientAddress
) -> ExternalSignIn:
    return ExternalSignIn(resources.database, id_tokens, resources.settings.signing_key, client_address)


External = Annotated[ExternalSignIn, Depends(_external)]
Provider = Annotated[str, Path(max_length=40, description="Name of the provider", examples=["google"])]


@router.post(
    "/sessions/id-token",
    status_code=201,
    summary="Sign in by an ID token",
    description="Of one of the `identity_providers` in `GET /v1/config`, Firebase among them. It opens the account it"
    " is linked to; at the first time the one that has the address the provider has verified. Nobody gets an account"
    " this way: 403 `invitation_needed`. Each token is taken once: after a lost reply, get another one.",
    response_model=SignInStep,
    responses=SECOND_STEP | {201: {"model": SessionTokens}} | problem_responses(401, 403, 409, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def sign_in_with_id_token(request: IdTokenSignIn, external: External, response: Response) -> SignInStep:
    """Open a session."""
    return as_step(await external.sign_in(request), response)


@router.get(
    "/me/identities",
    summary="My identities elsewhere",
    description="By which the person can sign in, beside mailed codes and the password.",
    responses=problem_responses(401, 503),
)
async def list_my_identities(actor: ReadActor, connection: ReadConnection, id_tokens: InjectedIdTokens) -> Identities:
    """List identities."""
    return await service.list_identities(connection, actor, id_tokens)


@router.put(
    "/me/identities/{provider}",
    summary="Link an identity elsewhere",
    description="From then on an ID token of it signs in, whatever its address. The person is told by mail.",
    responses=problem_responses(401, 404, 409, 422, 429, 503),
)
async def link_my_identity(
    provider: Provider, request: IdentityLink, actor: DetachedActor, external: External
) -> Identity:
    """Link an identity."""
    return await external.link(actor, provider, request)


@router.delete(
    "/me/identities/{provider}",
    status_code=204,
    summary="Unlink an identity elsewhere",
    description="It signs in no longer, unless it is linked again, or the provider has verified the person's address.",
    responses=problem_responses(401, 404, 422, 503),
)
async def unlink_my_identity(
    provider: Provider, actor: WriteActor, session: WriteSession, id_tokens: InjectedIdTokens
) -> None:
    """Unlink an identity."""
    await service.unlink(session, actor, id_tokens, provider)
