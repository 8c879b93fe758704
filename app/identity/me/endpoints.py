"""The routes of one's own account."""

from fastapi import APIRouter, Request

from app.identity.admission import WITHOUT_TERMS
from app.identity.dependencies import DetachedActor, ReadActor, WriteActor, WriteSession
from app.identity.me import service
from app.identity.me.schemas import Me, MeUpdate, PasswordChange, TermsConsent
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["me"])


@router.get(
    "/me",
    summary="Who I am",
    description="The signed-in person with organisation, memberships and what waits for him.",
    responses=problem_responses(401, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def get_me(actor: ReadActor, connection: ReadConnection, resources: InjectedResources, http: Request) -> Me:
    """Show the signed-in person."""
    counter: service.UnreadCounter = http.app.state.unread_counter
    return await service.show_me(connection, actor, resources.settings.terms_version, counter)


@router.patch(
    "/me",
    summary="Change my account",
    description="What is left out stays as it is. Consent to new terms is given here too.",
    responses=problem_responses(401, 422, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def update_me(
    request: MeUpdate, actor: WriteActor, session: WriteSession, resources: InjectedResources, http: Request
) -> Me:
    """Change one's own account."""
    counter: service.UnreadCounter = http.app.state.unread_counter
    terms_version = resources.settings.terms_version
    await service.update_me(session, actor, request, terms_version)
    return await service.show_me(session, actor, terms_version, counter)


@router.put(
    "/me/terms",
    status_code=204,
    summary="Consent to the terms of use",
    description="Until the present terms (`GET /v1/config`) have consent, all routes answer 403 `terms_required`, but"
    " for those marked `x-without-terms`. The first consent to a version is the one that is dated.",
    responses=problem_responses(401, 422, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def accept_terms(
    request: TermsConsent, actor: WriteActor, session: WriteSession, resources: InjectedResources
) -> None:
    """Consent to the terms."""
    await service.accept_terms(session, actor, request.version, resources.settings.terms_version)


@router.post(
    "/me/password",
    status_code=204,
    summary="Set or change my password",
    description="Ends all my other sessions. Takes no `Idempotency-Key`, whose record would hold a digest of the"
    " password: after a lost reply, sign in with the new one.",
    responses=problem_responses(401, 422, 429, 503),
)
async def change_my_password(request: PasswordChange, actor: DetachedActor, resources: InjectedResources) -> None:
    """Set a password."""
    await service.change_password(resources.database, resources.settings.signing_key, actor, request)
