"""The routes of accounts."""

from fastapi import APIRouter

from app.identity.accounts.by_operator import create_account_by_operator
from app.identity.accounts.policy import require_operator
from app.identity.accounts.schemas import Account, AccountCreate
from app.identity.dependencies import Once, WriteActor, WriteSession
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["accounts"])


@router.post(
    "/accounts",
    status_code=201,
    summary="Make an account",
    description="For operators. The same `id` and content again gives the account that the first request made.",
    responses=problem_responses(401, 403, 409, 422, 503),
)
async def create_account(
    request: AccountCreate, actor: WriteActor, session: WriteSession, once: Once, resources: InjectedResources
) -> Account:
    """Make an account."""
    require_operator(actor)

    async def work() -> Account:
        return await create_account_by_operator(session, actor, request, resources.settings.default_locale)

    async def reauthorise(_earlier: Account) -> None:
        require_operator(actor)

    return await once.run(Account, work, reauthorise)
