"""The route that tells, before an idea is posted, how many would see it."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from app.consortia.dependencies import MiniClusterId
from app.ideas import audience
from app.ideas.audience_count import Audience
from app.ideas.schemas import MAX_EXCLUSIONS, MAX_READERS
from app.identity.dependencies import ReadActor
from app.models.ideas import Visibility
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["ideas"])

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


@router.get(
    "/mini-clusters/{mini_cluster_id}/audience",
    summary="Who would see an idea?",
    description="How many people, and of how many organisations, would see an idea that I posted now in this"
    " mini-cluster with these settings; I myself am not counted.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def get_audience(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    reader_ids: Annotated[
        list[uuid.UUID],
        Query(
            default_factory=list,
            max_length=MAX_READERS,
            description="Named readers, for the visibility `named` only",
            examples=[[_EXAMPLE_ID]],
        ),
    ],
    excluded_organisation_ids: Annotated[
        list[uuid.UUID],
        Query(
            default_factory=list,
            max_length=MAX_EXCLUSIONS,
            description="Organisations whose people do not see it",
            examples=[[_EXAMPLE_ID]],
        ),
    ],
    visibility: Annotated[
        Visibility, Query(description="Who may see it", examples=["consortium"])
    ] = Visibility.MINI_CLUSTER,
) -> Audience:
    """Count the audience of an idea."""
    return await audience.preview_audience(
        connection, actor, mini_cluster_id, visibility, reader_ids, excluded_organisation_ids
    )
