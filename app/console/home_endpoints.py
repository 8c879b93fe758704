"""The first page: the places that a person looks after."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.console.dependencies import Visiting
from app.consortia.dependencies import Page
from app.consortia.service import list_consortia
from app.identity.accounts.queries import load_profile
from app.models.memberships import MemberRole

router = APIRouter()


@router.get("/")
async def show_home(visit: Visiting, page: Page) -> Response:
    """List the places of a person; of an operator all of them."""
    async with visit.read() as (connection, actor, _):
        profile = await load_profile(connection, actor.account_id)
        everywhere = await list_consortia(connection, actor, None, None, page) if actor.is_operator else None
    return visit.page(
        "home.html",
        name=profile.account.name,
        consortia=everywhere.items if everywhere else profile.coordinated_consortia,
        managed=[place for place in profile.memberships if place.role == MemberRole.MANAGER],
        next_cursor=everywhere.next_cursor if everywhere else None,
    )
