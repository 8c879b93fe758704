"""The routes of erasure."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.admission import WITHOUT_TERMS
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.identity.reauthentication.dependencies import Again
from app.privacy.erasure import service
from app.privacy.erasure.schemas import ErasureRequest, MyErasure
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["privacy"])


@router.get(
    "/me/erasure",
    summary="Whether my account is going to be erased",
    description="And when, as long as it can be taken back.",
    responses=problem_responses(401, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def get_my_erasure(actor: ReadActor, connection: ReadConnection) -> MyErasure:
    """Show a wish to be erased."""
    return await service.show_erasure(connection, actor.account_id)


@router.put(
    "/me/erasure",
    summary="Have my account erased",
    description="In 14 days; until then it can be used, and `DELETE /v1/me/erasure` takes the wish back. Asks for the"
    " password or a mailed code (`POST /v1/sign-in-codes`), and the second factor where there is one. Other sessions"
    " end, and the person is told by mail. Asking again changes no date. 409 `last_coordinator`: a consortium would be"
    " left without one.",
    responses=problem_responses(401, 409, 422, 429, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def request_my_erasure(request: ErasureRequest, again: Again) -> MyErasure:
    """Ask to be erased."""

    async def act(session: AsyncSession) -> MyErasure:
        return await service.request_by_person(session, again.actor)

    return await again.do(request, act)


@router.delete(
    "/me/erasure",
    status_code=204,
    summary="Keep my account",
    description="Takes the wish to be erased back, whoever had it; there need not be one.",
    responses=problem_responses(401, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def undo_my_erasure(actor: WriteActor, session: WriteSession) -> None:
    """Take the wish back."""
    await service.undo_erasure(session, actor.account_id)
