"""The routes of resetting a password."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.identity.password_resets.schemas import PasswordResetCompletion, PasswordResetRequest, PasswordResetTicket
from app.identity.password_resets.service import PasswordResets
from app.identity.sessions.endpoints import NO_STORE
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["sign-in"])


def _resets(resources: InjectedResources, client_address: ClientAddress) -> PasswordResets:
    return PasswordResets(resources.database, resources.settings.signing_key, client_address)


Resetting = Annotated[PasswordResets, Depends(_resets)]


@router.post(
    "/password-resets",
    status_code=202,
    summary="Ask for a code to reset a password",
    description="The answer is the same whether or not anybody has the address. At most 5 an hour for an address.",
    responses=problem_responses(422, 429, 503),
    dependencies=[NO_STORE],
)
async def request_password_reset(request: PasswordResetRequest, resets: Resetting) -> PasswordResetTicket:
    """Have a code sent."""
    return await resets.request(request.email)


@router.post(
    "/password-resets/complete",
    status_code=204,
    summary="Reset a password by a mailed code",
    description="A code is good for 10 minutes, 5 tries and one reset. All sessions of the person end; sign in with"
    " the new password. A second factor stays what it is.",
    responses=problem_responses(401, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def complete_password_reset(request: PasswordResetCompletion, resets: Resetting) -> None:
    """Set the new password."""
    await resets.complete(request)
