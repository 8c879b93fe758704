"""The routes by which people make an account to apply with."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.core.localisation import negotiate_locale
from app.identity.applicants.schemas import ApplicantConfirmation, ApplicantCreate, ApplicantTicket
from app.identity.applicants.service import Applicants
from app.identity.second_factor.steps import SignInStep
from app.identity.sessions.endpoints import NO_STORE
from app.identity.sessions.schemas import SessionTokens
from app.identity.sign_in.endpoints import SECOND_STEP, as_step
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["sign-in"])


def _applicants(resources: InjectedResources, client_address: ClientAddress) -> Applicants:
    return Applicants(resources.database, resources.settings.signing_key, client_address)


Applying = Annotated[Applicants, Depends(_applicants)]


@router.post(
    "/applicants",
    status_code=202,
    summary="Ask for an account to apply with",
    description="A code is mailed, which makes the account. The answer is the same whether or not the address has one."
    " At most 5 an hour for an address.",
    responses=problem_responses(422, 429, 503),
    dependencies=[NO_STORE],
)
async def register_applicant(
    request: ApplicantCreate, applicants: Applying, resources: InjectedResources, http: Request
) -> ApplicantTicket:
    """Have a code sent."""
    settings = resources.settings
    asked = http.headers.get("accept-language")
    locale = negotiate_locale(asked) if asked else settings.default_locale
    return await applicants.register(request, locale, settings.terms_version)


@router.post(
    "/applicants/confirm",
    status_code=201,
    summary="Make the account by the mailed code",
    description="And sign in. The account belongs nowhere until an application is admitted, and sees nothing but its"
    " own. Whoever has an account is signed in to that one. A code is good for 10 minutes, 5 tries and one use.",
    response_model=SignInStep,
    responses=SECOND_STEP | {201: {"model": SessionTokens}} | problem_responses(401, 422, 429, 503),
    dependencies=[NO_STORE],
)
async def confirm_applicant(request: ApplicantConfirmation, applicants: Applying, response: Response) -> SignInStep:
    """Make an account."""
    return as_step(await applicants.confirm(request), response)
