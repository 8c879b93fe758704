"""The routes of the second factor."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.identity.admission import WITHOUT_SECOND_FACTOR
from app.identity.dependencies import DetachedActor, ReadActor, WriteActor, WriteSession
from app.identity.second_factor import service
from app.identity.second_factor.schemas import (
    FreshSecondFactor,
    RecoveryCodes,
    SecondFactor,
    SecondFactorSignIn,
    TotpConfirmation,
    TotpEnrolment,
)
from app.identity.second_factor.service import MySecondFactor
from app.identity.second_factor.steps import SecondStep
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["second-factor"])


def _mine(resources: InjectedResources, client_address: ClientAddress, actor: DetachedActor) -> MySecondFactor:
    return MySecondFactor(resources.database, resources.settings.signing_key, client_address, actor)


Mine = Annotated[MySecondFactor, Depends(_mine)]


@router.post(
    "/sessions/second-factor",
    status_code=201,
    summary="Sign in: the second step",
    description="Takes the challenge of the first step for 5 minutes and 5 tries, with six digits of the authenticator"
    " (each good once) or a recovery code. After 5 wrong codes in 15 minutes a person has to wait.",
    responses=problem_responses(401, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def sign_in_with_second_factor(
    request: SecondFactorSignIn, resources: InjectedResources, client_address: ClientAddress
) -> SessionTokens:
    """Open a session."""
    step = SecondStep(resources.database, resources.settings.signing_key, client_address)
    return await step.complete(request)


@router.get(
    "/me/second-factor",
    summary="My second factor",
    description="Whether there is one, and whether the person's role needs one.",
    responses=problem_responses(401, 503),
    openapi_extra=dict(WITHOUT_SECOND_FACTOR),
)
async def get_my_second_factor(
    actor: ReadActor, connection: ReadConnection, resources: InjectedResources
) -> SecondFactor:
    """Show the second factor."""
    is_required = resources.settings.staff_needs_second_factor
    return await service.show_second_factor(connection, actor, is_required=is_required)


@router.post(
    "/me/second-factor/totp",
    status_code=201,
    summary="Set up an authenticator",
    description="Gives the secret, this once; in force once a code of it has confirmed it. Asking again gives another"
    " secret. Takes no `Idempotency-Key`, whose record would hold the secret.",
    responses=problem_responses(401, 409, 503),
    dependencies=[NO_STORE],
    openapi_extra=dict(WITHOUT_SECOND_FACTOR),
)
async def create_my_totp(actor: WriteActor, session: WriteSession, resources: InjectedResources) -> TotpEnrolment:
    """Set up an authenticator."""
    return await service.enrol_totp(session, resources.settings.signing_key, actor)


@router.post(
    "/me/second-factor/totp/confirm",
    summary="Put my authenticator in force",
    description="Takes a code of it and gives the recovery codes, this once. Other sessions of the person end.",
    responses=problem_responses(401, 409, 422, 429, 503),
    dependencies=[NO_STORE],
    openapi_extra=dict(WITHOUT_SECOND_FACTOR),
)
async def confirm_my_totp(request: TotpConfirmation, mine: Mine) -> RecoveryCodes:
    """Put the authenticator in force."""
    return await mine.confirm(request.code)


@router.post(
    "/me/second-factor/recovery-codes",
    status_code=201,
    summary="Get new recovery codes",
    description="In place of all earlier ones; shown this once. Needs a fresh code.",
    responses=problem_responses(401, 409, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def renew_my_recovery_codes(request: FreshSecondFactor, mine: Mine) -> RecoveryCodes:
    """Renew the recovery codes."""
    return await mine.renew_recovery_codes(request.code)


@router.post(
    "/me/second-factor/disable",
    status_code=204,
    summary="Remove my second factor",
    description="Needs a fresh code, or a recovery code. The person is told by mail.",
    responses=problem_responses(401, 409, 422, 429, 503),
)
async def disable_my_second_factor(request: FreshSecondFactor, mine: Mine) -> None:
    """Remove the second factor."""
    await mine.disable(request.code)


@router.delete(
    "/accounts/{account_id}/second-factor",
    status_code=204,
    summary="Reset the second factor of an account",
    description="For operators, for somebody who lost authenticator and recovery codes. Ends all sessions; recorded,"
    " and told to the person by mail. One's own is reset by another operator.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def reset_second_factor(
    account_id: Annotated[
        uuid.UUID, Path(description="The account", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    ],
    actor: WriteActor,
    session: WriteSession,
) -> None:
    """Reset a second factor."""
    await service.reset_by_operator(session, actor, account_id)
