"""The routes of signing in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.identity.second_factor.schemas import SecondFactorChallenge
from app.identity.second_factor.steps import SignInStep
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.identity.sign_in.schemas import CodeSignIn, PasswordSignIn, SignInCodeRequest, SignInCodeTicket
from app.identity.sign_in.service import SignIn
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["sign-in"])

SECOND_STEP: dict[int | str, dict[str, Any]] = {
    202: {"model": SecondFactorChallenge, "description": "The second factor is to be sent; there is no session yet"}
}
"""What else a first factor may be answered with."""


def as_step(given: SignInStep, response: Response) -> SignInStep:
    """Say by the status which of the two it is."""
    if isinstance(given, SecondFactorChallenge):
        response.status_code = 202
    return given


def _sign_in(resources: InjectedResources, client_address: ClientAddress) -> SignIn:
    return SignIn(resources.database, resources.settings.signing_key, client_address)


SigningIn = Annotated[SignIn, Depends(_sign_in)]


@router.post(
    "/sign-in-codes",
    status_code=202,
    summary="Ask for a sign-in code by mail",
    description="The answer is the same whether or not anybody has the address. At most 5 an hour for an address.",
    responses=problem_responses(422, 429, 503),
    dependencies=[NO_STORE],
)
async def request_sign_in_code(request: SignInCodeRequest, sign_in: SigningIn) -> SignInCodeTicket:
    """Have a code sent."""
    return await sign_in.request_code(request.email)


@router.post(
    "/sessions/code",
    status_code=201,
    summary="Sign in by a mailed code",
    description="A code is good for 10 minutes, 5 tries and one sign-in. An earlier session of the same installation"
    " ends.",
    response_model=SignInStep,
    responses=SECOND_STEP | {201: {"model": SessionTokens}} | problem_responses(401, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def sign_in_with_code(request: CodeSignIn, sign_in: SigningIn, response: Response) -> SignInStep:
    """Open a session."""
    return as_step(await sign_in.by_code(request), response)


@router.post(
    "/sessions/password",
    status_code=201,
    summary="Sign in by password",
    description="After 5 failures in 15 minutes an address has to wait. An earlier session of the same installation"
    " ends.",
    response_model=SignInStep,
    responses=SECOND_STEP | {201: {"model": SessionTokens}} | problem_responses(401, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def sign_in_with_password(request: PasswordSignIn, sign_in: SigningIn, response: Response) -> SignInStep:
    """Open a session."""
    return as_step(await sign_in.by_password(request), response)
