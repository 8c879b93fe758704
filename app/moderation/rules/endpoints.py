"""The routes of the rules of the house."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.consortia.dependencies import ConsortiumId
from app.identity.dependencies import ReadActor, WriteActor, WriteSession
from app.moderation.rules import service
from app.moderation.rules.schemas import HouseRules, HouseRulesUpdate
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["moderation"])


@router.get(
    "/consortia/{consortium_id}/rules",
    summary="The rules of the house of a consortium",
    description="The present ones, or those of an earlier version, which an act may cite.",
    responses=problem_responses(401, 404, 422, 503),
)
async def get_house_rules(
    consortium_id: ConsortiumId,
    _actor: ReadActor,
    connection: ReadConnection,
    version: Annotated[
        Optional[int], Query(ge=1, le=1_000_000, description="An earlier version.", examples=[1])
    ] = None,
) -> HouseRules:
    """Read the rules of the house."""
    return await service.get_rules(connection, consortium_id, version)


@router.put(
    "/consortia/{consortium_id}/rules",
    summary="Change the rules of the house",
    description="For coordinators and operators. All rules at once; what changes makes a new version.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def put_house_rules(
    consortium_id: ConsortiumId, request: HouseRulesUpdate, actor: WriteActor, session: WriteSession
) -> HouseRules:
    """Change the rules of the house."""
    await service.put_rules(session, actor, consortium_id, request)
    return await service.get_rules(session, consortium_id)
